pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// What a person before the simulator sees: what is wrong, or (`all`) everything.
Flow {
    id: lamps

    property bool all: false
    required property var facts

    spacing: Theme.mm(4)

    Repeater {
        model: lamps.facts.filter(fact => lamps.all || fact.bad)

        Rectangle {
            id: lamp

            required property var modelData

            color: modelData.bad ? Theme.peach : Theme.mist
            height: Theme.mm(16)
            radius: height / 2
            width: Math.min(lamps.width, fact.implicitWidth + Theme.mm(14))

            Label {
                id: fact

                anchors.centerIn: parent
                color: lamp.modelData.bad ? Theme.persimmonInk : Theme.mistInk
                font.pixelSize: Theme.mm(8.5)
                text: lamp.modelData.label + ": " + lamp.modelData.value
                width: Math.min(implicitWidth, parent.width - Theme.mm(12))
            }
        }
    }
}
