pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// Every fault that a simulator knows, with what it does; armed ones can be cleared.
Column {
    id: list

    required property var party

    spacing: Theme.mm(4)

    Item {
        height: Theme.mm(22)
        width: parent.width

        Label {
            anchors.verticalCenter: parent.verticalCenter
            font.bold: true
            font.pixelSize: Theme.mm(11)
            text: Bench.say("Faults")
        }

        Chip {
            anchors.right: parent.right
            objectName: list.party.name + "-clear-all"
            text: Bench.say("Clear all")
            visible: list.party.armed.length > 0

            onChosen: Bench.cleared(list.party.name, "")
        }
    }

    Repeater {
        model: list.party.faults

        Rectangle {
            id: fault

            readonly property var armed: list.party.armed.filter(armed => armed.name === modelData.name)
            required property var modelData

            color: armed.length > 0 ? Theme.peach : Theme.paper
            height: Math.max(says.implicitHeight, Theme.mm(21)) + Theme.mm(7)
            radius: Theme.radiusSmall
            width: list.width

            border {
                color: armed.length > 0 ? Theme.persimmonInk : Theme.line
                width: Theme.hairline
            }

            Label {
                id: says

                anchors.verticalCenter: parent.verticalCenter
                elide: Text.ElideNone
                text: fault.modelData.says
                width: fault.width - Theme.mm(166) // room for all buttons, so that nothing moves under the mouse
                wrapMode: Text.Wrap
                x: Theme.mm(8)
            }

            Row {
                id: buttons

                anchors.right: parent.right
                anchors.rightMargin: Theme.mm(6)
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.mm(4)

                Chip {
                    objectName: list.party.name + "-clear-" + fault.modelData.name
                    strong: true
                    text: "✕ " + (fault.armed.length > 1 ? fault.armed.length : (fault.armed[0]?.times ?? ""))
                    visible: fault.armed.length > 0

                    onChosen: Bench.cleared(list.party.name, fault.modelData.name)
                }

                Chip {
                    fault: true
                    objectName: list.party.name + "-once-" + fault.modelData.name
                    text: Bench.say("once")

                    onChosen: Bench.armed(list.party.name, fault.modelData.name, 1)
                }

                Chip {
                    fault: true
                    objectName: list.party.name + "-lasting-" + fault.modelData.name
                    text: Bench.say("until cleared")

                    onChosen: Bench.armed(list.party.name, fault.modelData.name, -1)
                }
            }
        }
    }
}
