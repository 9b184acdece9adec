pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// One table of somebody's books, the newest rows first.
Card {
    id: card

    required property var table
    required property string title

    corner: Theme.radiusSmall
    implicitHeight: rows.y + rows.height + Theme.mm(10)

    Label {
        font.bold: true
        text: card.title
        x: Theme.mm(12)
        y: Theme.mm(8)
    }

    Column {
        id: rows

        width: card.width - 2 * x
        x: Theme.mm(12)
        y: Theme.mm(26)

        Row {
            Repeater {
                model: card.table.columns

                Label {
                    required property int index
                    required property string modelData

                    color: Theme.second
                    font.pixelSize: Theme.mm(8.5)
                    height: Theme.mm(14)
                    horizontalAlignment: card.table.numbers[index] ? Text.AlignRight : Text.AlignLeft
                    rightPadding: Theme.mm(6)
                    text: modelData
                    width: rows.width * card.table.shares[index]
                }
            }
        }

        Repeater {
            model: card.table.rows

            Row {
                id: row

                required property var modelData

                Repeater {
                    model: row.modelData

                    Label {
                        required property int index
                        required property string modelData

                        font.pixelSize: Theme.mm(9)
                        height: Theme.mm(15)
                        horizontalAlignment: card.table.numbers[index] ? Text.AlignRight : Text.AlignLeft
                        rightPadding: Theme.mm(6)
                        text: modelData
                        width: rows.width * card.table.shares[index]
                    }
                }
            }
        }

        Label {
            color: Theme.second
            text: Bench.say("nothing yet")
            visible: card.table.rows.length === 0
        }
    }
}
