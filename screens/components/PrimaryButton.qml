import QtQuick
import screens.theme

// The one button that moves on.
Touchable {
    id: button

    corner: face.radius

    property bool deep: false
    readonly property color ground: deep ? (pressed ? Theme.mist : Theme.white) : (pressed ? Theme.pinePressed : Theme.pine)
    property string text
    property bool usable: true

    enabled: usable
    implicitHeight: Math.max(Theme.button, label.implicitHeight + Theme.gap)
    implicitWidth: metrics.advanceWidth(text) + 2 * Theme.margin
    spoken: text

    Shadow {
        corner: face.radius
        of: face
        tone: button.deep ? Theme.shadowDeep : Theme.shadow
        visible: Theme.shadows && button.usable && !button.pressed
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: button.usable ? button.ground : Theme.track
        radius: Math.min(height / 2, Theme.button / 2)
    }

    Text {
        id: label

        anchors.centerIn: parent
        color: button.usable ? (button.deep && !Theme.contrast ? Theme.pine : button.deep ? Theme.black : Theme.overPine) : Theme.second
        horizontalAlignment: Text.AlignHCenter
        lineHeight: Theme.titleLineHeight
        text: Words.inLines(button.text, button.width - 2 * Theme.grid, metrics)
        textFormat: Text.PlainText

        font {
            bold: true
            pixelSize: Theme.action
        }

        FontMetrics {
            id: metrics

            font: label.font
        }
    }
}
