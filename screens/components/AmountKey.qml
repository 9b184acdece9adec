import QtQuick
import screens.theme

// An amount to touch, or what leads to another one (`quiet`).
Touchable {
    id: key

    property bool quiet: false
    property string text

    implicitHeight: Math.max(Theme.tight ? Theme.target : Theme.button, label.implicitHeight + Theme.grid)
    spoken: text

    Shadow {
        of: face
        visible: Theme.shadows && !key.pressed && !key.quiet
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: key.pressed ? (Theme.contrast ? Theme.pressed : Theme.mist) : key.quiet ? Theme.ground : Theme.paper
        radius: Theme.radius

        border {
            color: key.pressed ? Theme.pine : Theme.edge
            width: key.pressed ? Theme.stroke : Theme.hairline
        }
    }

    Text {
        id: label

        anchors.centerIn: parent
        color: Theme.ink
        horizontalAlignment: Text.AlignHCenter
        text: key.text
        textFormat: Text.PlainText
        width: Math.min(implicitWidth, key.width - 2 * Theme.half)
        wrapMode: Text.Wrap

        font {
            bold: true
            features: ({
                    "tnum": 1
                })
            pixelSize: key.quiet ? Theme.action : Math.min(Theme.digits, Math.round(key.height * 0.7))
        }
    }
}
