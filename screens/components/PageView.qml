import QtQuick
import screens.theme

// The pages of a form as they will be printed, one at a time, as large as there is room; below it what turns them.
Item {
    id: view

    property int page: 0
    property var pages: []
    readonly property real ratio: pages.length > 0 ? pages[page].ratio : 1
    readonly property int room: height - (turn.visible ? turn.height + Theme.gap : 0)
    readonly property int sheetWidth: Math.floor(Math.min(width, room / ratio))

    onPagesChanged: page = Math.min(page, Math.max(0, pages.length - 1))

    Item {
        id: place

        anchors.horizontalCenter: parent.horizontalCenter
        height: Math.round(view.sheetWidth * view.ratio)
        width: view.sheetWidth
        y: Math.max(0, (view.room - height) / 2)

        Shadow {
            corner: Theme.half
            of: sheet
        }

        Rectangle {
            id: sheet

            anchors.fill: parent
            color: Theme.white

            border {
                color: Theme.edge
                width: Theme.hairline
            }
        }

        Image {
            anchors.fill: parent
            anchors.margins: Theme.hairline
            cache: false
            objectName: "page"
            smooth: true
            source: view.pages.length > 0 ? view.pages[view.page].source : ""
            sourceSize.width: width
        }
    }

    Item {
        id: turn

        anchors.bottom: parent.bottom
        height: Theme.target
        visible: view.pages.length > 1
        width: parent.width

        PagerButton {
            anchors.left: parent.left
            icon: "back"
            objectName: "page-back"
            spoken: Words.say("screen.page_up")
            usable: view.page > 0

            onChosen: view.page -= 1
        }

        Text {
            anchors.centerIn: parent
            color: Theme.ink
            font.pixelSize: Theme.caption
            text: Words.say("screen.pages", {
                "page": view.page + 1,
                "of": view.pages.length
            })
            textFormat: Text.PlainText
        }

        PagerButton {
            anchors.right: parent.right
            icon: "forward"
            objectName: "page-forward"
            spoken: Words.say("screen.page_down")
            usable: view.page + 1 < view.pages.length

            onChosen: view.page += 1
        }
    }
}
