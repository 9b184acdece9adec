import QtQuick
import screens.theme

// What is to be paid, across the card: the biggest thing on it.
Rectangle {
    id: band

    property string label
    property string amount
    property int inset: Theme.radius
    readonly property bool stacked: figures.natural + words.implicitWidth + 2 * inset + Theme.grid > width

    implicitHeight: stacked ? words.implicitHeight + figures.implicitHeight + 2 * Theme.grid : figures.implicitHeight + 2 * Theme.grid + Theme.half
    color: Theme.peach
    border {
        color: Theme.persimmonInk
        width: Theme.contrast ? Theme.hairline : 0
    }

    Text {
        id: words

        anchors {
            left: parent.left
            leftMargin: band.inset
        }
        y: band.stacked ? Theme.grid : figures.y + figures.height * 0.76 - height * 0.72
        color: Theme.ink
        font {
            bold: true
            pixelSize: Theme.lead
        }
        text: band.label
        textFormat: Text.PlainText
    }

    AmountText {
        id: figures

        anchors {
            bottom: parent.bottom
            bottomMargin: band.stacked ? Theme.grid : Theme.grid + Theme.half / 2
            right: parent.right
            rightMargin: band.inset
        }
        width: Math.min(natural, parent.width - 2 * band.inset)
        text: band.amount
    }
}
