pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The end of a paid errand: one of three truths, and the slip that says it.
ScreenFrame {
    id: screen

    required property string truth
    required property string amount
    required property var lines
    required property string orderNo
    required property var slip
    required property string slipState
    required property string slipProblem
    required property bool canPrint
    required property string photoCode
    required property bool stillWorking

    readonly property bool done: truth === "done"
    readonly property bool beside: Theme.landscape
    readonly property color ink: deep ? Theme.overDeep : Theme.ink
    readonly property color second: deep ? Theme.overDeepSecond : Theme.second
    readonly property bool paperOut: slip.length > 0 && (slipState === "printing" || slipState === "printed")
    readonly property bool photo: !paperOut && photoCode !== ""
    readonly property int half: Math.round((room.width - Theme.margin) / 2)
    property bool shown: slipState !== "printing"

    continuous: true
    deep: done
    primary: Words.say("screen.Outcome.primary")
    secondary: Words.say("screen.Outcome.another")
    secondaryName: "another"
    Component.onCompleted: shown = true
    onPrimaryChosen: answered("done")
    onSecondaryChosen: answered("another")

    Pages {
        id: words

        readonly property bool squeezed: screen.beside || screen.paperOut || screen.photo

        width: screen.beside && squeezed ? screen.half : parent.width
        height: screen.beside || !squeezed ? parent.height - tail.height - Theme.gap : Math.min(implicitHeight, parent.height - tail.height - Theme.gap)
        spacing: Theme.gap

        Item {
            width: parent.width
            height: Math.max(mark.height, saying.implicitHeight)

            Medallion {
                id: mark

                anchors.verticalCenter: parent.verticalCenter
                border.width: screen.done || Theme.contrast ? Theme.hairline : 0
                color: screen.done ? (Theme.contrast ? Theme.deep : Theme.pineTint) : screen.truth === "not_finished" ? Theme.peach : Theme.mist
                ink: screen.done ? Theme.overDeep : screen.truth === "not_finished" ? Theme.persimmonInk : Theme.mistInk
                name: screen.done ? "check" : screen.truth === "not_finished" ? "hourglass" : "returned"
                side: Math.round(Theme.pictureLarge * (Theme.narrow ? 0.7 : 0.9))
                tint: screen.done ? Theme.pineTint : screen.truth === "not_finished" ? Theme.peachTint : Theme.mistTint
            }

            Column {
                id: saying

                anchors {
                    left: mark.right
                    leftMargin: 2 * Theme.grid
                    right: parent.right
                    verticalCenter: parent.verticalCenter
                }

                Text {
                    width: parent.width
                    color: screen.ink
                    font {
                        bold: true
                        pixelSize: Theme.title
                    }
                    lineHeight: Theme.titleLineHeight
                    text: Words.say("screen.Outcome.title." + screen.truth)
                    textFormat: Text.PlainText
                    wrapMode: Text.Wrap
                }

                AmountText {
                    width: parent.width
                    color: screen.deep ? (Theme.contrast ? Theme.persimmonInk : Theme.peach) : Theme.persimmonInk
                    horizontalAlignment: Text.AlignLeft
                    size: Math.round(Theme.amount * 0.8)
                    text: screen.amount
                }
            }
        }

        Repeater {
            model: screen.lines

            Prose {
                required property string modelData

                width: words.width
                color: screen.ink
                font.pixelSize: Theme.body
                text: modelData
            }
        }

        Prose {
            visible: screen.stillWorking
            width: words.width
            color: screen.second
            text: Words.say("screen.Outcome.still_working")
        }

        Prose {
            width: words.width
            color: screen.second
            text: Words.say("screen.order", {
                "order": screen.orderNo
            })
        }
    }

    SlipSlot {
        x: screen.beside ? screen.half + Theme.margin : 0
        y: screen.beside ? 0 : words.height + 2 * Theme.gap
        visible: screen.paperOut
        width: parent.width - x
        height: (screen.beside ? parent.height : tail.y - Theme.gap) - y
        deep: screen.deep
        lines: screen.slip
        out: screen.shown
    }

    Card {
        id: photo

        visible: screen.photo
        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            bottom: screen.beside ? undefined : tail.top
            bottomMargin: 2 * Theme.gap
        }
        y: 0
        width: code.width + 2 * Theme.grid
        height: code.height + 2 * Theme.grid
        color: Theme.white

        QrPanel {
            id: code

            anchors.centerIn: parent
            code: screen.photoCode
            most: Math.min(Theme.qrSide, screen.room.height - (screen.beside ? 0 : words.height + tail.height + 4 * Theme.gap) - 2 * Theme.grid)
        }
    }

    SlipState {
        id: tail

        anchors.bottom: parent.bottom
        width: screen.beside && words.squeezed ? screen.half : parent.width
        height: implicitHeight
        canPrint: screen.canPrint
        deep: screen.deep
        photo: screen.photo
        problem: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
        slipState: screen.slipState
        onPrintChosen: screen.answered("print")
    }
}
