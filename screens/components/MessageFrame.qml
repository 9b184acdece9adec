import QtQuick
import screens.theme

// A screen that says one thing: a drawing, a headline, a few lines.
ScreenFrame {
    id: frame

    property string drawing
    property string headline
    property string message
    property bool warm: false
    property bool small: false
    default property alias more: extra.data

    Pages {
        anchors {
            left: parent.left
            right: parent.right
        }
        y: split ? 0 : Math.max(0, Math.round((parent.height - implicitHeight) * 0.42))
        height: Math.min(implicitHeight, parent.height)
        spacing: 2 * Theme.grid

        Item {
            width: parent.width
            height: mark.height

            Medallion {
                id: mark

                anchors.horizontalCenter: parent.horizontalCenter
                color: frame.warm ? Theme.peach : Theme.mist
                ink: frame.warm ? Theme.persimmonInk : Theme.mistInk
                name: frame.drawing
                side: Math.round(Theme.pictureLarge * (frame.small || Theme.landscape ? 1 : 1.7))
                tint: frame.warm ? Theme.peachTint : Theme.mistTint
            }
        }

        Text {
            width: parent.width
            color: Theme.ink
            font {
                bold: true
                pixelSize: Theme.title
            }
            horizontalAlignment: Text.AlignHCenter
            lineHeight: Theme.titleLineHeight
            text: frame.headline
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
        }

        Prose {
            visible: text !== ""
            width: parent.width
            color: Theme.second
            font.pixelSize: Theme.lead
            horizontalAlignment: Text.AlignHCenter
            text: frame.message
        }

        Column {
            id: extra

            width: parent.width
            spacing: Theme.gap
        }
    }
}
