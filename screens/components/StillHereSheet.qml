import QtQuick
import screens.theme

// "Are you still there?": a ring that runs out and one button. Any touch counts as an answer.
Item {
    id: sheet

    readonly property bool overlay: true
    property int remaining: seconds
    property int seconds: 0

    onSecondsChanged: remaining = seconds

    Rectangle {
        anchors.fill: parent
        color: Theme.scrim

        TapHandler {
            gesturePolicy: TapHandler.WithinBounds
        }
    }

    Timer {
        interval: Theme.beat
        repeat: true
        running: sheet.visible && sheet.remaining > 0

        onTriggered: sheet.remaining -= 1
    }

    Card {
        anchors.centerIn: parent
        color: Theme.ground
        height: column.implicitHeight + 4 * Theme.grid * 2
        width: Math.min(parent.width - 2 * Theme.margin, Theme.grid * 56)

        Column {
            id: column

            spacing: Theme.grid * 2

            anchors {
                left: parent.left
                leftMargin: Theme.margin
                right: parent.right
                rightMargin: Theme.margin
                verticalCenter: parent.verticalCenter
            }

            CountdownRing {
                anchors.horizontalCenter: parent.horizontalCenter
                seconds: sheet.remaining
                side: 2 * Theme.pictureLarge
                whole: sheet.seconds

                Text {
                    anchors.centerIn: parent
                    color: Theme.ink
                    text: sheet.remaining
                    textFormat: Text.PlainText

                    font {
                        bold: true
                        pixelSize: Theme.heading
                    }
                }
            }

            Text {
                color: Theme.ink
                horizontalAlignment: Text.AlignHCenter
                text: Words.say("screen.still_there")
                textFormat: Text.PlainText
                width: parent.width
                wrapMode: Text.Wrap

                font {
                    bold: true
                    pixelSize: Theme.heading
                }
            }

            Prose {
                color: Theme.second
                horizontalAlignment: Text.AlignHCenter
                say: Words.say("screen.still_there_why")
                width: parent.width
            }

            PrimaryButton {
                objectName: "still-here"
                text: Words.say("screen.still_here")
                width: parent.width
            }
        }
    }
}
