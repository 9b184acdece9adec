import QtQuick
import screens.theme

// Help for the screen it lies on.
Item {
    id: help

    readonly property bool overlay: true
    property string text

    signal calledStaff
    signal closed

    Rectangle {
        anchors.fill: parent
        color: Theme.scrim

        TapHandler {
            gesturePolicy: TapHandler.WithinBounds
        }
    }

    Rectangle {
        id: sheet

        color: Theme.ground
        height: Math.min(parent.height, column.implicitHeight + 2 * Theme.margin)

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
        }

        border {
            color: Theme.line
            width: Theme.contrast ? Theme.stroke : 0
        }

        Column {
            id: column

            spacing: Theme.grid * 2

            anchors {
                left: parent.left
                leftMargin: Theme.margin
                right: parent.right
                rightMargin: Theme.margin
                top: parent.top
                topMargin: Theme.margin
            }

            Text {
                color: Theme.ink
                text: Words.say("screen.help")
                textFormat: Text.PlainText
                width: parent.width

                font {
                    bold: true
                    pixelSize: Theme.heading
                }
            }

            Prose {
                say: help.text
                width: parent.width
            }

            Remark {
                icon: "phone"
                text: Words.say("screen.help_phone", {
                    "phone": Hall.phone
                })
                width: parent.width
            }

            Item {
                height: Math.max(staff.implicitHeight, close.implicitHeight)
                width: parent.width

                QuietButton {
                    id: staff

                    height: parent.height
                    objectName: "help-staff"
                    text: Words.say("screen.call_staff")
                    width: Math.round((parent.width - Theme.gap) * 0.5)

                    onChosen: help.calledStaff()
                }

                PrimaryButton {
                    id: close

                    anchors.right: parent.right
                    height: parent.height
                    objectName: "help-close"
                    text: Words.say("screen.understood")
                    width: parent.width - staff.width - Theme.gap

                    onChosen: help.closed()
                }
            }
        }
    }
}
