pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The company's house: lit when it answers.
Item {
    id: company

    readonly property bool lit: party.alive && party.facts.plugged !== false
    required property var party

    Rectangle {
        id: house

        anchors.horizontalCenter: parent.horizontalCenter
        color: Theme.pine
        height: Math.min(parent.height - y, width * 1.05)
        y: Theme.mm(40)
        radius: Theme.mm(4)
        width: Math.min(parent.width * 0.8, Theme.mm(130))

        Grid {
            anchors.horizontalCenter: parent.horizontalCenter
            columns: 4
            spacing: Theme.mm(6)
            y: Theme.mm(12)

            Repeater {
                model: 8

                Rectangle {
                    required property int index

                    color: company.lit && index % 3 !== 1 ? Theme.flame : Theme.pinePressed
                    height: house.height * 0.18
                    radius: Theme.mm(2)
                    width: (house.width - Theme.mm(42)) / 4
                }
            }
        }

        Rectangle {
            anchors.bottom: parent.bottom
            anchors.horizontalCenter: parent.horizontalCenter
            color: company.lit ? Theme.peach : Theme.pinePressed
            height: parent.height * 0.32
            radius: Theme.mm(2)
            width: parent.width * 0.28
        }
    }

    Rectangle {
        anchors.bottom: house.top
        anchors.horizontalCenter: parent.horizontalCenter
        color: Theme.ink
        height: Theme.mm(5)
        radius: Theme.mm(2)
        width: house.width + Theme.mm(10)
    }

    Icon {
        anchors.bottom: house.top
        anchors.bottomMargin: Theme.mm(6)
        anchors.horizontalCenter: parent.horizontalCenter
        name: "gas_bill"
        side: Theme.mm(28)
    }
}
