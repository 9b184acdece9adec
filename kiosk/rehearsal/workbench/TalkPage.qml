pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The talk on all wires in the order it happened.
Item {
    id: page

    Flow {
        id: filter

        spacing: Theme.mm(5)
        width: parent.width

        Chip {
            chosenNow: talk.only === ""
            text: Bench.say("All wires")

            onChosen: talk.only = ""
        }

        Repeater {
            model: Bench.parties

            Chip {
                required property var modelData

                chosenNow: talk.only === modelData.name
                objectName: "talk-" + modelData.name
                text: modelData.title

                onChosen: talk.only = modelData.name
            }
        }

        Label {
            color: Theme.second
            height: Theme.mm(21)
            text: "→ " + Bench.say("from the terminal") + "   ← " + Bench.say("to the terminal") + "   " + Bench.say("Touch a line for its bytes.")
            verticalAlignment: Text.AlignVCenter
        }
    }

    TalkList {
        id: talk

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(6)
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: filter.bottom
        anchors.topMargin: Theme.mm(8)
        named: true
        talk: Bench.talk
    }
}
