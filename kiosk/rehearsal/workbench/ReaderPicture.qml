pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The card terminal: its display, its keys, and the card that is in it.
Item {
    id: reader

    readonly property bool card: party.facts.card_in === true
    required property var party

    Rectangle {
        color: Theme.persimmon
        height: Theme.mm(30)
        radius: Theme.mm(3)
        visible: reader.card
        width: body.width * 0.62
        x: body.x + (body.width - width) / 2
        y: body.y + body.height - Theme.mm(14)
    }

    Rectangle {
        id: body

        anchors.horizontalCenter: parent.horizontalCenter
        color: Theme.ink
        height: Math.min(reader.height - Theme.mm(16), reader.width * 1.45)
        radius: Theme.mm(10)
        width: height / 1.45

        Rectangle {
            id: display

            color: Theme.mist
            height: parent.height * 0.38
            radius: Theme.mm(4)
            width: parent.width - 2 * x
            x: Theme.mm(8)
            y: Theme.mm(8)

            Column {
                anchors.centerIn: parent
                width: parent.width - Theme.mm(6)

                Repeater {
                    model: reader.party.display

                    Label {
                        required property string modelData

                        font.bold: true
                        horizontalAlignment: Text.AlignHCenter
                        maximumLineCount: 3
                        text: modelData
                        width: parent.width
                        wrapMode: Text.Wrap
                    }
                }

                Label {
                    color: Theme.persimmonInk
                    font.bold: true
                    font.pixelSize: Theme.mm(13)
                    horizontalAlignment: Text.AlignHCenter
                    text: reader.party.amount
                    visible: text !== ""
                    width: parent.width
                }
            }
        }

        Grid {
            id: keys

            readonly property real side: (parent.height - display.height - Theme.mm(26)) / 4 - spacing

            anchors.horizontalCenter: parent.horizontalCenter
            columns: 3
            spacing: Theme.mm(3)
            y: display.y + display.height + Theme.mm(8)

            Repeater {
                model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "×", "0", "○"]

                Rectangle {
                    required property string modelData

                    color: modelData === "×" ? Theme.persimmon : modelData === "○" ? Theme.pine : Theme.paper
                    height: keys.side
                    radius: Theme.mm(3)
                    width: keys.side * 1.5

                    Label {
                        anchors.centerIn: parent
                        color: parent.modelData === "×" || parent.modelData === "○" ? Theme.white : Theme.ink
                        font.bold: true
                        text: parent.modelData
                    }
                }
            }
        }
    }
}
