import QtQuick
import screens.components
import screens.theme

// The number, as large as it gets, what to expect, and the slip that says the same.
ScreenFrame {
    id: screen

    required property string ahead
    readonly property bool beside: Theme.landscape
    required property string business
    required property bool canPrint
    readonly property int column: beside ? Math.round((room.width - Theme.margin) * 0.56) : room.width
    required property bool over
    readonly property bool paperOut: slip.length > 0 && (slipState === "printing" || slipState === "printed")
    required property bool priority
    required property string shown
    required property var slip
    required property string slipProblem
    required property string slipState
    readonly property int size: Math.round(Theme.clock * (Theme.large && Theme.tight ? 0.6 : Theme.tight || Theme.large ? 0.8 : 1) * (shown.length > 4 ? 0.85 : 1))
    property bool slidOut: slipState !== "printing"
    required property string wait
    required property int window
    required property string windows

    continuous: true
    deep: true
    primaryText: Words.say("screen.YourTicket.primary")

    Component.onCompleted: slidOut = true
    onPrimaryChosen: answered("done")

    Column {
        id: words

        spacing: Theme.half
        width: screen.column

        Prose {
            color: Theme.overDeepSecond
            font.bold: true
            font.pixelSize: Theme.lead
            say: Words.say("screen.YourTicket.number") + (screen.priority ? " · " + Words.say("screen.YourTicket.priority") : "")
            width: parent.width
        }

        Item {
            height: Math.round(screen.size * 1.15)
            width: parent.width

            Text {
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.contrast ? Theme.persimmonInk : Theme.peach
                text: screen.shown
                textFormat: Text.PlainText

                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: screen.size
                }
            }
        }

        Prose {
            color: Theme.overDeep
            font.bold: true
            font.pixelSize: Theme.large ? Theme.lead : Theme.heading
            say: screen.business
            visible: !(Theme.large && (Theme.tight || tail.photo))
            width: parent.width
        }

        Rectangle {
            color: Theme.persimmonGlow
            height: go.implicitHeight + 2 * Theme.grid
            radius: Theme.radiusSmall
            visible: screen.window > 0
            width: parent.width

            border {
                color: Theme.overDeep
                width: Theme.contrast ? Theme.stroke : 0
            }

            Prose {
                id: go

                anchors.verticalCenter: parent.verticalCenter
                color: Theme.overDeep
                font.bold: true
                font.pixelSize: Theme.heading
                say: screen.window === 0 ? "" : Words.say("screen.YourTicket.go", {
                    "window": screen.window
                })
                width: parent.width - 2 * Theme.grid
                x: Theme.grid
            }
        }

        Prose {
            color: Theme.overDeep
            font.pixelSize: Theme.lead
            say: screen.over ? Words.say("screen.YourTicket.over") : Theme.large && Theme.narrow && tail.photo ? screen.ahead : Words.say("screen.ChooseBusiness.expect", {
                "ahead": screen.ahead,
                "wait": screen.wait
            })
            visible: screen.window === 0 && !(Theme.large && Theme.narrow && tail.photo && screen.canPrint)
            width: parent.width
        }

        Prose {
            color: Theme.overDeepSecond
            font.pixelSize: Theme.lead
            say: Words.say("screen.YourTicket.windows", {
                "windows": screen.windows
            })
            visible: screen.window === 0 && !screen.over && !Theme.large && !(Theme.narrow && tail.photo)
            width: parent.width
        }
    }

    SlipSlot {
        id: slot

        readonly property real space: parent.height - tail.height - (screen.beside ? 1 : 2) * Theme.gap - y

        deep: true
        height: Math.min(implicitHeight, space)
        lines: screen.slip
        out: screen.slidOut
        visible: screen.paperOut && space > Theme.codeRoom
        width: parent.width - x
        x: screen.beside ? screen.column + Theme.margin : 0
        y: screen.beside ? 0 : words.height + 2 * Theme.gap
    }

    SlipTail {
        id: tail

        advice: Words.say("screen.YourTicket.photograph")
        canPrint: screen.canPrint
        deep: true
        height: implicitHeight
        photo: screen.slipState === "not_printed" || screen.slipState === "unknown"
        problem: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
        slipState: screen.slipState
        width: parent.width - x
        x: screen.beside ? screen.column + Theme.margin : 0
        y: screen.beside && !slot.visible ? 0 : parent.height - height

        onPrintChosen: screen.answered("print")
    }
}
