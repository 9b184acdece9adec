import QtQuick
import screens.components
import screens.theme

// The code to scan with the wallet app.
ScreenFrame {
    id: screen

    required property string channel
    required property string amount
    required property string code
    required property double untilMs
    required property bool otherMethods

    property double now: Date.now()
    property double startedAt: 0
    readonly property int remaining: Math.max(0, Math.ceil((untilMs - now) / Theme.beat))
    readonly property bool beside: Theme.landscape

    centered: !beside
    secondaryText: Words.say(otherMethods ? "screen.ScanToPay.other_way" : "screen.ScanToPay.cancel")
    heading: Words.say("screen.ScanToPay.title." + channel)
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
        width: screen.beside ? parent.width - panel.width - Theme.margin : parent.width
        horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
        text: screen.amount
    }

    Card {
        id: panel

        readonly property int pad: Theme.grid
        readonly property real space: screen.beside ? parent.height : parent.height - sum.height - words.implicitHeight - 5 * Theme.gap

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? parent.top : sum.bottom
            topMargin: screen.beside ? 0 : 2 * Theme.gap
        }
        width: code.width + 2 * pad
        height: code.height + 2 * pad
        color: Theme.white

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

        anchors {
            left: parent.left
            right: screen.beside ? panel.left : parent.right
            rightMargin: screen.beside ? Theme.margin : 0
            top: screen.beside ? sum.bottom : panel.bottom
            topMargin: 3 * Theme.gap
        }
        spacing: 2 * Theme.grid

        Prose {
            visible: !(Theme.large && Theme.tight)
            width: parent.width
            horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
            text: Words.say("screen.ScanToPay.how." + screen.channel)
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
                objectName: "countdown"
                width: Math.min(implicitWidth, words.width - ring.width - Theme.grid)
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.ink
                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: Theme.lead
                }
                text: screen.remaining === 0 ? Words.say("screen.ScanToPay.time_up") : Words.say("screen.ScanToPay.left", {
                    "minutes": Math.floor(screen.remaining / 60),
                    "seconds": String(screen.remaining % 60).padStart(2, "0")
                })
                textFormat: Text.PlainText
                wrapMode: Text.Wrap
            }
        }

        Prose {
            visible: !Theme.large && !Theme.narrow
            width: parent.width
            color: Theme.second
            horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
            text: Words.say("screen.ScanToPay.then")
        }
    }
}
