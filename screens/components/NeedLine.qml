import QtQuick
import screens.theme

// A line of what an item needs: its mark (a box to tick, a number, a dot), the words, and how many at the right.
Item {
    id: line

    property bool box: false
    property string figure
    property bool first: false // of the page
    property string head // of the part that begins here
    property string number
    property string text

    implicitHeight: top.height + Math.max(words.implicitHeight + (below.visible ? below.implicitHeight : 0), box ? square.height : 0) + Theme.half

    NeedHead {
        id: top

        first: line.first
        height: visible ? implicitHeight : 0
        text: line.head
        visible: line.head !== ""
        width: parent.width
    }

    Rectangle {
        id: square

        color: Theme.paper
        height: Math.round(Theme.body * 0.9)
        radius: Math.round(Theme.half / 2)
        visible: line.box
        width: height
        y: top.height + Math.round((metrics.height - height) / 2)

        border {
            color: Theme.edge
            width: Theme.hairline
        }
    }

    Rectangle {
        color: Theme.mistInk
        height: Theme.half
        radius: height / 2
        visible: !line.box && line.number === ""
        width: height
        x: Math.round((square.width - width) / 2)
        y: top.height + Math.round((metrics.height - height) / 2)
    }

    FontMetrics {
        id: metrics

        font: words.font
    }

    Prose {
        id: mark

        color: Theme.mistInk
        font.bold: true
        say: line.number
        visible: line.number !== ""
        width: square.width
        y: top.height
        wrapMode: Text.NoWrap
    }

    Prose {
        id: words

        readonly property bool shared: figures.visible

        say: line.text
        width: line.width - x - (shared ? figures.implicitWidth + Theme.grid : 0)
        x: square.width + Theme.half + Theme.hairline
        y: top.height
    }

    Prose {
        id: figures

        anchors.baseline: words.baseline
        anchors.right: parent.right
        color: Theme.second
        say: line.figure
        visible: line.figure !== "" && !below.visible
        wrapMode: Text.NoWrap
    }

    Prose {
        id: below

        color: Theme.second
        say: line.figure
        visible: line.figure !== "" && (Theme.large || Theme.narrow)
        width: words.width
        x: words.x
        y: words.y + words.implicitHeight
    }
}
