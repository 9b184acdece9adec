pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// A day: year, month, day, digit by digit.
ScreenFrame {
    id: screen

    property string digits: previous === "skip" ? "" : previous
    required property bool optional
    required property string place
    required property string problem
    required property string title

    readonly property bool brief: Theme.large && Theme.tight
    heading: brief && problem !== "" ? "" : title
    primaryText: optional && digits === "" ? Words.say("screen.skip") : Words.say("screen.EnterDate.next")
    primaryUsable: digits.length === 8 || optional && digits === ""

    onPrimaryChosen: answered(digits === "" ? "skip" : digits)

    Item {
        id: entry

        height: Theme.landscape ? parent.height : well.y + well.height
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        Prose {
            id: hint

            color: Theme.second
            height: visible ? implicitHeight : 0
            say: screen.place
            visible: screen.problem === "" && !screen.brief
            width: parent.width
        }

        Remark {
            id: remark

            height: visible ? implicitHeight : 0
            text: screen.problem === "" ? "" : Words.say(screen.problem)
            urgent: true
            visible: screen.problem !== ""
            width: parent.width
        }

        Row {
            id: well

            spacing: Theme.gap
            width: parent.width
            y: Math.max(hint.height, remark.height) + (screen.brief ? (remark.visible ? Theme.gap : 0) : 2 * Theme.grid)

            Repeater {
                model: [
                    {
                        "from": 0,
                        "to": 4,
                        "name": "year"
                    },
                    {
                        "from": 4,
                        "to": 6,
                        "name": "month"
                    },
                    {
                        "from": 6,
                        "to": 8,
                        "name": "day"
                    }
                ]

                Rectangle {
                    id: part

                    required property var modelData
                    readonly property bool now: screen.digits.length >= modelData.from && screen.digits.length < modelData.to

                    color: Theme.paper
                    height: figures.height + unit.implicitHeight + Theme.half
                    radius: Theme.radiusSmall
                    width: Math.floor((well.width - 2 * well.spacing) * (modelData.to - modelData.from + 1) / 11)

                    border {
                        color: now ? Theme.pine : Theme.edge
                        width: now ? Theme.stroke : Theme.hairline
                    }

                    Text {
                        id: figures

                        color: Theme.ink
                        height: Math.round(Theme.digits * (screen.brief ? 1.35 : 1.5))
                        horizontalAlignment: Text.AlignHCenter
                        text: screen.digits.slice(part.modelData.from, part.modelData.to)
                        textFormat: Text.PlainText
                        verticalAlignment: Text.AlignVCenter
                        width: parent.width

                        font {
                            bold: true
                            features: ({
                                    "tnum": 1
                                })
                            pixelSize: Math.min(Math.round(Theme.digits * (screen.brief ? 0.9 : 1)), Math.round(part.width / (part.modelData.to - part.modelData.from + 0.6) * 1.6))
                        }
                    }

                    Text {
                        id: unit

                        anchors.top: figures.bottom
                        color: Theme.second
                        font.pixelSize: Theme.caption
                        horizontalAlignment: Text.AlignHCenter
                        text: Words.say("screen.EnterDate." + part.modelData.name)
                        textFormat: Text.PlainText
                        width: parent.width
                    }
                }
            }
        }
    }

    Keypad {
        readonly property real space: Theme.landscape ? parent.height : parent.height - entry.height - (screen.brief ? Theme.gap : 2 * Theme.grid)

        keyHeight: Math.max(Theme.target, Math.min(Math.round(Theme.key * 1.7), (space - 3 * rowSpacing) / 4))
        width: Theme.landscape ? Math.round((parent.width - 2 * Theme.margin) / 2) : parent.width

        onCleared: screen.digits = ""
        onDeleted: screen.digits = screen.digits.slice(0, -1)
        onDigit: value => {
            if (screen.digits.length < 8)
                screen.digits += value;
        }

        anchors {
            bottom: Theme.landscape ? undefined : parent.bottom
            right: parent.right
            verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
        }
    }
}
