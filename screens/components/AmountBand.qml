import QtQuick
import screens.theme

// What is to be paid, across the card: the biggest thing on it.
Rectangle {
    id: band

    property string amount
    property int inset: Theme.radius
    property string label
    readonly property bool stacked: figures.natural + words.implicitWidth + 2 * inset + Theme.grid > width

    color: Theme.peach
    implicitHeight: stacked ? words.implicitHeight + figures.implicitHeight + 2 * Theme.grid : figures.implicitHeight + 2 * Theme.grid + Theme.half

    border {
        color: Theme.persimmonInk
        width: Theme.contrast ? Theme.hairline : 0
    }

    Text {
        id: words

        color: Theme.ink
        text: band.label
        textFormat: Text.PlainText
        y: band.stacked ? Theme.grid : figures.y + figures.height * 0.76 - height * 0.72

        anchors {
            left: parent.left
            leftMargin: band.inset
        }

        font {
            bold: true
            pixelSize: Theme.lead
        }
    }

    AmountText {
        id: figures

        text: band.amount
        width: Math.min(natural, parent.width - 2 * band.inset)
        x: band.label === "" ? (parent.width - width) / 2 : parent.width - width - band.inset

        anchors {
            bottom: parent.bottom
            bottomMargin: band.stacked ? Theme.grid : Theme.grid + Theme.half / 2
        }
    }
}
