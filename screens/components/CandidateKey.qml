import QtQuick
import screens.theme

// A word to choose.
Touchable {
    id: key

    property bool first: false
    property int size: Theme.candidate
    property string text

    again: Theme.keyAgain
    corner: Theme.radiusSmall
    spoken: text

    Rectangle {
        anchors.fill: parent
        color: key.pressed ? (Theme.contrast ? Theme.pressed : Theme.mistTint) : key.first ? Theme.mist : Theme.paper
        radius: Theme.radiusSmall

        border {
            color: key.first ? Theme.pine : Theme.edge
            width: key.pressed || key.first && Theme.contrast ? Theme.stroke : Theme.hairline
        }
    }

    Text {
        anchors.centerIn: parent
        color: key.first ? Theme.mistInk : Theme.ink
        font.pixelSize: Math.min(key.size, Math.floor((key.width - 2 * Theme.half) / Math.max(1, Array.from(key.text).length)))
        text: key.text
        textFormat: Text.PlainText
    }
}
