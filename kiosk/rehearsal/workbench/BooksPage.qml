pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The books of every party side by side, and whether they agree.
ScrollSheet {
    id: page

    readonly property bool agree: Bench.lines.every(line => line.agrees && line.owed === "")

    contentHeight: sheet.height + Theme.mm(10)

    Column {
        id: sheet

        spacing: Theme.mm(12)
        width: page.width - Theme.mm(6)

        Card {
            id: card

            readonly property var shares: [0.17, 0.19, 0.09, 0.09, 0.09, 0.09, 0.09, 0.09, 0.1]

            function share(column: int): real {
                return (width - Theme.mm(24)) * shares[column];
            }

            height: table.y + table.height + Theme.mm(12)
            width: parent.width

            Label {
                font.bold: true
                font.pixelSize: Theme.mm(13)
                text: Bench.say("Do the books agree?")
                x: Theme.mm(12)
                y: Theme.mm(12)
            }

            Label {
                anchors.right: parent.right
                anchors.rightMargin: Theme.mm(12)
                color: page.agree ? Theme.pine : Theme.persimmonInk
                font.bold: true
                font.pixelSize: Theme.mm(13)
                objectName: "books-agree"
                text: Bench.lines.length === 0 ? Bench.say("no order yet") : page.agree ? "✓ " + Bench.say("All books agree to the fen") : Bench.say("Not yet")
                y: Theme.mm(12)
            }

            Column {
                id: table

                width: parent.width - 2 * x
                x: Theme.mm(12)
                y: Theme.mm(36)

                Row {
                    height: Theme.mm(17)

                    Repeater {
                        model: ["Order", "The terminal says", "charged", "returned", "delivered", "channel: charged", "returned", "company: booked", ""]

                        Label {
                            required property int index
                            required property string modelData

                            color: Theme.second
                            font.pixelSize: Theme.mm(8.5)
                            horizontalAlignment: index > 1 ? Text.AlignRight : Text.AlignLeft
                            rightPadding: Theme.mm(4)
                            text: modelData === "" ? "" : Bench.say(modelData)
                            width: card.share(index)
                        }
                    }
                }

                Repeater {
                    model: Bench.lines

                    Rectangle {
                        id: line

                        required property var modelData

                        color: modelData.agrees && modelData.owed === "" ? Theme.paper : Theme.peach
                        height: Theme.mm(18)
                        width: table.width

                        Row {
                            anchors.verticalCenter: parent.verticalCenter

                            Repeater {
                                model: [line.modelData.number, line.modelData.state, ...line.modelData.ours, ...line.modelData.theirs, line.modelData.agrees && line.modelData.owed === "" ? "✓" : line.modelData.owed === "" ? "≠" : Bench.say("owed") + " " + line.modelData.owed]

                                Label {
                                    required property int index
                                    required property string modelData

                                    font.bold: index === 0
                                    horizontalAlignment: index > 1 ? Text.AlignRight : Text.AlignLeft
                                    rightPadding: Theme.mm(4)
                                    text: modelData
                                    width: card.share(index)
                                }
                            }
                        }
                    }
                }
            }
        }

        Flow {
            id: books

            readonly property int columns: width > Theme.mm(560) ? 2 : 1

            spacing: Theme.mm(10)
            width: sheet.width

            Repeater {
                model: Bench.parties

                Repeater {
                    id: party

                    required property var modelData

                    model: modelData.tables

                    BookTable {
                        required property var modelData

                        height: implicitHeight
                        table: modelData
                        title: party.modelData.title + " · " + modelData.title
                        width: (books.width - (books.columns - 1) * books.spacing) / books.columns
                    }
                }
            }
        }
    }
}
