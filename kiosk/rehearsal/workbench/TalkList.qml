pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What passes on a wire, decoded; a touch shows the bytes. It follows the newest line unless one scrolls up.
Card {
    id: card

    property bool named: false
    property string only
    property int opened: -1
    required property var talk

    corner: Theme.radiusSmall

    ListView {
        id: list

        property bool follow: true

        anchors.fill: parent
        anchors.margins: Theme.mm(8)
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        model: card.talk

        delegate: Item {
            id: line

            required property int count
            required property string hex
            required property int index
            required property string party
            required property bool said
            readonly property bool shown: card.only === "" || card.only === party
            required property string time
            required property string what

            height: shown ? row.height + (bytes.visible ? bytes.height : 0) : 0
            visible: shown
            width: list.width

            Item {
                id: row

                height: Theme.mm(15)
                width: parent.width

                Label {
                    id: time

                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.second
                    font.pixelSize: Theme.mm(8.5)
                    text: line.time
                    width: Theme.mm(54)
                }

                Label {
                    id: who

                    anchors.left: time.right
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.second
                    font.pixelSize: Theme.mm(8.5)
                    text: Bench.titles[line.party] ?? line.party
                    visible: card.named
                    width: card.named ? Theme.mm(58) : 0
                }

                Label {
                    id: arrow

                    anchors.left: who.right
                    anchors.verticalCenter: parent.verticalCenter
                    color: line.said ? Theme.second : Theme.pine
                    font.bold: true
                    text: line.said ? "←" : "→"
                    width: Theme.mm(14)
                }

                Label {
                    anchors.left: arrow.right
                    anchors.right: times.left
                    anchors.verticalCenter: parent.verticalCenter
                    color: line.said ? Theme.second : Theme.ink
                    font.pixelSize: Theme.mm(9)
                    text: line.what.replace(/\n/g, " ")
                }

                Label {
                    id: times

                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.second
                    font.pixelSize: Theme.mm(8.5)
                    text: line.count > 1 ? "×" + line.count : ""
                }

                TapHandler {
                    onTapped: card.opened = card.opened === line.index ? -1 : line.index
                }
            }

            Rectangle {
                id: bytes

                color: Theme.mist
                height: dump.height + Theme.mm(8)
                radius: Theme.radiusSmall
                visible: card.opened === line.index
                width: parent.width - Theme.mm(54)
                x: Theme.mm(54)
                y: row.height

                Label {
                    id: dump

                    elide: Text.ElideNone
                    font.family: "monospace"
                    font.pixelSize: Theme.mm(8.5)
                    text: line.what + "\n" + (line.hex === "" ? Bench.say("no bytes") : line.hex.replace(/(..)/g, "$1 "))
                    width: parent.width - Theme.mm(12)
                    wrapMode: Text.Wrap
                    x: Theme.mm(6)
                    y: Theme.mm(4)
                }
            }
        }

        onCountChanged: {
            if (follow)
                Qt.callLater(positionViewAtEnd);
        }
        onMovementEnded: follow = atYEnd
    }

    Label {
        anchors.centerIn: parent
        color: Theme.second
        text: Bench.say("nothing has passed yet")
        visible: list.count === 0
    }
}
