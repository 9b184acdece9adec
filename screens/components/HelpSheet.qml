import QtQuick
import screens.theme

// Help for the screen it lies on.
Item {
    id: help

    property string text
    readonly property bool overlay: true

    signal closed
    signal calledStaff

    Rectangle {
        anchors.fill: parent
        color: Theme.scrim

        TapHandler {
            gesturePolicy: TapHandler.WithinBounds
        }
    }

    Rectangle {
        id: sheet

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
        }
        height: Math.min(parent.height, column.implicitHeight + 2 * Theme.margin)
        color: Theme.ground
        border {
            color: Theme.line
            width: Theme.contrast ? Theme.stroke : 0
        }

        Column {
            id: column

            anchors {
                left: parent.left
                leftMargin: Theme.margin
                right: parent.right
                rightMargin: Theme.margin
                top: parent.top
                topMargin: Theme.margin
            }
            spacing: Theme.grid * 2

            Text {
                width: parent.width
                color: Theme.ink
                font {
                    bold: true
                    pixelSize: Theme.heading
                }
                text: Words.say("screen.help")
                textFormat: Text.PlainText
            }

            Prose {
                width: parent.width
                text: help.text
            }

            Remark {
                width: parent.width
                icon: "phone"
                text: Words.say("screen.help_phone", {
                    "phone": Hall.phone
                })
            }

            Item {
                width: parent.width
                height: Math.max(staff.implicitHeight, close.implicitHeight)

                QuietButton {
                    id: staff

                    objectName: "help-staff"
                    width: Math.round((parent.width - Theme.gap) * 0.5)
                    height: parent.height
                    text: Words.say("screen.call_staff")
                    onChosen: help.calledStaff()
                }

                PrimaryButton {
                    id: close

                    objectName: "help-close"
                    anchors.right: parent.right
                    width: parent.width - staff.width - Theme.gap
                    height: parent.height
                    text: Words.say("screen.understood")
                    onChosen: help.closed()
                }
            }
        }
    }
}
