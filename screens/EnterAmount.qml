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
        id: entry

        readonly property real spare: screen.room.height - well.height - 2 * Theme.grid - (remark.visible ? remark.implicitHeight + Theme.gap : 0) - (Theme.landscape ? 0 : 4 * Theme.target + 3 * Theme.gap + 2 * Theme.grid)

        height: Theme.landscape ? parent.height : well.y + well.height
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        Remark {
            id: remark

            height: visible ? implicitHeight : 0
            text: screen.problem
            urgent: true
            visible: screen.problem !== ""
            width: parent.width
        }

        Prose {
            id: hint

            color: Theme.second
            height: visible ? implicitHeight : 0
            say: Words.say("screen.EnterAmount.hint", {
                "least": screen.min,
                "most": screen.max
            })
            visible: screen.problem === "" && entry.spare >= implicitHeight
            width: parent.width

            anchors {
                top: remark.bottom
                topMargin: 0
            }
        }

        Prose {
            id: now

            color: Theme.second
            height: visible ? implicitHeight : 0
            say: Words.say("screen.ChooseAmount.balance") + " " + screen.balance
            visible: entry.spare >= implicitHeight + (hint.visible ? hint.implicitHeight : 0)
            width: parent.width

            anchors {
                top: hint.visible ? hint.bottom : remark.bottom
                topMargin: hint.visible || !remark.visible ? 0 : Theme.gap
            }
        }

        Rectangle {
            id: well

            color: Theme.paper
            height: Math.round(Theme.digits * 1.7)
            radius: Theme.radiusSmall
            width: parent.width

            anchors {
                top: now.visible ? now.bottom : hint.visible ? hint.bottom : remark.bottom
                topMargin: Theme.landscape || now.visible || remark.visible ? 2 * Theme.grid : 0
            }

            border {
                color: Theme.pine
                width: Theme.stroke
            }

            AmountText {
                color: Theme.ink
                height: parent.height
                size: Theme.digits
                text: "¥" + (screen.typed === "" ? " " : screen.typed)
                width: Math.min(natural, parent.width - 4 * Theme.grid)

                anchors {
                    right: caret.left
                    rightMargin: Theme.half
                }
            }

            Rectangle {
                id: caret

                color: Theme.persimmon
                height: Math.round(Theme.digits * 1.1)
                width: Theme.stroke

                anchors {
                    right: parent.right
                    rightMargin: 2 * Theme.grid
                    verticalCenter: parent.verticalCenter
                }
            }
        }
    }

    Keypad {
        readonly property int keyMost: Math.round(Theme.key * 1.7)
        readonly property real space: Theme.landscape ? parent.height : parent.height - entry.height - 2 * Theme.grid

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
