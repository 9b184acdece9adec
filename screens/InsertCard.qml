pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// A gas card is waited for: where it goes, and what is wrong with the one that is there.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    required property bool canLeave
    required property string step
    readonly property bool wrong: step !== "insert" && step !== "again"

    centered: !beside
    continuous: true
    heading: Words.say("screen.InsertCard.title." + step)
    secondaryText: canLeave ? Words.say("screen.InsertCard.later") : ""

    onSecondaryChosen: answered("later")

    Medallion {
        id: picture

        readonly property real space: screen.beside ? screen.room.height : screen.room.height - words.implicitHeight - 4 * Theme.grid

        color: screen.wrong ? Theme.peach : Theme.mist
        ink: screen.wrong ? Theme.persimmonInk : Theme.mistInk
        name: screen.wrong ? "take_card" : "present_card"
        share: 0.52
        side: Math.round(Math.max(Theme.picture, Math.min(space, Theme.grid * 80, screen.room.width * (screen.beside ? 0.36 : 0.8))))
        tint: screen.wrong ? Theme.peachTint : Theme.mistTint

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? undefined : parent.top
            topMargin: screen.beside ? 0 : Math.max(Theme.grid, (space - side) / 2)
            verticalCenter: screen.beside ? parent.verticalCenter : undefined
        }
    }

    Item {
        id: words

        height: implicitHeight
        implicitHeight: Math.max(body.implicitHeight, pointer.visible ? pointer.height : 0)

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: screen.beside ? picture.left : parent.right
            rightMargin: screen.beside ? Theme.margin : 0
        }

        Prose {
            id: body

            anchors.verticalCenter: parent.verticalCenter
            font.pixelSize: Theme.lead
            horizontalAlignment: screen.beside || pointer.visible ? Text.AlignLeft : Text.AlignHCenter
            say: Words.say("screen.InsertCard.body." + screen.step)
            width: parent.width - (pointer.visible ? pointer.width + 2 * Theme.grid : 0)
        }

        DevicePointer {
            id: pointer

            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            card: true
            height: Math.round(Theme.pictureLarge * 1.6)
            ink: Theme.second
            moving: true
            visible: !screen.beside && !Theme.large && !Theme.tight
            width: implicitWidth
        }
    }
}
