pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What was not good? As many as are true, or none.
ScreenFrame {
    id: screen

    property var marked: previous === "" ? [] : previous.split(",")
    required property var reasons

    function turn(reason: string): void {
        marked = marked.includes(reason) ? marked.filter(other => other !== reason) : [...marked, reason];
    }

    heading: Words.say("screen.WhatWasWrong.title")
    primaryText: Words.say(marked.length === 0 ? "screen.WhatWasWrong.none" : "screen.WhatWasWrong.send")

    onPrimaryChosen: answered(marked.join(","))

    Prose {
        id: about

        color: Theme.second
        say: Words.say("screen.WhatWasWrong.about")
        visible: !(Theme.large && Theme.tight)
        width: parent.width
    }

    Pages {
        id: rows

        readonly property int columns: Theme.landscape ? 2 : 1
        readonly property int lines: Math.ceil(screen.reasons.length / columns)
        readonly property int share: Math.floor((height - (lines - 1) * spacing) / lines)

        spacing: Theme.gap

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
            top: about.visible ? about.bottom : parent.top
            topMargin: about.visible ? Theme.air : 0
        }

        Repeater {
            model: rows.lines

            Row {
                id: line

                required property int index

                spacing: rows.spacing

                Repeater {
                    model: screen.reasons.slice(line.index * rows.columns, (line.index + 1) * rows.columns)

                    OptionRow {
                        required property string modelData

                        box: true
                        height: Math.max(implicitHeight, Math.min(rows.share, Theme.grid * 8))
                        marked: screen.marked.includes(modelData)
                        objectName: "reason-" + modelData
                        text: Words.say("reason_not_good." + modelData)
                        width: Math.floor((rows.width - (rows.columns - 1) * rows.spacing) / rows.columns)

                        onChosen: screen.turn(modelData)
                    }
                }
            }
        }
    }
}
