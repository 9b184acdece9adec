pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Something is being waited for; says what. Three dots take turns, twice a second: no spinner that eats a processor.
ScreenFrame {
    id: screen

    required property string saying
    required property string amount

    continuous: true

    Column {
        anchors.centerIn: parent
        width: parent.width
        spacing: 2 * Theme.grid

        Row {
            id: dots

            property int turn: 0

            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.grid

            Repeater {
                model: 3

                Rectangle {
                    required property int index

                    width: 2 * Theme.grid
                    height: width
                    color: index === dots.turn ? Theme.pine : Theme.track
                    radius: width / 2
                }
            }

            Timer {
                interval: Theme.beat / 2
                repeat: true
                running: Theme.motion
                onTriggered: dots.turn = (dots.turn + 1) % 3
            }
        }

        AmountText {
            width: parent.width
            horizontalAlignment: Text.AlignHCenter
            text: screen.amount
            visible: screen.amount !== ""
        }

        Text {
            width: parent.width
            color: Theme.ink
            font {
                bold: true
                pixelSize: Theme.heading
            }
            horizontalAlignment: Text.AlignHCenter
            lineHeight: Theme.titleLineHeight
            text: Words.say(screen.saying)
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
        }

        Prose {
            width: parent.width
            color: Theme.second
            horizontalAlignment: Text.AlignHCenter
            text: Words.say("screen.Working.wait")
        }
    }
}
