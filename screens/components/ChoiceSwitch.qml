import QtQuick
import screens.theme

// A quiet choice beside the main one: a box to tick, and what it means, in words that change when it is ticked.
Touchable {
    id: choice

    property bool on: false
    property string onText
    property string text

    corner: Theme.radiusSmall
    implicitHeight: Math.max(Theme.tight ? Theme.target : Theme.button, Math.ceil(label.implicitHeight) + 2 * Theme.half + Theme.half)
    spoken: on ? onText : text

    Rectangle {
        anchors.fill: parent
        color: choice.on ? Theme.peach : choice.pressed ? Theme.pressed : Theme.ground
        radius: Theme.radiusSmall

        border {
            color: choice.on ? Theme.persimmonInk : Theme.edge
            width: choice.on ? Theme.stroke : Theme.hairline
        }
    }

    Rectangle {
        id: box

        color: choice.on ? Theme.persimmonInk : Theme.paper
        height: width
        radius: Theme.half
        width: Math.round(Theme.body * 1.1)

        anchors {
            left: parent.left
            leftMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }

        border {
            color: choice.on ? Theme.persimmonInk : Theme.edge
            width: Theme.stroke
        }

        Icon {
            anchors.centerIn: parent
            ink: Theme.contrast ? Theme.black : Theme.white
            name: choice.on ? "check" : ""
            side: Math.round(box.width * 0.8)
        }
    }

    Prose {
        id: label

        color: choice.on ? Theme.persimmonInk : Theme.ink
        font.bold: choice.on
        say: choice.on ? choice.onText : choice.text

        anchors {
            left: box.right
            leftMargin: Theme.grid
            right: parent.right
            rightMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
    }
}
