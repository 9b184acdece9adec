import QtQuick
import screens.theme

// One of the modes bar: a drawing above its word. A mode that is on is framed and marked with a tick, not only colored.
Touchable {
    id: mode

    corner: Theme.radiusSmall

    property string icon
    property color ink: Theme.ink
    property bool on: false
    readonly property color shown: on ? Theme.overPine : ink
    property string text
    property color tint: Theme.mistTint

    bare: true
    implicitWidth: Math.max(Theme.target, label.implicitWidth + Theme.half)
    spoken: text

    Rectangle {
        color: mode.on ? Theme.pine : mode.pressed ? Theme.pressed : Theme.paper
        radius: Theme.radiusSmall

        anchors {
            bottomMargin: Theme.half
            fill: parent
            topMargin: Theme.half
        }
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

            anchors.horizontalCenter: parent.horizontalCenter
            color: mode.shown
            font.pixelSize: Theme.modeCaption
            horizontalAlignment: Text.AlignHCenter
            text: mode.text
            textFormat: Text.PlainText
            width: Math.min(implicitWidth, mode.width)
        }
    }
}
