pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Something is being waited for; says what, and shows it. Three dots take turns, twice a second: no spinner that eats a
// processor.
ScreenFrame {
    id: screen

    required property string amount
    readonly property string drawing: ({
            "working.looking_up": "search",
            "working.fetching_bill": "form",
            "working.opening": "gas_bill",
            "working.preparing_payment": "scan",
            "working.telling_company": "gas_bill",
            "working.returning": "returned"
        })[saying] ?? "hourglass"
    required property string saying

    continuous: true

    Column {
        spacing: 2 * Theme.grid
        width: parent.width
        y: Math.max(0, Math.round((parent.height - height) * 0.42))

        Medallion {
            anchors.horizontalCenter: parent.horizontalCenter
            name: screen.drawing
            side: Math.round(Theme.pictureLarge * (Theme.landscape || Theme.large && Theme.narrow ? 0.9 : Theme.narrow ? 1.4 : 2))
        }

        AmountText {
            horizontalAlignment: Text.AlignHCenter
            text: screen.amount
            visible: screen.amount !== ""
            width: parent.width
        }

        TitleText {
            font.pixelSize: Theme.heading
            horizontalAlignment: Text.AlignHCenter
            say: Words.say(screen.saying)
            width: parent.width
        }

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
                    width: Theme.grid
                }
            }

            Timer {
                interval: Theme.beat / 2
                repeat: true
                running: Theme.motion

                onTriggered: dots.turn = (dots.turn + 1) % 3
            }
        }

        Prose {
            color: Theme.second
            horizontalAlignment: Text.AlignHCenter
            say: Words.say("screen.Working.wait")
            visible: !(Theme.large && Theme.narrow)
            width: parent.width
        }
    }
}
