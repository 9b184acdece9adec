pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// One simulator at a glance: its picture, what a person does to it most, and what came of the last press.
Card {
    id: card

    required property var party

    implicitHeight: Math.max(Theme.mm(190), deeds.implicitHeight + deeds.y + Theme.mm(34))

    Picture {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(12)
        anchors.top: parent.top
        anchors.topMargin: Theme.mm(12)
        opacity: card.party.alive ? 1 : 0.4
        party: card.party
        width: Theme.mm(108)
        x: Theme.mm(12)
    }

    Column {
        id: deeds

        spacing: Theme.mm(7)
        width: card.width - x - Theme.mm(12)
        x: Theme.mm(132)
        y: Theme.mm(12)

        Item {
            height: Theme.mm(22)
            width: parent.width

            Label {
                id: title
                anchors.verticalCenter: parent.verticalCenter

                font.bold: true
                font.pixelSize: Theme.mm(13)
                text: card.party.title
            }

            Lamps {
                anchors.left: title.right
                anchors.leftMargin: Theme.mm(8)
                anchors.right: all.left
                anchors.rightMargin: Theme.mm(6)
                clip: true
                facts: card.party.state
                height: Theme.mm(16)
                y: Theme.mm(3)
            }

            Chip {
                id: all

                anchors.right: parent.right
                objectName: "open-" + card.party.name
                text: Bench.say("Everything") + " →"

                onChosen: Bench.page = card.party.name
            }
        }

        Label {
            color: Theme.persimmonInk
            text: Bench.say("does not answer")
            visible: !card.party.alive
            width: parent.width
        }

        Repeater {
            model: card.party.groups

            ButtonGroup {
                required property var modelData

                buttons: modelData.buttons
                party: card.party.name
                title: modelData.title
                width: deeds.width
            }
        }
    }

    Label {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(8)
        color: Theme.second
        text: (card.party.armed.length > 0 ? "⚡ " + card.party.armed.map(fault => fault.says + " (" + fault.times + ")").join("; ") : card.party.answer)
        width: deeds.width
        x: deeds.x
    }
}
