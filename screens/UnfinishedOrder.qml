pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// An earlier payment of this account is still being finished: told, offered its slip, never payable again from here.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property bool canPrint
    required property var lines
    required property string orderNo
    required property string photoCode
    required property string saying
    required property string slipProblem
    required property string slipState

    continuous: true
    primaryText: Words.say("screen.home")

    onPrimaryChosen: answered("primary")

    TruthBlock {
        id: words

        amount: screen.amount
        code: screen.photoCode
        height: Math.min(implicitHeight, parent.height - (screen.beside ? 0 : tail.height + Theme.gap))
        lines: [Words.say("screen.UnfinishedOrder.why." + screen.saying), ...screen.lines]
        order: Theme.large ? "" : screen.orderNo
        title: Words.say("screen.UnfinishedOrder.title." + screen.saying)
        truth: "not_finished"
        width: screen.beside ? Math.round((parent.width - Theme.margin) * 0.56) : parent.width
    }

    SlipTail {
        id: tail

        canPrint: screen.canPrint
        height: implicitHeight
        problem: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
        slipState: screen.slipState
        width: parent.width - x
        x: screen.beside ? words.width + Theme.margin : 0
        y: screen.beside ? 0 : parent.height - height

        onPrintChosen: screen.answered("print")
    }
}
