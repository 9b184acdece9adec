pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The number of a queue ticket: a letter, and three or four digits.
ScreenFrame {
    id: screen

    required property bool canScan
    readonly property int columns: Math.min(letters.length, Math.max(1, Math.floor((keypad.width + Theme.gap) / (Theme.target + Theme.gap))))
    property string digits: previous.slice(1)
    property string letter: previous === "" ? (letters.length === 1 ? letters[0] : "") : previous.charAt(0)
    required property var letters
    required property string problem

    heading: problem !== "" && (Theme.narrow || (Theme.large && Theme.landscape)) ? "" : Words.say("screen.EnterTicket.title")
    primaryText: Words.say("screen.EnterTicket.go")
    primaryUsable: letter !== "" && digits.length >= 3

    onPrimaryChosen: answered(letter + digits)

    Column {
        id: entry

        spacing: Theme.tight ? Theme.grid : 2 * Theme.grid
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        Prose {
            color: Theme.second
            say: Words.say(screen.canScan ? "screen.EnterTicket.hint_or_scan" : "screen.EnterTicket.hint")
            visible: screen.problem === "" && !(Theme.large && Theme.tight)
            width: parent.width
        }

        Remark {
            height: implicitHeight
            text: screen.problem === "" ? "" : Words.say(screen.problem)
            urgent: true
            visible: screen.problem !== ""
            width: parent.width
        }

        Rectangle {
            color: Theme.paper
            height: Math.round(Theme.digits * (Theme.large && Theme.narrow ? 1.15 : Theme.tight ? 1.4 : 1.7))
            radius: Theme.radiusSmall
            width: parent.width

            border {
                color: Theme.pine
                width: Theme.stroke
            }

            Text {
                anchors.centerIn: parent
                color: screen.letter + screen.digits === "" ? Theme.second : Theme.ink
                text: (screen.letter === "" ? "_" : screen.letter) + screen.digits.padEnd(3, "_")
                textFormat: Text.PlainText

                font {
                    bold: true
                    letterSpacing: Theme.half
                    pixelSize: Theme.digits
                }
            }
        }
    }

    Column {
        id: keys

        spacing: (Theme.tight ? 1 : 2) * Theme.gap
        width: entry.width

        anchors {
            bottom: Theme.landscape ? undefined : parent.bottom
            right: parent.right
            verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
        }

        Grid {
            id: choice

            columns: screen.columns
            rowSpacing: Theme.gap
            columnSpacing: Theme.gap
            visible: screen.letters.length > 1

            Repeater {
                model: screen.letters

                Touchable {
                    id: key

                    required property string modelData

                    corner: Theme.radiusSmall
                    height: Theme.target
                    objectName: "letter-" + modelData
                    spoken: modelData
                    width: Math.floor((keys.width - (screen.columns - 1) * Theme.gap) / screen.columns)

                    onChosen: screen.letter = modelData

                    Rectangle {
                        anchors.fill: parent
                        color: screen.letter === key.modelData ? Theme.pine : key.pressed ? Theme.pressed : Theme.paper
                        radius: Theme.radiusSmall

                        border {
                            color: Theme.edge
                            width: Theme.hairline
                        }
                    }

                    Text {
                        anchors.centerIn: parent
                        color: screen.letter === key.modelData ? Theme.overPine : Theme.ink
                        text: key.modelData
                        textFormat: Text.PlainText

                        font {
                            bold: true
                            pixelSize: Math.min(Theme.digits, Math.round(key.height * 0.7))
                        }
                    }
                }
            }
        }

        Keypad {
            id: keypad

            readonly property real space: screen.room.height - (Theme.landscape ? 0 : entry.height + entry.spacing) - (choice.visible ? choice.height + keys.spacing : 0)

            keyHeight: Math.max(Theme.target, Math.min(Math.round(Theme.key * 1.5), (space - 3 * rowSpacing) / 4))
            width: keys.width

            onCleared: screen.digits = ""
            onDeleted: screen.digits = screen.digits.slice(0, -1)
            onDigit: value => {
                if (screen.digits.length < 4)
                    screen.digits += value;
            }
        }
    }
}
