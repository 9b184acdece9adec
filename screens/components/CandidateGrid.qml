pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// All words for the letters, page by page, in the place of the keys.
Item {
    id: grid

    property var cells: []
    readonly property int characters: Math.max(1, Math.floor((unit - 2 * Theme.half) / Theme.candidateAlone)) // in a cell
    readonly property int columns: Math.max(1, Math.floor((width + Theme.keyGap) / (2 * Theme.candidateAlone + 2 * Theme.half + Theme.keyGap)))
    property int page: 0
    property int pages: 0
    readonly property int rowHeight: Math.max(Theme.target, Math.round(Theme.candidateAlone * 1.3))
    readonly property int rows: Math.max(1, Math.floor((height - Theme.target) / (rowHeight + Theme.keyGap)))
    readonly property string shape: columns + "/" + rows + "/" + characters
    readonly property real unit: (width - (columns - 1) * Theme.keyGap) / columns

    signal fits
    signal pressed(name: string)

    function first(): Item {
        return words.itemAt(0);
    }

    onShapeChanged: fits()

    Repeater {
        id: words

        model: grid.cells

        CandidateKey {
            required property var modelData

            first: modelData.index === 0
            height: grid.rowHeight
            objectName: "pick-" + modelData.index
            size: Theme.candidateAlone
            text: modelData.text
            width: Math.floor(modelData.span * grid.unit + (modelData.span - 1) * Theme.keyGap)
            x: Math.round(modelData.column * (grid.unit + Theme.keyGap))
            y: modelData.row * (grid.rowHeight + Theme.keyGap)

            onChosen: grid.pressed(objectName)
        }
    }

    Item {
        anchors.bottom: parent.bottom
        height: Theme.target
        width: parent.width

        PagerButton {
            icon: "up"
            objectName: "page-up"
            spoken: Words.say("screen.page_up")
            usable: grid.page > 0

            onChosen: grid.pressed("page-up")
        }

        PillButton {
            anchors.horizontalCenter: parent.horizontalCenter
            objectName: "candidates-less"
            text: Words.say("screen.keyboard.less")

            onChosen: grid.pressed("less")
        }

        PagerButton {
            anchors.right: parent.right
            icon: "down"
            objectName: "page-down"
            spoken: Words.say("screen.page_down")
            usable: grid.page + 1 < grid.pages

            onChosen: grid.pressed("page-down")
        }
    }
}
