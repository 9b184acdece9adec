pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// Lines to choose from, below each other or in two columns, paged where they do not fit.
Pages {
    id: list

    property bool brief: false
    property int columns: 1
    property var entries: []

    signal chosen(choice: string)

    spacing: Theme.gap

    onEntriesChanged: page = 0

    Repeater {
        model: Math.ceil(list.entries.length / list.columns)

        Row {
            id: shelf

            required property int index

            spacing: Theme.gap
            width: list.width

            Repeater {
                id: line

                model: list.entries.slice(shelf.index * list.columns, (shelf.index + 1) * list.columns)

                ChoiceRow {
                    required property var modelData

                    brief: list.brief
                    detail: modelData.detail
                    height: Math.max(implicitHeight, shelf.implicitHeight)
                    number: modelData.number
                    objectName: "entry-" + modelData.choice
                    title: modelData.name
                    width: Math.floor((list.width - (list.columns - 1) * Theme.gap) / list.columns)

                    onChosen: list.chosen(modelData.choice)
                }
            }
        }
    }
}
