import QtQuick
import screens.theme

// Blocks below each other; when they do not fit they are paged at a block's edge, so nothing is ever cut in two.
Item {
    id: pages

    default property alias blocks: column.data
    property string called: "page" // begins the names of what turns the pages
    readonly property int count: starts.length
    readonly property alias column: column
    property bool deep: false
    readonly property Item focused: Window.activeFocusItem
    readonly property real from: starts[Math.min(page, count - 1)]
    property int inset: 0 // of what turns the pages
    property int page: 0
    readonly property int rim: Math.max(2 * Theme.focusLine, Theme.shadows ? Theme.shadowBlur + Theme.shadowDrop : 0) // what blocks may paint beyond their edges
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

    // The page that has the focus is turned up.
    function follow(): void {
        if (!split)
            return;
        for (const block of column.children) {
            for (let item = focused; item !== null; item = item.parent) {
                if (item === block)
                    page = starts.filter(start => start <= block.y).length - 1;
            }
        }
    }

    implicitHeight: column.height

    onFocusedChanged: follow()

    Item {
        readonly property int edge: Math.min(pages.rim, pages.spacing / 2)

        clip: pages.split
        height: Math.min(pages.until - pages.from, pages.window) + edge + Math.min(pages.rim, Math.max(edge, Theme.half))
        width: parent.width + 2 * pages.rim
        x: -pages.rim
        y: -edge

        Column {
            id: column

            spacing: pages.spacing
            width: pages.width
            x: pages.rim
            y: parent.edge - pages.from
        }
    }

    Item {
        id: turn

        height: Theme.target
        visible: pages.split

        anchors {
            bottom: parent.bottom
            left: parent.left
            leftMargin: pages.inset
            right: parent.right
            rightMargin: pages.inset
        }

        PagerButton {
            anchors.left: parent.left
            icon: "up"
            objectName: pages.called + "-up"
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
            objectName: pages.called + "-down"
            spoken: Words.say("screen.page_down")
            usable: pages.page + 1 < pages.count

            onChosen: pages.page += 1
        }
    }
}
