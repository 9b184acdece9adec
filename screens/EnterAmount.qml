import QtQuick
import screens.components
import screens.theme

// Any other amount, by keypad.
ScreenFrame {
    id: screen

    required property string balance
    required property bool decimals
    required property string max
    required property string min
    required property string problem
    property string typed: previous

    function accepts(figure: string): bool {
        const [whole, cents] = typed.split(".");
        if (figure === ".")
            return typed !== "" && cents === undefined;
        return cents === undefined ? whole.length < 6 : cents.length < 2;
    }

    heading: problem !== "" && Theme.large && Theme.tight ? "" : Words.say("screen.EnterAmount.title")
    primaryText: Words.say("screen.EnterAmount.primary")
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

            Card {
                color: Theme.peach
                height: band.implicitHeight
                visible: above.spare >= band.implicitHeight + hint.implicitHeight + 2 * entry.spacing
                width: parent.width

                AmountBand {
                    id: band

                    amount: screen.balance
                    color: Theme.clear
                    height: parent.height
                    label: Words.say("screen.ChooseAmount.balance")
                    radius: Theme.radius
                    width: parent.width
                }
            }

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
                    text: "¥" + screen.typed
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

                text: Words.say("screen.EnterAmount.hint", {
                    "least": screen.min,
                    "most": screen.max
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

        decimals: screen.decimals
        keyHeight: Math.max(Theme.target, Math.min(keyMost, (space - 3 * rowSpacing) / 4))
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        onCleared: screen.typed = ""
        onDeleted: screen.typed = screen.typed.slice(0, -1)
        onDigit: value => {
            if (screen.accepts(value))
                screen.typed += value;
        }

        anchors {
            bottom: Theme.landscape ? undefined : parent.bottom
            right: parent.right
            verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
        }
    }
}
