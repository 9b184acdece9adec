import QtQuick
import screens.theme

// How it stands with the slip: coming, take it (and where), or why there is none and what to do instead.
Item {
    id: slipTail

    property string advice: Words.say(Theme.large && Theme.tight ? "screen.slip.photograph_short" : "screen.slip.photograph") // without paper
    property bool canPrint: false
    property bool deep: false
    readonly property bool paper: slipState === "printing" || slipState === "printed"
    property bool photo: false
    property string problem
    property string slipState
    readonly property string where: Hall.where(Hall.front.paperX, Hall.front.paperY)

    signal printChosen

    implicitHeight: Math.max(pointer.visible ? pointer.height : 0, lines.implicitHeight) + (again.visible ? again.implicitHeight + Theme.gap : 0)

    Column {
        id: lines

        spacing: Theme.half
        y: pointer.visible ? Math.max(0, (pointer.height - implicitHeight) / 2) : 0

        anchors {
            left: parent.left
            right: pointer.visible ? pointer.left : parent.right
            rightMargin: pointer.visible ? 2 * Theme.grid : 0
        }

        Prose {
            color: slipTail.deep ? Theme.overDeep : Theme.ink
            say: Words.say("screen.slip." + slipTail.slipState)
            visible: say !== ""
            width: parent.width

            font {
                bold: true
                pixelSize: Theme.lead
            }
        }

        Prose {
            color: slipTail.deep ? Theme.overDeepSecond : Theme.second
            say: Words.say("screen.slip.where." + slipTail.where)
            visible: slipTail.paper && !(Theme.large && Theme.tight)
            width: parent.width
        }

        Prose {
            color: slipTail.deep ? Theme.overDeepSecond : Theme.second
            say: Theme.large && Theme.tight ? "" : slipTail.problem
            visible: say !== ""
            width: parent.width
        }

        Prose {
            color: slipTail.deep ? Theme.overDeepSecond : Theme.second
            say: slipTail.photo ? slipTail.advice : ""
            visible: say !== ""
            width: parent.width
        }
    }

    DevicePointer {
        id: pointer

        anchors.right: parent.right
        glass: slipTail.deep ? Theme.pineTint : Theme.mist
        height: Math.round(Theme.pictureLarge * (Theme.tight ? 1.2 : 1.8))
        here: slipTail.deep && !Theme.contrast ? Theme.flame : Theme.persimmon
        ink: slipTail.deep ? Theme.overDeepSecond : Theme.second
        metal: slipTail.deep ? Theme.deepPressed : Theme.paper
        moving: slipTail.paper
        visible: slipTail.paper
        width: implicitWidth
    }

    QuietButton {
        id: again

        anchors.bottom: parent.bottom
        deep: slipTail.deep
        height: implicitHeight
        icon: "paper"
        objectName: "print"
        text: Words.say(slipTail.slipState === "none" ? "screen.slip.print" : "screen.slip.print_again")
        visible: slipTail.canPrint
        width: parent.width

        onChosen: slipTail.printChosen()
    }
}
