import QtQuick
import screens.theme

// One of a few answers; the one given before is filled.
Touchable {
    id: key

    property bool on: false
    property string text

    corner: Theme.radiusSmall
    implicitHeight: Math.max(Theme.target, label.implicitHeight + Theme.half)
    implicitWidth: metrics.advanceWidth(text) + 2 * Theme.grid
    spoken: text

    Shadow {
        corner: face.radius
        of: face
        visible: Theme.shadows && !key.pressed && !key.on
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: key.on ? (key.pressed ? Theme.pinePressed : Theme.pine) : key.pressed ? Theme.pressed : Theme.paper
        radius: Theme.radiusSmall

        border {
            color: Theme.edge
            width: key.on ? 0 : Theme.hairline
        }
    }

    Text {
        id: label

        anchors.centerIn: parent
        color: key.on ? Theme.overPine : Theme.ink
        horizontalAlignment: Text.AlignHCenter
        lineHeight: Theme.titleLineHeight
        text: Words.inLines(key.text, key.width - 2 * Theme.half, metrics)
        textFormat: Text.PlainText

        font {
            bold: true
            pixelSize: Theme.lead
        }

        FontMetrics {
            id: metrics

            font: label.font
        }
    }
}
