pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// "What can I do now": the most pressing first, each with the button that does it.
Rectangle {
    id: bar

    color: Theme.deep
    implicitHeight: 2 * Theme.mm(23) + 3 * Theme.mm(6) // always two, so that nothing below moves
    radius: Theme.radius

    Label {
        id: title

        color: Theme.overDeepSecond
        text: Bench.say("What can I do now?")
        x: Theme.mm(14)
        y: Theme.mm(8) + (Theme.mm(23) - height) / 2
    }

    Column {
        id: list

        spacing: Theme.mm(2)
        width: bar.width - x - Theme.mm(10)
        x: title.x + title.implicitWidth + Theme.mm(14)
        y: Theme.mm(8) // a hint stays where it is when a second one comes

        Repeater {
            model: Bench.hints

            Item {
                id: hint

                required property int index
                required property var modelData

                height: Theme.mm(23)
                width: list.width

                Icon {
                    id: picture

                    anchors.verticalCenter: parent.verticalCenter
                    ink: Theme.overDeep
                    name: hint.modelData.icon
                    side: Theme.mm(16)
                    tint: Theme.pineTint
                }

                Label {
                    anchors.left: picture.right
                    anchors.leftMargin: Theme.mm(7)
                    anchors.right: press.visible ? press.left : parent.right
                    anchors.rightMargin: Theme.mm(7)
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.overDeep
                    font.bold: hint.index === 0
                    font.pixelSize: Theme.mm(11)
                    text: hint.modelData.text
                }

                Chip {
                    id: press

                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    objectName: "hint-" + hint.modelData.action
                    text: hint.modelData.label
                    visible: hint.modelData.action !== ""

                    onChosen: hint.modelData.action === "clear" ? Bench.cleared(hint.modelData.party, "") : Bench.acted(hint.modelData.party, hint.modelData.action)
                }
            }
        }

        Label {
            color: Theme.overDeepSecond
            height: Theme.mm(23)
            leftPadding: Theme.mm(23)
            text: Bench.say("Press anything here at any moment; Books says whether everybody still agrees.")
            verticalAlignment: Text.AlignVCenter
            visible: Bench.hints.length < 2
            width: parent.width
        }
    }
}
