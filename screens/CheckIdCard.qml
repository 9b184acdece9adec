pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What was taken from the card, as much as others may see; and that the card is to be taken back.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    required property var lines
    required property string other
    required property string remark

    heading: Words.say("screen.CheckIdCard.title")
    primaryText: Words.say("screen.CheckIdCard.use")

    onPrimaryChosen: answered("use")

    Card {
        id: sheet

        height: Math.min(rows.implicitHeight + 2 * Theme.grid, screen.beside ? parent.height : parent.height - foot.height - way.height - 2 * Theme.gap)
        width: screen.beside ? Math.round((parent.width - Theme.gap) * 0.6) : parent.width

        Pages {
            id: rows

            anchors {
                fill: parent
                margins: Theme.grid
            }

            Repeater {
                model: screen.lines

                FactRow {
                    required property int index
                    required property var modelData

                    figure: modelData.shown
                    height: implicitHeight
                    label: modelData.label
                    ruled: index + 1 < screen.lines.length
                    width: rows.width
                }
            }
        }
    }

    Column {
        id: foot

        spacing: Theme.gap
        width: screen.beside ? parent.width - x : parent.width
        x: screen.beside ? sheet.width + Theme.gap : 0
        y: screen.beside ? 0 : sheet.height + Theme.gap

        Remark {
            height: implicitHeight
            icon: "id_card"
            text: Words.say("screen.CheckIdCard.take")
            urgent: true
            width: parent.width
        }

        Remark {
            height: implicitHeight
            text: screen.remark
            visible: text !== "" && !(Theme.large && Theme.tight)
            width: parent.width
        }
    }

    QuietButton {
        id: way

        height: implicitHeight
        objectName: "other"
        text: Words.say(screen.other)
        width: foot.width
        x: foot.x
        y: parent.height - height

        onChosen: screen.answered("other")
    }
}
