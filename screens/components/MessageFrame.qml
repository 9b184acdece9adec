import QtQuick
import screens.theme

// A screen that says one thing: a drawing, a headline, a few lines.
ScreenFrame {
    id: frame

    property string drawing
    property string headline
    property string message
    default property alias more: extra.data
    property bool small: false
    property bool warm: false

    Pages {
        height: Math.min(implicitHeight, parent.height)
        spacing: 2 * Theme.grid
        y: split ? 0 : Math.max(0, Math.round((parent.height - implicitHeight) * 0.42))

        anchors {
            left: parent.left
            right: parent.right
        }

        Item {
            height: mark.height
            width: parent.width

            Medallion {
                id: mark

                anchors.horizontalCenter: parent.horizontalCenter
                color: frame.warm ? Theme.peach : Theme.mist
                ink: frame.warm ? Theme.persimmonInk : Theme.mistInk
                name: frame.drawing
                side: Math.round(Theme.pictureLarge * (frame.small || Theme.landscape ? 1 : Theme.narrow ? 1.6 : 2))
                tint: frame.warm ? Theme.peachTint : Theme.mistTint
            }
        }

        TitleText {
            horizontalAlignment: Text.AlignHCenter
            say: frame.headline
            width: parent.width
        }

        Prose {
            color: Theme.second
            font.pixelSize: Theme.lead
            horizontalAlignment: Text.AlignHCenter
            say: frame.message
            visible: say !== ""
            width: parent.width
        }

        Column {
            id: extra

            spacing: Theme.gap
            width: parent.width
        }
    }
}
