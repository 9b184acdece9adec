pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The demo accounts to type on the terminal.
Card {
    id: card

    implicitHeight: list.y + list.height + Theme.mm(12)

    Label {
        font.bold: true
        font.pixelSize: Theme.mm(13)
        text: Bench.say("Accounts to type on the terminal")
        x: Theme.mm(12)
        y: Theme.mm(12)
    }

    Flow {
        id: list

        width: card.width - 2 * x
        x: Theme.mm(12)
        y: Theme.mm(36)

        Repeater {
            model: Bench.accounts

            Item {
                id: account

                required property var modelData

                height: Theme.mm(20)
                width: Math.floor(list.width / Math.max(1, Math.floor(list.width / Theme.mm(210))))

                Label {
                    id: number

                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.pine
                    font.bold: true
                    text: account.modelData.number
                }

                Label {
                    anchors.left: number.right
                    anchors.leftMargin: Theme.mm(7)
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.second
                    text: account.modelData.holder + " · " + account.modelData.about
                    width: parent.width - x - Theme.mm(6)
                }
            }
        }
    }
}
