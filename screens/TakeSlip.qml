import QtQuick
import screens.components
import screens.theme

// A slip comes out of the machine; what it is good for stands above it.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    required property bool canPrint
    required property var lines
    readonly property bool paperOut: slipState === "printing" || slipState === "printed"
    readonly property bool photo: !paperOut && photoCode !== ""
    required property string photoCode
    property bool slidOut: slipState !== "printing"
    required property var slip
    required property string slipProblem
    required property string slipState
    required property string title

    continuous: true
    heading: Words.say(title)
    primaryText: Words.say("screen.Outcome.primary")
    secondaryName: "another"
    secondaryText: Words.say("screen.Outcome.another")

    Component.onCompleted: slidOut = true
    onPrimaryChosen: answered("done")
    onSecondaryChosen: answered("another")

    Prose {
        id: words

        color: Theme.second
        say: screen.lines.join("\n")
        visible: say !== "" && !((Theme.large || Theme.narrow) && screen.photo)
        width: screen.beside ? Math.round((parent.width - Theme.margin) * 0.5) : parent.width

        font.pixelSize: Theme.lead
    }

    Item {
        id: middle

        height: (screen.beside ? parent.height : tail.y - 2 * Theme.gap) - y
        width: parent.width - x
        x: screen.beside ? words.width + Theme.margin : 0
        y: screen.beside ? 0 : words.visible ? words.height + 2 * Theme.gap : 0

        SlipSlot {
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
        height: implicitHeight
        photo: screen.photo
        advice: Words.say("screen.slip.photograph_short")
        problem: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
        slipState: screen.slipState
        width: words.width
        y: parent.height - height

        onPrintChosen: screen.answered("print")
    }
}
