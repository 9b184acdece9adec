pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The field that identity cards are laid on, and the card that lies there, with its invented holder's name.
Item {
    id: picture

    readonly property bool card: party.facts.card !== undefined && party.facts.card !== ""
    required property var party
    readonly property bool ready: party.alive && party.facts.plugged !== false && party.facts.powered !== false

    Rectangle {
        id: body

        anchors.centerIn: parent
        color: Theme.ink
        height: width
        radius: Theme.mm(8)
        width: Math.min(parent.width, Theme.mm(112))

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.slot
            height: parent.height - Theme.mm(30)
            radius: Theme.mm(6)
            width: parent.width - Theme.mm(12)
            y: Theme.mm(6)

            border {
                color: picture.party.facts.asks_for_card === true ? Theme.flame : Theme.pine
                width: Theme.mm(1)
            }

            Rectangle {
                anchors.centerIn: parent
                color: Theme.peach
                height: width * 54 / 86
                radius: Theme.mm(4)
                visible: picture.card
                width: parent.width - Theme.mm(14)

                Rectangle {
                    color: Theme.flame
                    height: parent.height - 2 * y
                    radius: Theme.mm(2)
                    width: height * 0.78
                    x: parent.width - width - y
                    y: Theme.mm(8)
                }

                Label {
                    font.bold: true
                    font.pixelSize: Theme.mm(9)
                    maximumLineCount: 3
                    text: picture.party.facts.holder ?? ""
                    width: parent.width * 0.5
                    wrapMode: Text.Wrap
                    x: Theme.mm(6)
                    y: Theme.mm(8)
                }
            }
        }

        Rectangle {
            color: picture.ready ? Theme.flame : Theme.persimmon
            height: width
            radius: width / 2
            width: Theme.mm(6)
            x: Theme.mm(10)
            y: parent.height - Theme.mm(15)
        }

        Label {
            color: Theme.overDeepSecond
            font.pixelSize: Theme.mm(7.5)
            horizontalAlignment: Text.AlignRight
            text: !picture.ready ? Bench.say("no reader") : picture.card ? "" : Bench.say("no card")
            width: parent.width - Theme.mm(32)
            x: Theme.mm(22)
            y: parent.height - Theme.mm(17)
        }
    }
}
