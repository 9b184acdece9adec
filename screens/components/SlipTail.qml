import QtQuick
import screens.theme

// How it stands with the slip: coming, take it (and where), or why there is none and what to do instead.
Item {
    id: slipTail

    property string slipState
    property string problem
    property bool canPrint: false
    property bool photo: false
    property bool deep: false
    readonly property bool paper: slipState === "printing" || slipState === "printed"

    signal printChosen

    implicitHeight: Math.max(pointer.visible ? pointer.height : 0, lines.implicitHeight) + (again.visible ? again.implicitHeight + Theme.gap : 0)

    Column {
        id: lines

        anchors {
            left: parent.left
            right: pointer.visible ? pointer.left : parent.right
            rightMargin: pointer.visible ? 2 * Theme.grid : 0
        }
        y: pointer.visible ? Math.max(0, (pointer.height - implicitHeight) / 2) : 0
        spacing: Theme.half

        Text {
            width: parent.width
            color: slipTail.deep ? Theme.overDeep : Theme.ink
            font {
                bold: true
                pixelSize: Theme.lead
            }
            text: Words.say("screen.slip." + slipTail.slipState)
            textFormat: Text.PlainText
            visible: text !== ""
            wrapMode: Text.Wrap
        }

        Prose {
            width: parent.width
            color: slipTail.deep ? Theme.overDeepSecond : Theme.second
            text: Theme.large && Theme.tight ? "" : slipTail.problem
            visible: text !== ""
        }

        Prose {
            width: parent.width
            color: slipTail.deep ? Theme.overDeepSecond : Theme.second
            text: slipTail.photo ? Words.say(Theme.large && Theme.tight ? "screen.slip.photograph_short" : "screen.slip.photograph") : ""
            visible: text !== ""
        }
    }

    DevicePointer {
        id: pointer

        anchors.right: parent.right
        height: Math.round(Theme.pictureLarge * (Theme.tight ? 1.1 : 1.5))
        width: implicitWidth
        glass: slipTail.deep ? Theme.deepPressed : Theme.mist
        here: slipTail.deep ? Theme.flame : Theme.persimmon
        ink: slipTail.deep ? Theme.overDeepSecond : Theme.second
        visible: slipTail.paper
    }

    QuietButton {
        id: again

        objectName: "print"
        anchors.bottom: parent.bottom
        visible: slipTail.canPrint
        width: parent.width
        height: implicitHeight
        deep: slipTail.deep
        icon: "paper"
        text: Words.say(slipTail.slipState === "none" ? "screen.slip.print" : "screen.slip.print_again")
        onChosen: slipTail.printChosen()
    }
}
