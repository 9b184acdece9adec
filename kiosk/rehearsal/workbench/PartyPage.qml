pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Everything about one simulator: what to do, what can fail, what it booked and what passes on its wire.
Item {
    id: page

    required property var party

    Card {
        id: face

        height: page.height - Theme.mm(6)
        width: Theme.mm(150)

        Label {
            id: title

            font.bold: true
            font.pixelSize: Theme.mm(13)
            horizontalAlignment: Text.AlignHCenter
            text: page.party.title
            width: parent.width
            y: Theme.mm(10)
        }

        Picture {
            anchors.bottom: lamps.top
            anchors.bottomMargin: Theme.mm(8)
            anchors.horizontalCenter: parent.horizontalCenter
            anchors.top: title.bottom
            anchors.topMargin: Theme.mm(8)
            party: page.party
            width: parent.width - Theme.mm(20)
        }

        Lamps {
            id: lamps

            all: true
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.mm(10)
            facts: page.party.state
            width: parent.width - 2 * x
            x: Theme.mm(10)
        }
    }

    ScrollSheet {
        id: middle

        contentHeight: deeds.height + Theme.mm(12)
        height: page.height - Theme.mm(6)
        width: (page.width - face.width - Theme.mm(24)) * 0.5
        x: face.width + Theme.mm(12)

        Column {
            id: deeds

            spacing: Theme.mm(9)
            width: middle.width - Theme.mm(6)

            Label {
                color: page.party.alive ? Theme.second : Theme.persimmonInk
                text: page.party.alive ? page.party.answer : Bench.say("does not answer")
                visible: text !== ""
                width: parent.width
            }

            Repeater {
                model: page.party.groups

                ButtonGroup {
                    required property var modelData

                    buttons: modelData.buttons
                    party: page.party.name
                    title: modelData.title
                    width: deeds.width
                }
            }

            FaultList {
                party: page.party
                width: parent.width
            }
        }
    }

    ScrollSheet {
        id: books

        contentHeight: tables.height
        height: Math.min(tables.height + Theme.mm(4), page.height * 0.42)
        width: page.width - x
        x: middle.x + middle.width + Theme.mm(12)

        Column {
            id: tables

            spacing: Theme.mm(6)
            width: books.width

            Repeater {
                model: page.party.tables

                BookTable {
                    required property var modelData

                    height: implicitHeight
                    table: modelData
                    title: Bench.say("Books") + " · " + modelData.title
                    width: tables.width
                }
            }
        }
    }

    TalkList {
        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.mm(6)
        anchors.left: books.left
        anchors.right: parent.right
        anchors.top: books.bottom
        anchors.topMargin: Theme.mm(8)
        talk: page.party.talk
    }
}
