import QtQuick
import screens.theme

// Blocks below each other; when they do not fit they are paged at a block's edge, so nothing is ever cut in two.
Item {
    id: pages

    default property alias blocks: column.data
    readonly property int count: starts.length
    property bool deep: false
    readonly property real from: starts[Math.min(page, count - 1)]
    property int page: 0
    property int spacing: 0
    readonly property bool split: column.height > height
    readonly property var starts: breaks()
    readonly property real until: page + 1 < count ? starts[page + 1] - spacing : column.height
    readonly property real window: split ? height - turn.height - Theme.gap : height

    function breaks(): var {
        const found = [0];
        for (const block of column.children) {
            if (block.visible && block.height > 0 && block.y + block.height - found[found.length - 1] > window && block.y > found[found.length - 1])
                found.push(block.y);
        }
        return found;
    }

    implicitHeight: column.height

    Item {
        clip: pages.split
        height: Math.min(pages.until - pages.from, pages.window)
        width: parent.width

        Column {
            id: column

            spacing: pages.spacing
            width: parent.width
            y: -pages.from
        }
    }

    Item {
        id: turn

        height: Theme.target
        visible: pages.split

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
        }

        PagerButton {
            anchors.left: parent.left
            icon: "up"
            objectName: "page-up"
            spoken: Words.say("screen.page_up")
            usable: pages.page > 0

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
            anchors.right: parent.right
            icon: "down"
            objectName: "page-down"
            spoken: Words.say("screen.page_down")
            usable: pages.page + 1 < pages.count

            onChosen: pages.page += 1
        }
    }
}
