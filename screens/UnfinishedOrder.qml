pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// An earlier payment of this account is still being finished: told, offered its slip, never payable again from here.
ScreenFrame {
    id: screen

    required property string orderNo
    required property string amount
    required property var lines
    required property bool canPrint
    required property string paperProblem

    primaryText: Words.say("screen.home")
    onPrimaryChosen: answered("primary")

    TruthBlock {
        id: words

        width: parent.width
        height: Math.min(implicitHeight, parent.height - tail.height - Theme.gap)
        amount: screen.amount
        lines: screen.lines
        order: screen.orderNo
        title: Words.say("screen.UnfinishedOrder.title")
        truth: "not_finished"
    }

    SlipTail {
        id: tail

        anchors.bottom: parent.bottom
        width: parent.width
        height: implicitHeight
        canPrint: screen.canPrint
        problem: screen.paperProblem === "" ? "" : Words.say(screen.paperProblem)
        slipState: screen.canPrint ? "none" : "not_possible"
        onPrintChosen: screen.answered("print")
    }
}
