import QtQuick
import screens.theme

// "Are you still there?": a ring that runs out and one button. Any touch counts as an answer.
Item {
    id: sheet

    property int seconds: 0
    readonly property bool overlay: true
    property int remaining: seconds

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
        width: Math.min(parent.width - 2 * Theme.margin, Theme.grid * 56)
        height: column.implicitHeight + 4 * Theme.grid * 2
        color: Theme.ground

        Column {
            id: column

            anchors {
                left: parent.left
                leftMargin: Theme.margin
                right: parent.right
                rightMargin: Theme.margin
                verticalCenter: parent.verticalCenter
            }
            spacing: Theme.grid * 2

            CountdownRing {
                anchors.horizontalCenter: parent.horizontalCenter
                seconds: sheet.remaining
                side: 2 * Theme.pictureLarge
                whole: sheet.seconds

                Text {
                    anchors.centerIn: parent
                    color: Theme.ink
                    font {
                        bold: true
                        pixelSize: Theme.heading
                    }
                    text: sheet.remaining
                    textFormat: Text.PlainText
                }
            }

            Text {
                width: parent.width
                color: Theme.ink
                font {
                    bold: true
                    pixelSize: Theme.heading
                }
                horizontalAlignment: Text.AlignHCenter
                text: Words.say("screen.still_there")
                textFormat: Text.PlainText
                wrapMode: Text.Wrap
            }

            Prose {
                width: parent.width
                color: Theme.second
                horizontalAlignment: Text.AlignHCenter
                text: Words.say("screen.still_there_why")
            }

            PrimaryButton {
                objectName: "still-here"
                width: parent.width
                text: Words.say("screen.still_here")
            }
        }
    }
}
