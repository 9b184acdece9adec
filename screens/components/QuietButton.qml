import QtQuick
import screens.theme

// Back, and whatever else may be done instead.
Touchable {
    id: button

    corner: Math.min(height / 2, Theme.button / 2)

    property bool deep: false
    property string icon
    readonly property color ink: deep ? Theme.overDeep : Theme.ink
    property string text

    implicitHeight: Math.max(Theme.button, row.implicitHeight + Theme.gap)
    implicitWidth: metrics.advanceWidth(text) + mark + 2 * Theme.margin
    readonly property int mark: icon === "" ? 0 : Theme.action + Theme.half
    spoken: text

    Rectangle {
        anchors.fill: parent
        color: button.pressed ? (button.deep ? Theme.deepPressed : Theme.pressed) : (button.deep ? Theme.deep : Theme.ground)
        radius: Math.min(height / 2, Theme.button / 2)

        border {
            color: button.ink
            width: Theme.stroke
        }
    }

    Row {
        id: row

        anchors.centerIn: parent
        spacing: Theme.half

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            ink: button.ink
            name: button.icon
            side: Theme.action
            visible: button.icon !== ""
        }

        Text {
            id: label

            anchors.verticalCenter: parent.verticalCenter
            color: button.ink
            horizontalAlignment: Text.AlignHCenter
            lineHeight: Theme.titleLineHeight
            text: Words.inLines(button.text, button.width - 2 * Theme.grid - button.mark, metrics)
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
}
