import QtQuick
import screens.theme

// Back, and whatever else may be done instead.
Touchable {
    id: button

    property bool deep: false
    property string icon
    readonly property color ink: deep ? Theme.overDeep : Theme.ink
    property string text

    implicitHeight: Math.max(Theme.button, row.implicitHeight + Theme.gap)
    implicitWidth: row.implicitWidth + 2 * Theme.margin
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
            anchors.verticalCenter: parent.verticalCenter
            color: button.ink
            horizontalAlignment: Text.AlignHCenter
            text: button.text
            textFormat: Text.PlainText
            width: Math.min(implicitWidth, button.width - 2 * Theme.grid - (button.icon === "" ? 0 : Theme.action + Theme.half))
            wrapMode: Text.Wrap

            font {
                bold: true
                pixelSize: Theme.action
            }
        }
    }
}
