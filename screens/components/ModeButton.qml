import QtQuick
import screens.theme

// One of the modes bar: a drawing above its word. A mode that is on is framed and marked with a tick, not only colored.
Touchable {
    id: mode

    property string icon
    property string text
    property bool on: false
    property color ink: Theme.ink
    property color tint: Theme.mistTint
    readonly property color shown: on ? Theme.overPine : ink

    implicitWidth: Math.max(Theme.target, label.implicitWidth + Theme.half)
    spoken: text

    Rectangle {
        anchors {
            fill: parent
            bottomMargin: Theme.half
            topMargin: Theme.half
        }
        color: mode.on ? Theme.pine : mode.pressed ? Theme.pressed : Theme.paper
        radius: Theme.radiusSmall
    }

    Column {
        anchors.centerIn: parent

        Icon {
            anchors.horizontalCenter: parent.horizontalCenter
            ink: mode.shown
            name: mode.on ? "check" : mode.icon
            side: Theme.pictureSmall
            tint: mode.on ? Theme.pine : mode.tint
        }

        Text {
            id: label

            width: Math.min(implicitWidth, mode.width)
            anchors.horizontalCenter: parent.horizontalCenter
            color: mode.shown
            font.pixelSize: Theme.modeCaption
            horizontalAlignment: Text.AlignHCenter
            text: mode.text
            textFormat: Text.PlainText
        }
    }
}
