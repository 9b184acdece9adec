import QtQuick
import screens.components
import screens.theme

// One thing to type: a name, an address, a number.
ScreenFrame {
    id: screen

    required property string hint
    required property string kind
    required property int most
    required property bool optional
    required property string primary
    required property string problem
    required property string text
    required property string title

    heading: problem !== "" && Theme.large && Theme.tight ? "" : title
    primaryText: optional && keyboard.text === "" ? Words.say("screen.EnterText.skip") : Words.say(primary)
    primaryUsable: keyboard.composing === "" && (optional || keyboard.text.trim() !== "")

    onPrimaryChosen: answered(keyboard.text.trim())

    Item {
        id: above

        readonly property real free: Theme.landscape ? parent.height : parent.height - keyboard.height - 2 * Theme.grid
        readonly property int noteRoom: Theme.tight ? 0 : Theme.gap + Math.ceil(Theme.body * 1.6)
        readonly property real least: (screen.problem !== "" ? remark.implicitHeight + Theme.gap : 0) + well.heightOf(keyboard.telephone || screen.kind === "name" ? 1 : 2)

        height: free
        width: Theme.landscape ? parent.width - keyboard.width - Theme.margin : parent.width

        Prose {
            id: hint

            color: Theme.second
            say: screen.hint
            visible: say !== "" && screen.problem === "" && above.least + implicitHeight + Theme.gap <= above.free
            width: parent.width
        }

        Remark {
            id: remark

            text: screen.problem
            urgent: true
            visible: screen.problem !== ""
            width: parent.width
        }

        TextWell {
            id: well

            lines: Math.max(1, Math.min(4, linesIn(above.free - underneath - above.noteRoom)))
            linesLeast: !Theme.tight && (screen.kind === "address" || screen.kind === "free") ? 3 : 1
            size: Theme.tight ? Theme.lead : linesLeast > 1 ? Theme.written : screen.kind === "id_number" ? Math.min(Theme.digits, Math.floor((width - 2 * Theme.grid) / 10.8)) : Theme.digits // its 18 digits stand in one line
            typed: keyboard.typed
            width: parent.width
            y: Theme.landscape ? underneath : Math.max(underneath, above.free - height - above.noteRoom)

            readonly property real underneath: remark.visible ? remark.height + Theme.gap : hint.visible ? hint.height + Theme.gap : 0

            onPressed: name => keyboard.press(name)
        }

        Prose {
            id: note

            color: Theme.second
            say: keyboard.choosing ? Words.say("screen.pages", {
                "page": keyboard.typed.page + 1,
                "of": keyboard.typed.pages
            }) : keyboard.composing !== "" ? Words.say(keyboard.typed.candidates.length > 0 ? "screen.EnterText.choose" : "screen.EnterText.no_such_sound") : keyboard.typed?.full ? Words.say("screen.EnterText.full", {
                "most": screen.most
            }) : ""
            visible: say !== "" && y + implicitHeight <= above.free
            width: parent.width
            y: well.y + well.height + Theme.gap
        }
    }

    Keyboard {
        id: keyboard

        height: Math.max(leastHeight, Math.min(mostHeight, Theme.landscape ? parent.height : parent.height - above.least - 4 * Theme.grid - 3 * Theme.body))
        initial: screen.previous !== "" ? screen.previous : screen.text
        kind: screen.kind
        most: screen.most
        width: Theme.landscape ? Math.max(Theme.keyboardLeast, Math.round(parent.width * 0.53)) : parent.width

        anchors {
            bottom: parent.bottom
            right: parent.right
        }
    }
}
