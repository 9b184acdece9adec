pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Something is being waited for; says what. Three dots take turns, twice a second: no spinner that eats a processor.
ScreenFrame {
    id: screen

    required property string amount
    required property string saying

    continuous: true

    Column {
        anchors.centerIn: parent
        spacing: 2 * Theme.grid
        width: parent.width

        Row {
            id: dots

            property int turn: 0

            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.grid

            Repeater {
                model: 3

                Rectangle {
                    required property int index

                    color: index === dots.turn ? Theme.pine : Theme.track
                    height: width
                    radius: width / 2
                    width: 2 * Theme.grid
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
            horizontalAlignment: Text.AlignHCenter
            text: screen.amount
            visible: screen.amount !== ""
            width: parent.width
        }

        Text {
            color: Theme.ink
            horizontalAlignment: Text.AlignHCenter
            lineHeight: Theme.titleLineHeight
            text: Words.say(screen.saying)
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
            text: Words.say("screen.Working.wait")
            width: parent.width
        }
    }
}
