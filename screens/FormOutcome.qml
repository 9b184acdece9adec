pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What became of the sheets, where they lie, and what to do with them.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    readonly property bool brief: Theme.large
    required property var bring
    required property bool canRepeat
    required property int came
    readonly property bool done: ending === "printed"
    required property string ending
    required property string handIn
    readonly property bool listed: bring.length > 0 && !(brief && slipState === "printed") // else the slip says it
    required property string problem
    required property int sheets
    required property string slipState
    required property string title

    continuous: true
    deep: done
    primaryText: Words.say("screen.Outcome.primary")
    secondaryName: "another"
    secondaryText: Words.say("screen.Outcome.another")

    onPrimaryChosen: answered("done")
    onSecondaryChosen: answered("another")

    Item {
        id: head

        height: Math.max(mark.height, saying.implicitHeight)
        width: screen.beside ? Math.round((parent.width - Theme.margin) * 0.56) : parent.width

        Medallion {
            id: mark

            border.width: screen.done || Theme.contrast ? Theme.hairline : 0
            color: screen.done ? (Theme.contrast ? Theme.deep : Theme.pineTint) : Theme.peach
            ink: screen.done ? Theme.overDeep : Theme.persimmonInk
            name: screen.done ? "check" : screen.ending === "unknown" ? "hourglass" : "pause"
            side: Math.round(Theme.pictureLarge * (Theme.narrow || Theme.large ? 0.7 : 1))
            tint: screen.done ? Theme.pineTint : Theme.peachTint
        }

        Column {
            id: saying

            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.half
            width: parent.width - x
            x: mark.width + Theme.grid + Theme.half

            TitleText {
                color: screen.done ? Theme.overDeep : Theme.ink
                say: Words.say("screen.FormOutcome.title." + screen.ending, {
                    "sheets": screen.sheets
                })
                width: parent.width
            }

            Prose {
                color: screen.done ? Theme.overDeepSecond : Theme.second
                font.pixelSize: Theme.lead
                say: screen.title
                visible: !screen.brief
                width: parent.width
            }
        }
    }

    Pages {
        id: told

        deep: screen.done
        spacing: Theme.gap

        anchors {
            bottom: screen.beside ? parent.bottom : tail.top
            bottomMargin: screen.beside ? 0 : Theme.grid
            left: parent.left
            top: head.bottom
            topMargin: 2 * Theme.grid
        }
        width: head.width

        Prose {
            color: screen.done ? Theme.overDeep : Theme.ink
            font.pixelSize: Theme.lead
            say: screen.done ? "" : Words.say("screen.FormOutcome.body." + screen.ending, {
                "reason": screen.problem === "" ? "" : Words.say(screen.problem)
            })
            visible: say !== ""
            width: told.width
        }

        Prose {
            color: Theme.ink
            say: Words.say("screen.FormOutcome.came", {
                "came": screen.came
            })
            visible: !screen.done && screen.came > 0
            width: told.width
        }

        Prose {
            color: Theme.overDeep
            font.pixelSize: Theme.lead
            say: screen.done ? Words.say("screen.FormOutcome.hand_in", {
                "place": screen.handIn
            }) : ""
            visible: say !== ""
            width: told.width
        }

        Prose {
            color: Theme.overDeepSecond
            say: Words.say("screen.FormOutcome.bring")
            visible: screen.done && screen.listed
            width: told.width
        }

        Repeater {
            model: screen.done && screen.listed ? screen.bring : []

            Row {
                id: line

                required property string modelData

                spacing: Theme.half + Theme.hairline

                Rectangle {
                    id: box

                    color: Theme.clear
                    height: Math.round(Theme.body * 0.72)
                    radius: Theme.hairline
                    width: height
                    y: Math.round(Theme.body * 0.38)

                    border {
                        color: Theme.overDeepSecond
                        width: Theme.stroke
                    }
                }

                Prose {
                    color: Theme.overDeep
                    say: line.modelData
                    width: told.width - box.width - parent.spacing
                }
            }
        }
    }

    Item {
        id: tail

        height: Math.max(pointer.visible ? pointer.height : 0, where.implicitHeight) + (again.visible ? again.height + Theme.gap : 0)
        width: screen.beside ? parent.width - x : parent.width
        x: screen.beside ? head.width + Theme.margin : 0
        y: screen.beside ? 0 : parent.height - height

        Column {
            id: where

            spacing: Theme.half
            width: parent.width - (pointer.visible ? pointer.width + 2 * Theme.grid : 0)
            y: pointer.visible ? Math.max(0, (pointer.height - implicitHeight) / 2) : 0

            Prose {
                color: screen.done ? Theme.overDeep : Theme.ink
                say: screen.ending === "not_printed" && screen.came === 0 || screen.brief && !screen.done ? "" : Words.say("screen.FormOutcome.where." + Hall.where(Hall.front.sheetsX, Hall.front.sheetsY))
                visible: say !== ""
                width: parent.width

                font {
                    bold: true
                    pixelSize: Theme.lead
                }
            }

            Prose {
                color: screen.done ? Theme.overDeepSecond : Theme.second
                say: screen.slipState === "none" ? "" : Words.say("screen.FormOutcome.slip." + screen.slipState)
                visible: say !== "" && !screen.brief
                width: parent.width
            }
        }

        DevicePointer {
            id: pointer

            anchors.right: parent.right
            glass: screen.done ? Theme.pineTint : Theme.mist
            height: Math.round(Theme.pictureLarge * (Theme.tight ? 1.5 : Theme.large ? 1.8 : 4))
            here: screen.done && !Theme.contrast ? Theme.flame : Theme.persimmon
            ink: screen.done ? Theme.overDeepSecond : Theme.second
            metal: screen.done ? Theme.deepPressed : Theme.paper
            moving: true
            sheets: true
            visible: screen.done || !Theme.tight && !screen.brief && (screen.ending === "unknown" || screen.came !== 0)
            width: implicitWidth
        }

        QuietButton {
            id: again

            anchors.bottom: parent.bottom
            deep: screen.done
            height: implicitHeight
            icon: "print_form"
            objectName: "again"
            text: Words.say("screen.FormOutcome.again")
            visible: screen.canRepeat
            width: parent.width

            onChosen: screen.answered("again")
        }
    }
}
