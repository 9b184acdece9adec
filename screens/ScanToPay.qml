pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The code to scan with the wallet app, how that is done, and how long there is for it.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property string channel
    required property string code
    property double now: Date.now()
    required property bool otherMethods
    readonly property var pictures: channel === "wechat" ? ["chat", "plus", "scan"] : ["wallet", "scan", "check"]
    readonly property int remaining: Math.max(0, Math.ceil((untilMs - now) / Theme.beat))
    property double startedAt: 0
    required property double untilMs

    centered: !beside
    heading: Words.say("screen.ScanToPay.title." + channel)
    secondaryText: Words.say(otherMethods ? "screen.ScanToPay.other_way" : "screen.ScanToPay.cancel")

    Component.onCompleted: startedAt = now
    onSecondaryChosen: answered("cancel")

    Timer {
        interval: Theme.beat
        repeat: true
        running: true

        onTriggered: screen.now = Date.now()
    }

    AmountText {
        id: sum

        anchors.top: parent.top
        horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
        text: screen.amount
        width: screen.beside ? parent.width - panel.width - Theme.margin : parent.width
    }

    Card {
        id: panel

        readonly property int pad: Math.round(1.5 * Theme.half) // the square stays inside the round corners
        readonly property real space: screen.beside ? parent.height + screen.foot : parent.height - sum.height - words.implicitHeight - 3 * Theme.grid

        color: Theme.white
        height: code.height + 2 * pad
        width: code.width + 2 * pad

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? parent.top : sum.bottom
            topMargin: screen.beside ? 0 : Theme.grid
        }

        QrPanel {
            id: code

            anchors.centerIn: parent
            code: screen.code
            least: Theme.qrLeast
            most: Math.min(Theme.qrMost, panel.space - 2 * panel.pad, screen.room.width - 2 * panel.pad)
        }
    }

    Column {
        id: words

        spacing: 2 * Theme.grid

        anchors {
            left: parent.left
            right: screen.beside ? panel.left : parent.right
            rightMargin: screen.beside ? Theme.margin : 0
            top: screen.beside ? sum.bottom : panel.bottom
            topMargin: 2 * Theme.grid
        }

        Row {
            spacing: Theme.gap
            visible: !Theme.large && !Theme.narrow
            width: parent.width

            Repeater {
                id: steps

                model: Words.steps("how_to_pay." + screen.channel)

                Column {
                    id: step

                    required property int index
                    required property string modelData

                    spacing: Theme.half
                    width: (words.width - (steps.count - 1) * Theme.gap) / steps.count

                    Medallion {
                        anchors.horizontalCenter: parent.horizontalCenter
                        name: screen.pictures[step.index % screen.pictures.length]
                        share: 0.7
                        side: Theme.narrow ? Theme.target : Theme.pictureLarge
                    }

                    Prose {
                        horizontalAlignment: Text.AlignHCenter
                        say: step.modelData
                        width: parent.width
                    }
                }
            }
        }

        Prose {
            horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
            say: steps.model.join(" → ")
            visible: Theme.large ? !Theme.tight : Theme.narrow
            width: parent.width
        }

        Item {
            height: Math.max(ring.height, left.height)
            width: parent.width

            CountdownRing {
                id: ring

                anchors.verticalCenter: parent.verticalCenter
                seconds: screen.remaining
                side: Theme.tight ? Theme.picture : Math.round(Theme.pictureLarge * 0.8)
                whole: Math.max(1, (screen.untilMs - screen.startedAt) / Theme.beat)
                x: screen.beside ? 0 : Math.max(0, Math.round((parent.width - width - Theme.grid - left.wanted) / 2))
            }

            Column {
                id: left

                readonly property real wanted: Math.max(time.implicitWidth, then.visible ? then.implicitWidth : 0)

                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.half / 2
                width: Math.min(wanted, parent.width - ring.width - Theme.grid)
                x: ring.x + ring.width + Theme.grid

                Text {
                    id: time

                    color: Theme.ink
                    objectName: "countdown"
                    text: screen.remaining === 0 ? Words.say("screen.ScanToPay.time_up") : Words.say("screen.ScanToPay.left", {
                        "minutes": Math.floor(screen.remaining / 60),
                        "seconds": String(screen.remaining % 60).padStart(2, "0")
                    })
                    textFormat: Text.PlainText
                    width: parent.width
                    wrapMode: Text.Wrap

                    font {
                        bold: true
                        features: ({
                                "tnum": 1
                            })
                        pixelSize: Theme.lead
                    }
                }

                Text {
                    id: then

                    color: Theme.second
                    font.pixelSize: Theme.body
                    text: Words.say("screen.ScanToPay.then")
                    textFormat: Text.PlainText
                    visible: !Theme.large && !Theme.tight
                    width: parent.width
                    wrapMode: Text.Wrap
                }
            }
        }
    }
}
