import QtQuick
import screens.components
import screens.theme

// Any other volume, by keypad.
ScreenFrame {
    id: screen

    required property string maxM3
    required property string minM3
    required property string problem
    property string typed: previous

    heading: problem !== "" && Theme.large && Theme.tight ? "" : Words.say("screen.EnterGas.title")
    primaryText: Words.say("screen.EnterGas.primary")
    primaryUsable: typed !== ""

    onPrimaryChosen: answered(typed)

    Item {
        id: above

        // what the keypad leaves at least, and what the number and the problem need of it
        readonly property real most: Theme.landscape ? screen.room.height : screen.room.height - 4 * Theme.target - 3 * Theme.gap - 2 * Theme.grid
        readonly property real spare: most - well.height - (remark.visible ? remark.implicitHeight + entry.spacing : 0)

        height: Theme.landscape ? parent.height : Math.max(entry.height, parent.height - 4 * keypad.keyMost - 3 * Theme.gap - 2 * Theme.grid)
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        Column {
            id: entry

            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.large || Theme.tight ? Theme.gap : 2 * Theme.grid
            width: parent.width

            Remark {
                id: remark

                text: screen.problem
                urgent: true
                visible: screen.problem !== ""
                width: parent.width
            }

            Rectangle {
                id: well

                readonly property int size: Theme.large || Theme.tight ? Theme.digits : Math.round(Theme.amount * 0.8)

                color: Theme.paper
                height: Math.round(size * 1.7)
                radius: Theme.radiusSmall
                width: parent.width

                border {
                    color: Theme.pine
                    width: Theme.stroke
                }

                AmountText {
                    color: Theme.ink
                    height: parent.height
                    size: well.size
                    text: Words.say("screen.volume", {
                        "volume": screen.typed
                    })
                    width: Math.min(natural, parent.width - 4 * Theme.grid)

                    anchors {
                        right: caret.left
                        rightMargin: Theme.half
                    }
                }

                Rectangle {
                    id: caret

                    color: Theme.persimmon
                    height: Math.round(well.size * 1.1)
                    width: Theme.stroke

                    anchors {
                        right: parent.right
                        rightMargin: 2 * Theme.grid
                        verticalCenter: parent.verticalCenter
                    }
                }
            }

            Remark {
                id: hint

                text: Words.say("screen.EnterGas.hint", {
                    "least": screen.minM3,
                    "most": screen.maxM3
                })
                visible: screen.problem === "" && above.spare >= implicitHeight + entry.spacing
                width: parent.width
            }
        }
    }

    Keypad {
        id: keypad

        readonly property int keyMost: Math.round(Theme.key * (Theme.tight || Theme.large ? 1.7 : 1.5))
        readonly property real space: Theme.landscape ? parent.height : parent.height - above.height - 2 * Theme.grid

        keyHeight: Math.max(Theme.target, Math.min(keyMost, (space - 3 * rowSpacing) / 4))
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        onCleared: screen.typed = ""
        onDeleted: screen.typed = screen.typed.slice(0, -1)
        onDigit: value => {
            if (screen.typed.length < 5 && (screen.typed !== "" || value !== "0"))
                screen.typed += value;
        }

        anchors {
            bottom: Theme.landscape ? undefined : parent.bottom
            right: parent.right
            verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
        }
    }
}
