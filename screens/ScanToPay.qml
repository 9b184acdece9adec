import QtQuick
import screens.components
import screens.theme

// The code to scan with the wallet app.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property string channel
    required property string code
    property double now: Date.now()
    required property bool otherMethods
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

        readonly property int pad: Theme.grid
        readonly property real space: screen.beside ? parent.height : parent.height - sum.height - words.implicitHeight - 5 * Theme.gap

        color: Theme.white
        height: code.height + 2 * pad
        width: code.width + 2 * pad

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? parent.top : sum.bottom
            topMargin: screen.beside ? 0 : 2 * Theme.gap
        }

        QrPanel {
            id: code

            anchors.centerIn: parent
            code: screen.code
            least: Theme.qrLeast
            most: Math.min(Math.round(Theme.qrSide * 1.8), panel.space - 2 * panel.pad, screen.room.width - 2 * panel.pad)
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
            topMargin: 3 * Theme.gap
        }

        Prose {
            horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
            text: Words.say("screen.ScanToPay.how." + screen.channel)
            visible: !(Theme.large && Theme.tight)
            width: parent.width
        }

        Row {
            anchors.horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            spacing: Theme.grid

            CountdownRing {
                id: ring

                anchors.verticalCenter: parent.verticalCenter
                seconds: screen.remaining
                whole: Math.max(1, (screen.untilMs - screen.startedAt) / Theme.beat)
            }

            Text {
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.ink
                objectName: "countdown"
                text: screen.remaining === 0 ? Words.say("screen.ScanToPay.time_up") : Words.say("screen.ScanToPay.left", {
                    "minutes": Math.floor(screen.remaining / 60),
                    "seconds": String(screen.remaining % 60).padStart(2, "0")
                })
                textFormat: Text.PlainText
                width: Math.min(implicitWidth, words.width - ring.width - Theme.grid)
                wrapMode: Text.Wrap

                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: Theme.lead
                }
            }
        }

        Prose {
            color: Theme.second
            horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
            text: Words.say("screen.ScanToPay.then")
            visible: !Theme.large && !Theme.narrow
            width: parent.width
        }
    }
}
