import QtQuick
import screens.theme

// The head of a part of what an item needs.
Item {
    id: head

    property bool first: false
    property string text

    implicitHeight: words.implicitHeight + Theme.half + (first ? 0 : Theme.grid)

    Prose {
        id: words

        color: Theme.mistInk
        say: head.text
        width: parent.width
        y: head.first ? 0 : Theme.grid

        font {
            bold: true
            pixelSize: Theme.lead
        }
    }

    Rectangle {
        anchors.bottom: parent.bottom
        color: Theme.line
        height: Theme.hairline
        width: parent.width
    }
}
