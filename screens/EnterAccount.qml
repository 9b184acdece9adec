pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The account number, digit by digit.
ScreenFrame {
    id: screen

    required property bool byCard
    required property bool canScan
    property string digits: previous === "card" ? "" : previous
    required property int maxDigits
    required property int minDigits
    required property string primary
    required property string problem

    heading: problem !== "" && Theme.large && Theme.tight ? "" : Words.say("screen.EnterAccount.title")
    primaryText: Words.say(primary)
    primaryUsable: digits.length >= minDigits

    onPrimaryChosen: answered(digits)

    Item {
        id: entry

        readonly property real spare: screen.room.height - well.height - 2 * Theme.grid - (remark.visible ? remark.implicitHeight + Theme.gap : 0) - (Theme.landscape ? 0 : 4 * Theme.target + 3 * Theme.gap + 2 * Theme.grid) - (card.visible ? card.height + Theme.gap : 0)

        height: Theme.landscape ? parent.height : well.y + well.height + (card.visible ? card.height + Theme.gap : 0)
        // what a tall page has too much of, shared out above and below the number
        readonly property real loose: Theme.tight || Theme.large || !places.visible ? 0 : Math.max(0, (screen.room.height - where.implicitHeight - remark.height - places.implicitHeight - well.height - (card.visible ? card.height + Theme.gap : 0) - 6 * Theme.grid - 4 * keypad.keyMost - 3 * Theme.gap) / 3)
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        Prose {
            id: where

            color: Theme.second
            height: visible ? implicitHeight : 0
            say: Words.say(screen.canScan ? "screen.EnterAccount.hint_or_scan" : "screen.EnterAccount.hint", {
                "digits": screen.minDigits === screen.maxDigits ? screen.maxDigits : screen.minDigits + "–" + screen.maxDigits
            })
            visible: entry.spare >= implicitHeight
            width: parent.width
        }

        Remark {
            id: remark

            height: visible ? implicitHeight : 0
            text: screen.problem === "" ? "" : Words.say(screen.problem)
            urgent: true
            visible: screen.problem !== ""
            width: parent.width

            anchors {
                top: where.bottom
                topMargin: visible ? Theme.gap : 0
            }
        }

        Row {
            id: places

            spacing: Theme.gap
            visible: entry.spare >= where.implicitHeight + implicitHeight + 4 * Theme.grid
            width: parent.width

            anchors {
                top: remark.bottom
                topMargin: 2 * Theme.grid + entry.loose
            }

            Repeater {
                model: ["paper", "meter"]

                Row {
                    id: place

                    required property string modelData

                    spacing: Theme.grid
                    width: (places.width - Theme.gap) / 2

                    Medallion {
                        id: mark

                        name: place.modelData
                    }

                    Prose {
                        anchors.verticalCenter: parent.verticalCenter
                        say: Words.say("screen.EnterAccount.on_" + place.modelData)
                        width: parent.width - mark.width - parent.spacing
                    }
                }
            }
        }

        Rectangle {
            id: well

            color: Theme.paper
            height: Math.round(Theme.digits * 1.7)
            radius: Theme.radiusSmall
            width: parent.width

            anchors {
                top: places.visible ? places.bottom : remark.bottom
                topMargin: 2 * Theme.grid + entry.loose
            }

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

                        readonly property string figure: screen.digits.charAt(index)
                        required property int index

                        height: well.height
                        width: cells.step

                        Text {
                            anchors.centerIn: parent
                            color: Theme.ink
                            text: cell.figure
                            textFormat: Text.PlainText

                            font {
                                bold: true
                                pixelSize: Math.min(Theme.digits, Math.round(cells.step * 1.5))
                            }
                        }

                        Rectangle {
                            color: cell.index === screen.digits.length ? Theme.persimmon : Theme.edge
                            height: Theme.stroke
                            visible: cell.figure === ""
                            width: parent.width - Theme.half

                            anchors {
                                bottom: parent.bottom
                                bottomMargin: Theme.grid
                                horizontalCenter: parent.horizontalCenter
                            }
                        }
                    }
                }
            }
        }

        QuietButton {
            id: card

            height: visible ? implicitHeight : 0
            icon: Theme.large ? "" : "id_card"
            objectName: "by-card"
            text: Words.say("screen.EnterAccount.by_card")
            visible: screen.byCard && (screen.problem === "" || !Theme.large)
            width: parent.width

            anchors {
                top: well.bottom
                topMargin: Theme.gap
            }

            onChosen: screen.answered("card")
        }
    }

    Keypad {
        id: keypad

        readonly property int keyMost: Math.round(Theme.key * 1.7)
        readonly property real space: Theme.landscape ? parent.height : parent.height - entry.height - 2 * Theme.grid

        keyHeight: Math.max(Theme.target, Math.min(keyMost, (space - 3 * rowSpacing) / 4))
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        onCleared: screen.digits = ""
        onDeleted: screen.digits = screen.digits.slice(0, -1)
        onDigit: value => {
            if (screen.digits.length < screen.maxDigits)
                screen.digits += value;
        }

        anchors {
            bottom: Theme.landscape ? undefined : parent.bottom
            right: parent.right
            verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
        }
    }
}
