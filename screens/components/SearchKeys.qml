pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// Letters and digits to search by: as on a computer's keyboard where ten keys have room; else letters in their order, and
// the digits in their place when they are asked for.
Column {
    id: keys

    readonly property bool ample: width >= 10 * Theme.target + 9 * 0.75 * Theme.gap
    readonly property int between: ample ? Math.min(Theme.gap, Math.floor((width - 10 * Theme.target) / 9)) : Theme.gap
    property bool digits: false
    readonly property int keyWidth: Math.floor((width - (perRow - 1) * between) / perRow)
    readonly property int perRow: ample ? 10 : Math.max(1, Math.floor((width + Theme.gap) / (Theme.target + Theme.gap)))
    readonly property var rows: {
        if (ample)
            return ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm<"];
        const found = [];
        for (let rest = digits ? "1234567890+<" : "abcdefghijklmnopqrstuvwxyz+<"; rest !== ""; rest = rest.slice(perRow))
            found.push(rest.slice(0, perRow));
        return found;
    }

    signal deleted
    signal typed(value: string)

    spacing: Theme.gap

    Repeater {
        model: keys.rows

        Row {
            id: line

            required property string modelData

            anchors.horizontalCenter: keys.ample ? parent?.horizontalCenter : undefined
            spacing: keys.between

            Repeater {
                model: line.modelData.length

                Touchable {
                    id: key

                    readonly property bool deletes: letter === "<"
                    required property int index
                    readonly property string letter: line.modelData.charAt(index)

                    again: Theme.keyAgain
                    corner: Theme.radiusSmall
                    height: Theme.target
                    objectName: "key-" + (deletes ? "delete" : shifts ? "shift" : letter)
                    readonly property bool quiet: deletes || shifts
                    readonly property bool shifts: letter === "+"
                    spoken: deletes ? Words.say("screen.key.delete") : shifts ? (keys.digits ? "ABC" : "123") : letter
                    width: deletes && keys.ample ? 2 * keys.keyWidth + keys.between : keys.keyWidth

                    onChosen: {
                        if (deletes)
                            keys.deleted();
                        else if (shifts)
                            keys.digits = !keys.digits;
                        else
                            keys.typed(letter);
                    }

                    Shadow {
                        corner: face.radius
                        of: face
                        visible: Theme.shadows && !key.pressed && !key.quiet
                    }

                    Rectangle {
                        id: face

                        anchors.fill: parent
                        color: key.pressed ? (Theme.contrast ? Theme.pressed : Theme.mist) : key.quiet ? Theme.ground : Theme.paper
                        radius: Theme.radiusSmall

                        border {
                            color: key.pressed ? Theme.pine : Theme.edge
                            width: key.pressed ? Theme.stroke : Theme.hairline
                        }
                    }

                    Text {
                        anchors.centerIn: parent
                        color: Theme.ink
                        text: key.spoken.toUpperCase()
                        textFormat: Text.PlainText
                        visible: !key.deletes

                        font {
                            bold: true
                            pixelSize: key.shifts ? Theme.keyCaption : Math.min(Theme.heading, Math.round(key.height * 0.7))
                        }
                    }

                    Icon {
                        anchors.centerIn: parent
                        name: key.deletes ? "delete" : ""
                        side: Theme.lead
                        tint: Theme.ground
                    }
                }
            }
        }
    }
}
