pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// What became of the money: a mark, the truth in words, the amount, and what is known.
Item {
    id: block

    property string truth
    property string title
    property string amount
    property var lines: []
    property string order
    property string remark
    property string code
    readonly property bool apart: Theme.large || Theme.landscape
    readonly property bool done: truth === "done"
    readonly property bool warm: truth === "not_finished"
    readonly property color ink: done ? Theme.overDeep : Theme.ink
    readonly property color second: done ? Theme.overDeepSecond : Theme.second
    readonly property int pad: done ? 0 : Theme.grid + Theme.half

    implicitHeight: words.implicitHeight + 2 * pad

    Rectangle {
        anchors.fill: parent
        visible: !block.done
        color: block.warm ? Theme.peach : Theme.mist
        radius: Theme.radius
        border {
            color: block.warm ? Theme.persimmonInk : Theme.mistInk
            width: Theme.contrast ? Theme.stroke : Theme.hairline
        }
    }

    Pages {
        id: words

        anchors {
            fill: parent
            margins: block.pad
        }
        deep: block.done
        spacing: Theme.half + Theme.hairline

        Item {
            width: parent.width
            height: Math.max(mark.height, saying.implicitHeight) + Theme.half

            Medallion {
                id: mark

                y: Math.max(0, (saying.implicitHeight - height) / 2)
                border.width: block.done || Theme.contrast ? Theme.hairline : 0
                color: block.done ? (Theme.contrast ? Theme.deep : Theme.pineTint) : Theme.paper
                ink: block.done ? Theme.overDeep : block.warm ? Theme.persimmonInk : Theme.mistInk
                name: block.done ? "check" : block.warm ? "hourglass" : "returned"
                side: Math.round(Theme.pictureLarge * (Theme.narrow || Theme.large ? 0.7 : 1))
                tint: block.done ? Theme.pineTint : block.warm ? Theme.peachTint : Theme.mistTint
            }

            Column {
                id: saying

                anchors {
                    left: mark.right
                    leftMargin: Theme.grid + Theme.half
                    right: parent.right
                }

                Text {
                    width: parent.width
                    color: block.ink
                    font {
                        bold: true
                        pixelSize: Theme.title
                    }
                    lineHeight: Theme.titleLineHeight
                    text: block.title
                    textFormat: Text.PlainText
                    wrapMode: Text.Wrap
                }

                AmountText {
                    visible: !block.apart
                    width: parent.width
                    color: block.done && !Theme.contrast ? Theme.peach : Theme.persimmonInk
                    horizontalAlignment: Text.AlignLeft
                    size: Math.round(Theme.amount * 0.8)
                    text: block.amount
                }
            }
        }

        AmountText {
            visible: block.apart
            width: parent.width
            height: implicitHeight
            color: block.done && !Theme.contrast ? Theme.peach : Theme.persimmonInk
            horizontalAlignment: Text.AlignLeft
            size: Math.round(Theme.amount * 0.8)
            text: block.amount
        }

        Repeater {
            model: block.lines

            Prose {
                required property string modelData

                width: words.width
                color: block.ink
                text: modelData
            }
        }

        Prose {
            visible: block.remark !== ""
            width: words.width
            color: block.second
            text: block.remark
        }

        QrPanel {
            visible: block.code !== ""
            code: block.code
            most: Theme.codeRoom
            objectName: "photo-code"
        }

        Prose {
            width: words.width
            color: block.second
            text: Words.say("screen.order", {
                "order": block.order
            })
        }
    }
}
