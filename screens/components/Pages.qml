import QtQuick
import screens.theme

// Blocks below each other; when they do not fit they are paged at a block's edge, so nothing is ever cut in two.
Item {
    id: pages

    default property alias blocks: column.data
    property int spacing: 0
    property bool deep: false
    property int page: 0
    readonly property bool split: column.height > height
    readonly property real window: split ? height - turn.height - Theme.gap : height
    readonly property var starts: breaks()
    readonly property int count: starts.length
    readonly property real from: starts[Math.min(page, count - 1)]
    readonly property real until: page + 1 < count ? starts[page + 1] - spacing : column.height

    implicitHeight: column.height

    function breaks(): var {
        const found = [0];
        for (const block of column.children) {
            if (block.visible && block.height > 0 && block.y + block.height - found[found.length - 1] > window && block.y > found[found.length - 1])
                found.push(block.y);
        }
        return found;
    }

    Item {
        width: parent.width
        height: Math.min(pages.until - pages.from, pages.window)
        clip: pages.split

        Column {
            id: column

            y: -pages.from
            width: parent.width
            spacing: pages.spacing
        }
    }

    Item {
        id: turn

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
        }
        visible: pages.split
        height: Theme.target

        PagerButton {
            objectName: "page-up"
            anchors.left: parent.left
            icon: "up"
            usable: pages.page > 0
            spoken: Words.say("screen.page_up")
            onChosen: pages.page -= 1
        }

        Text {
            anchors.centerIn: parent
            color: pages.deep ? Theme.overDeep : Theme.ink
            font.pixelSize: Theme.caption
            text: Words.say("screen.pages", {
                "page": pages.page + 1,
                "of": pages.count
            })
            textFormat: Text.PlainText
        }

        PagerButton {
            objectName: "page-down"
            anchors.right: parent.right
            icon: "down"
            usable: pages.page + 1 < pages.count
            spoken: Words.say("screen.page_down")
            onChosen: pages.page += 1
        }
    }
}
