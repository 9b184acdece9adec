pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// What became of the money: a mark, the truth in words, the amount, and what is known.
Item {
    id: block

    property string amount
    readonly property bool apart: Theme.large
    property string code
    readonly property bool done: truth === "done"
    readonly property color ink: done ? Theme.overDeep : Theme.ink
    property var lines: []
    property string order
    readonly property int pad: done ? 0 : Theme.grid + Theme.half
    property string remark
    readonly property color second: done ? Theme.overDeepSecond : Theme.second
    property string step // what to do at home
    readonly property color sumInk: Theme.contrast ? Theme.persimmonInk : done ? Theme.peach : warm ? Theme.persimmonInk : Theme.mistInk
    property string title
    property string truth
    readonly property bool warm: truth === "not_finished"

    implicitHeight: words.implicitHeight + 2 * pad

    Rectangle {
        anchors.fill: parent
        color: block.warm ? Theme.peach : Theme.mist
        radius: Theme.radius
        visible: !block.done

        border {
            color: block.warm ? Theme.persimmonInk : Theme.mistInk
            width: Theme.contrast ? Theme.stroke : Theme.hairline
        }
    }

    Pages {
        id: words

        deep: block.done
        spacing: Theme.half + Theme.hairline

        anchors {
            fill: parent
            margins: block.pad
        }

        Item {
            id: head

            height: (block.apart ? saying.implicitHeight : Math.max(mark.height, saying.implicitHeight)) + Theme.half
            width: parent.width

            Column {
                id: saying

                width: parent.width - x
                x: block.apart ? 0 : mark.width + Theme.grid + Theme.half
                y: block.apart ? 0 : Math.max(0, (mark.height - implicitHeight) / 2)

                TitleText {
                    color: block.ink
                    say: block.title
                    width: parent.width
                }

                AmountText {
                    color: block.sumInk
                    horizontalAlignment: Text.AlignLeft
                    size: Math.round(Theme.amount * 0.8)
                    text: block.amount
                    visible: !block.apart
                    width: parent.width
                }
            }
        }

        Item {
            id: below

            height: Math.max(mark.height, sum.implicitHeight)
            visible: block.apart
            width: parent.width

            AmountText {
                id: sum

                anchors.verticalCenter: parent.verticalCenter
                color: block.sumInk
                height: implicitHeight
                horizontalAlignment: Text.AlignLeft
                size: Math.round(Theme.amount * 0.8)
                text: block.amount
                width: parent.width - x
                x: mark.width + Theme.grid
            }

            Medallion {
                id: mark

                border.width: block.done || Theme.contrast ? Theme.hairline : 0
                color: block.done ? (Theme.contrast ? Theme.deep : Theme.pineTint) : Theme.paper
                ink: block.done ? Theme.overDeep : block.warm ? Theme.persimmonInk : Theme.mistInk
                name: block.done ? "check" : block.warm ? "hourglass" : "returned"
                parent: block.apart ? below : head
                side: Math.round(Theme.pictureLarge * (Theme.narrow || block.apart ? 0.7 : 1))
                tint: block.done ? Theme.pineTint : block.warm ? Theme.peachTint : Theme.mistTint
                y: Math.max(0, ((block.apart ? sum.implicitHeight : saying.implicitHeight) - height) / 2)
            }
        }

        Repeater {
            model: block.lines

            Prose {
                required property string modelData

                color: block.ink
                say: modelData
                width: words.width
            }
        }

        AtHome {
            ink: block.ink
            step: block.step
            visible: block.step !== ""
            width: parent.width
        }

        Row {
            spacing: Theme.grid
            visible: block.code !== ""
            width: parent.width

            QrPanel {
                id: photo

                code: block.code
                most: Theme.codeRoom
                objectName: "photo-code"
            }

            Prose {
                anchors.verticalCenter: parent.verticalCenter
                color: block.ink
                say: Words.say("screen.slip.photograph_short")
                width: parent.width - photo.width - parent.spacing
            }
        }

        Prose {
            color: block.second
            say: block.remark
            visible: block.remark !== ""
            width: words.width
        }

        Prose {
            color: block.second
            say: Words.say("screen.order", {
                "order": block.order
            })
            visible: block.order !== ""
            width: words.width
        }
    }
}
