import QtQuick
import screens.theme

// One of several answers below each other. The marked one differs in ground and edge, and has a tick.
Touchable {
    id: option

    property bool box: false // several may be marked: an empty box says so
    property string icon
    readonly property int inset: Theme.tight ? Theme.gap : Theme.grid + Theme.half
    property bool marked: false
    property bool stacked: false // the drawing above the words
    property string text

    Accessible.checkable: true
    Accessible.checked: marked
    implicitHeight: Math.max(Theme.target, words.implicitHeight + 2 * Theme.half + (stacked ? Theme.picture + Theme.gap : 0))
    spoken: text

    Shadow {
        of: face
        visible: Theme.shadows && !option.pressed && !option.marked
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: option.pressed ? Theme.pressed : option.marked ? Theme.mist : Theme.paper
        radius: Theme.radius

        border {
            color: option.marked ? Theme.pine : Theme.edge
            width: option.marked ? Theme.stroke : Theme.hairline
        }
    }

    Icon {
        id: drawing

        readonly property int room: option.stacked ? Math.min(option.width, option.height - words.implicitHeight - Theme.gap) - 2 * option.inset : option.height - 2 * Theme.gap

        ink: Theme.mistInk
        name: option.icon
        side: option.icon === "" ? 0 : Math.max(Theme.pictureSmall, Math.min(room, Theme.pictureLarge))
        tint: Theme.mistTint
        visible: option.icon !== ""
        x: option.stacked ? (option.width - width) / 2 : option.inset
        y: option.stacked ? (option.height - height - Theme.gap - words.implicitHeight) / 2 : (option.height - height) / 2
    }

    Prose {
        id: words

        font.bold: option.marked
        font.pixelSize: Theme.lead
        horizontalAlignment: option.stacked ? Text.AlignHCenter : Text.AlignLeft
        lineHeight: Theme.titleLineHeight
        say: option.text
        width: option.stacked ? option.width - 2 * Theme.half : tick.x - x - Theme.gap
        x: option.stacked ? Theme.half : option.inset + (drawing.visible ? drawing.side + option.inset : 0)
        y: option.stacked ? drawing.y + drawing.height + Theme.gap : (option.height - implicitHeight) / 2
    }

    Rectangle {
        id: tick

        color: option.marked ? Theme.pine : Theme.clear
        height: Theme.pictureSmall
        radius: option.box ? Theme.half : height / 2
        visible: option.box || option.marked
        width: height

        border {
            color: option.marked ? Theme.pine : Theme.edge
            width: Theme.hairline
        }

        x: option.width - width - (option.stacked ? Theme.half : option.inset)
        y: option.stacked ? Theme.half : (option.height - height) / 2

        Icon {
            anchors.centerIn: parent
            ink: Theme.overPine
            name: "check"
            side: Math.round(tick.height * 0.72)
            tint: Theme.pine
            visible: option.marked
        }
    }
}
