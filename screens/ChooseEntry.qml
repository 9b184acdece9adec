import QtQuick
import screens.components
import screens.theme

// One thing from a list: the search above it, the way to its groups below; on a wide panel both beside it.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape && (search !== "" || groups !== "")
    required property var entries
    required property string group
    required property string groups
    required property string search
    required property string title

    heading: group === "" ? Words.say(title) : group

    SearchField {
        id: field

        height: visible ? implicitHeight : 0
        hint: visible ? Words.say(screen.search) : ""
        objectName: "search"
        visible: screen.search !== ""
        width: screen.beside ? Math.round((parent.width - Theme.gap) * 0.36) : parent.width

        onChosen: screen.answered("search")
    }

    QuietButton {
        id: more

        height: visible ? implicitHeight : 0
        objectName: "groups"
        text: visible ? Words.say(screen.groups) : ""
        visible: screen.groups !== ""
        width: field.width
        y: screen.beside ? field.height + Theme.gap : parent.height - height

        onChosen: screen.answered("groups")
    }

    ChoiceList {
        brief: Theme.large || screen.beside || screen.entries.length > 8
        columns: Theme.landscape && !screen.beside && !Theme.large ? 2 : 1
        entries: screen.entries

        anchors {
            bottom: !screen.beside && more.visible ? more.top : parent.bottom
            bottomMargin: !screen.beside && more.visible ? Theme.gap : 0
            left: parent.left
            leftMargin: screen.beside ? field.width + Theme.gap : 0
            right: parent.right
            top: !screen.beside && field.visible ? field.bottom : parent.top
            topMargin: !screen.beside && field.visible ? Theme.gap : 0
        }

        onChosen: choice => screen.answered(choice)
    }
}
