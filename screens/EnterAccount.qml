pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The account number, digit by digit.
ScreenFrame {
    id: screen

    required property int minDigits
    required property int maxDigits
    required property string problem

    property string digits: previous

    primaryText: Words.say("screen.EnterAccount.primary")
    primaryUsable: digits.length >= minDigits
    heading: problem !== "" && Theme.large && Theme.tight ? "" : Words.say("screen.EnterAccount.title")
    onPrimaryChosen: answered(digits)

    Item {
        id: entry

        readonly property real spare: screen.room.height - well.height - 2 * Theme.grid - (remark.visible ? remark.implicitHeight + Theme.gap : 0) - (Theme.landscape ? 0 : 4 * Theme.target + 3 * Theme.gap + 2 * Theme.grid)

        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width
        height: Theme.landscape ? parent.height : well.y + well.height

        Prose {
            id: where

            width: parent.width
            height: visible ? implicitHeight : 0
            color: Theme.second
            visible: entry.spare >= implicitHeight
            text: Words.say("screen.EnterAccount.hint", {
                "digits": screen.minDigits === screen.maxDigits ? screen.maxDigits : screen.minDigits + "–" + screen.maxDigits
            })
        }

        Remark {
            id: remark

            anchors {
                top: where.bottom
                topMargin: visible ? Theme.gap : 0
            }
            visible: screen.problem !== ""
            width: parent.width
            height: visible ? implicitHeight : 0
            text: screen.problem === "" ? "" : Words.say(screen.problem)
            urgent: true
        }

        Row {
            id: places

            anchors {
                top: remark.bottom
                topMargin: 2 * Theme.grid
            }
            visible: entry.spare >= where.implicitHeight + implicitHeight + 4 * Theme.grid
            width: parent.width
            spacing: Theme.gap

            Repeater {
                model: ["paper", "meter"]

                Row {
                    id: place

                    required property string modelData

                    width: (places.width - Theme.gap) / 2
                    spacing: Theme.grid

                    Medallion {
                        id: mark

                        name: place.modelData
                    }

                    Prose {
                        anchors.verticalCenter: parent.verticalCenter
                        width: parent.width - mark.width - parent.spacing
                        text: Words.say("screen.EnterAccount.on_" + place.modelData)
                    }
                }
            }
        }

        Rectangle {
            id: well

            anchors {
                top: places.visible ? places.bottom : remark.bottom
                topMargin: 2 * Theme.grid
            }
            width: parent.width
            height: Math.round(Theme.digits * 1.7)
            color: Theme.paper
            radius: Theme.radiusSmall
            border {
                color: Theme.pine
                width: Theme.stroke
            }

            Row {
                id: cells

                readonly property real step: (parent.width - 2 * Theme.grid) / screen.maxDigits

                anchors.centerIn: parent

                Repeater {
                    model: screen.maxDigits

                    Item {
                        id: cell

                        required property int index
                        readonly property string figure: screen.digits.charAt(index)

                        width: cells.step
                        height: well.height

                        Text {
                            anchors.centerIn: parent
                            color: Theme.ink
                            font {
                                bold: true
                                pixelSize: Math.min(Theme.digits, Math.round(cells.step * 1.5))
                            }
                            text: cell.figure
                            textFormat: Text.PlainText
                        }

                        Rectangle {
                            anchors {
                                bottom: parent.bottom
                                bottomMargin: Theme.grid
                                horizontalCenter: parent.horizontalCenter
                            }
                            width: parent.width - Theme.half
                            height: Theme.stroke
                            visible: cell.figure === ""
                            color: cell.index === screen.digits.length ? Theme.persimmon : Theme.edge
                        }
                    }
                }
            }
        }
    }

    Keypad {
        readonly property real space: Theme.landscape ? parent.height : parent.height - entry.height - 2 * Theme.grid

        anchors {
            bottom: Theme.landscape ? undefined : parent.bottom
            right: parent.right
            verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
        }
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width
        keyHeight: Math.max(Theme.target, Math.min(Math.round(Theme.key * 1.7), (space - 3 * rowSpacing) / 4))
        onCleared: screen.digits = ""
        onDeleted: screen.digits = screen.digits.slice(0, -1)
        onDigit: value => {
            if (screen.digits.length < screen.maxDigits)
                screen.digits += value;
        }
    }
}
