import QtQuick
import screens.components
import screens.theme

// The end of a paid errand: one of three truths, and the slip that says it.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property bool canPrint
    readonly property int column: beside ? Math.round((room.width - Theme.margin) * 0.56) : room.width
    required property var lines
    required property string nextStep
    required property string orderNo
    readonly property bool paperOut: slip.length > 0 && (slipState === "printing" || slipState === "printed")
    readonly property bool photo: !paperOut && photoCode !== ""
    required property string photoCode
    readonly property bool photoInside: photo && Theme.large && !beside
    readonly property bool picture: paperOut || photo && !photoInside
    property bool slidOut: slipState !== "printing"
    required property var slip
    required property string slipProblem
    required property string slipState
    required property bool stillWorking
    required property bool takeCard
    required property string truth

    continuous: true
    deep: truth === "done"
    primaryText: Words.say("screen.Outcome.primary")
    secondaryName: "another"
    secondaryText: Words.say("screen.Outcome.another")

    Component.onCompleted: slidOut = true
    onPrimaryChosen: answered("done")
    onSecondaryChosen: answered("another")

    TruthBlock {
        id: words

        amount: screen.amount
        code: screen.photoInside ? screen.photoCode : ""
        height: Math.min(implicitHeight, screen.beside ? parent.height : parent.height - tail.height - 2 * Theme.gap - (screen.photo && !screen.photoInside ? Theme.codeRoom + 2 * Theme.gap : 0))
        lines: screen.lines
        order: (screen.paperOut || screen.photo) && (Theme.large || Theme.narrow) ? "" : screen.orderNo
        remark: [screen.takeCard ? Words.say("screen.Outcome.take_card") : "", screen.stillWorking ? Words.say("screen.Outcome.still_working") : ""].filter(line => line !== "").join("\n")
        step: screen.nextStep === "none" ? "" : screen.nextStep
        title: Words.say("screen.Outcome.title." + screen.truth)
        truth: screen.truth
        width: screen.column
    }

    Item {
        id: middle

        height: parent.height - tail.height - (screen.beside ? 1 : 2) * Theme.gap - y
        visible: screen.picture
        width: parent.width - x
        x: screen.beside ? screen.column + Theme.margin : 0
        y: screen.beside ? 0 : words.height + 2 * Theme.gap

        SlipSlot {
            deep: screen.deep
            height: Math.min(implicitHeight, parent.height)
            lines: screen.slip
            out: screen.slidOut
            visible: screen.paperOut && height > Theme.codeRoom
            width: parent.width
        }

        Card {
            anchors.centerIn: parent
            color: Theme.white
            height: code.height + 2 * Theme.grid
            visible: screen.photo
            width: code.width + 2 * Theme.grid

            QrPanel {
                id: code

                anchors.centerIn: parent
                code: screen.photoCode
                most: Math.min(Math.round(Theme.qrSide * 1.3), middle.height - 2 * Theme.grid, middle.width - 2 * Theme.grid)
                objectName: "photo-code"
            }
        }
    }

    SlipTail {
        id: tail

        canPrint: screen.canPrint
        deep: screen.deep
        height: implicitHeight
        photo: screen.photo && !screen.photoInside
        problem: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
        slipState: screen.slipState
        width: parent.width - x
        x: screen.beside ? screen.column + Theme.margin : 0
        y: screen.beside && !screen.picture ? 0 : parent.height - height

        onPrintChosen: screen.answered("print")
    }
}
