pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Is everything right? As much of it as others may see.
ScreenFrame {
    id: screen

    required property string address
    readonly property var facts: [
        {
            "label": Words.say("request.item"),
            "figure": item
        },
        {
            "label": Words.say("request.name"),
            "figure": name
        },
        {
            "label": Words.say("request.phone"),
            "figure": phone
        },
        {
            "label": Words.say("request.address"),
            "figure": address
        },
        {
            "label": Words.say("request.when"),
            "figure": when
        }
    ].filter(fact => fact.figure !== "")
    required property string item
    required property string name
    required property string phone
    required property string title
    required property string when

    heading: Words.say(title)
    primaryText: Words.say("screen.ConfirmRequest.send")

    onPrimaryChosen: answered("send")

    Card {
        height: Math.min(rows.implicitHeight + 2 * Theme.grid, parent.height - (note.visible ? note.implicitHeight + Theme.gap : 0))
        width: parent.width

        Pages {
            id: rows

            anchors {
                fill: parent
                margins: Theme.grid
            }

            Repeater {
                model: screen.facts

                FactRow {
                    required property int index
                    required property var modelData

                    figure: modelData.figure
                    height: implicitHeight
                    label: modelData.label
                    ruled: index + 1 < screen.facts.length
                    width: rows.width
                }
            }
        }
    }

    Remark {
        id: note

        height: implicitHeight
        text: Words.say("screen.ConfirmRequest.masked")
        visible: !Theme.large && !Theme.landscape
        width: parent.width
        y: parent.height - height
    }
}
