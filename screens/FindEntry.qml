import QtQuick
import screens.components
import screens.theme

// Search a list: what was typed, what fits it so far, and the keys; on a wide panel the keys stand beside.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    required property var entries
    required property int found
    required property string hint
    required property string nothing
    required property string query
    required property string title
    property string typed: previous.replace(/^find:/, "")

    function search(text: string): void {
        typed = text.slice(0, 20);
        answered("find:" + typed);
    }

    heading: Theme.tight && Theme.large || Theme.narrow ? "" : Words.say(title)

    SearchField {
        id: field

        height: implicitHeight
        hint: Words.say(screen.hint)
        text: screen.typed.toUpperCase()
        typing: true
        width: screen.beside ? parent.width - keys.width - Theme.gap : parent.width
    }

    Prose {
        id: none

        color: Theme.second
        say: screen.query === "" ? "" : Words.say(screen.nothing)
        visible: screen.query !== "" && screen.found === 0
        width: field.width
        y: field.height + Theme.gap
    }

    ChoiceList {
        brief: Theme.large || Theme.tight
        entries: screen.entries

        anchors {
            bottom: screen.beside ? parent.bottom : keys.top
            bottomMargin: screen.beside ? 0 : Theme.gap
            left: parent.left
            top: field.bottom
            topMargin: Theme.gap
        }
        width: field.width

        onChosen: choice => screen.answered(choice)
    }

    SearchKeys {
        id: keys

        width: screen.beside ? 10 * Theme.target + 9 * Theme.gap : parent.width
        x: parent.width - width
        y: screen.beside ? 0 : parent.height - implicitHeight

        onDeleted: screen.search(screen.typed.slice(0, -1))
        onTyped: value => screen.search(screen.typed + value)
    }
}
