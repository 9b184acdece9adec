pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The buttons of one group of a simulator, under the group's name.
Column {
    id: group

    required property var buttons
    required property string party
    required property string title

    spacing: Theme.mm(3)

    Label {
        color: Theme.second
        font.pixelSize: Theme.mm(8.5)
        text: group.title
        width: parent.width
    }

    Flow {
        spacing: Theme.mm(4)
        width: parent.width

        Repeater {
            model: group.buttons

            Chip {
                required property var modelData

                fault: modelData.fault
                objectName: modelData.key
                strong: modelData.action !== "" && Bench.hints.some(hint => hint?.party === group?.party && hint?.action === modelData.action)
                text: modelData.label
                tip: modelData.tip

                onChosen: Bench.pressed(group.party, modelData.n)
            }
        }
    }
}
