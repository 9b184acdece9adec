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

    readonly property bool beside: Theme.landscape
    readonly property bool paperOut: slip.length > 0 && (slipState === "printing" || slipState === "printed")
    readonly property bool photo: !paperOut && photoCode !== ""
    readonly property bool photoInside: photo && Theme.large && !beside
    readonly property bool picture: paperOut || photo && !photoInside
    readonly property int column: beside && picture ? Math.round((room.width - Theme.margin) * 0.56) : room.width
    property bool slidOut: slipState !== "printing"

    continuous: true
    deep: truth === "done"
    primaryText: Words.say("screen.Outcome.primary")
    secondaryText: Words.say("screen.Outcome.another")
    secondaryName: "another"
    Component.onCompleted: slidOut = true
    onPrimaryChosen: answered("done")
    onSecondaryChosen: answered("another")

    TruthBlock {
        id: words

        width: screen.column
        height: Math.min(implicitHeight, parent.height - tail.height - 2 * Theme.gap - (screen.photo && !screen.photoInside && !screen.beside ? Theme.codeRoom + 2 * Theme.gap : 0))
        amount: screen.amount
        code: screen.photoInside ? screen.photoCode : ""
        lines: screen.lines
        order: screen.orderNo
        remark: screen.stillWorking ? Words.say("screen.Outcome.still_working") : ""
        title: Words.say("screen.Outcome.title." + screen.truth)
        truth: screen.truth
    }

    Item {
        id: middle

        x: screen.beside ? screen.column + Theme.margin : 0
        y: screen.beside ? 0 : words.height + 2 * Theme.gap
        visible: screen.picture
        width: parent.width - x
        height: (screen.beside ? parent.height : parent.height - tail.height - 2 * Theme.gap) - y

        SlipSlot {
            anchors.fill: parent
            visible: screen.paperOut && height > Theme.codeRoom * 1.5
            deep: screen.deep
            lines: screen.slip
            out: screen.slidOut
        }

        Card {
            anchors.centerIn: parent
            visible: screen.photo
            width: code.width + 2 * Theme.grid
            height: code.height + 2 * Theme.grid
            color: Theme.white

            QrPanel {
                id: code

                anchors.centerIn: parent
                code: screen.photoCode
                objectName: "photo-code"
                most: Math.min(Math.round(Theme.qrSide * 1.3), middle.height - 2 * Theme.grid, middle.width - 2 * Theme.grid)
            }
        }
    }

    SlipTail {
        id: tail

        anchors.bottom: parent.bottom
        width: screen.column
        height: implicitHeight
        canPrint: screen.canPrint
        deep: screen.deep
        photo: screen.photo
        problem: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
        slipState: screen.slipState
        onPrintChosen: screen.answered("print")
    }
}
