pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// What a person before the simulator sees: lamps that are on, and values.
Flow {
    id: lamps

    property bool all: false
    required property var facts

    spacing: Theme.mm(4)

    Repeater {
        model: lamps.facts.filter(fact => lamps.all || (fact.lamp ? fact.on !== (fact.key === "plugged" || fact.key === "powered") : false))

        Rectangle {
            id: lamp

            readonly property bool good: modelData.lamp && modelData.on === (modelData.key === "plugged" || modelData.key === "powered")
            required property var modelData

            color: modelData.lamp && !good ? Theme.peach : Theme.mist
            height: Theme.mm(16)
            radius: height / 2
            width: Math.min(lamps.width, fact.implicitWidth + Theme.mm(14))

            Label {
                id: fact

                anchors.centerIn: parent
                width: Math.min(implicitWidth, parent.width - Theme.mm(12))
                color: lamp.modelData.lamp && !lamp.good ? Theme.persimmonInk : Theme.mistInk
                font.pixelSize: Theme.mm(8.5)
                text: lamp.modelData.lamp ? (lamp.modelData.on ? lamp.modelData.label : lamp.modelData.label + ": " + lamp.modelData.value) : lamp.modelData.label + ": " + lamp.modelData.value
            }
        }
    }
}
