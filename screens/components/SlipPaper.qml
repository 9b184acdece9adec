pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// A picture of the slip, drawn from the value the printer prints. `em` is the height of one Han character.
Rectangle {
    id: paper

    property int em: Theme.caption
    property var lines: []
    readonly property int pad: em
    readonly property bool picture: true

    color: Theme.white
    height: column.implicitHeight + 2 * pad
    implicitHeight: height
    objectName: "slip-paper"
    width: em * 17 + 2 * pad

    Column {
        id: column

        spacing: Math.round(paper.em * 0.28)
        width: paper.width - 2 * paper.pad
        x: paper.pad
        y: paper.pad

        Repeater {
            model: paper.lines

            Item {
                id: line

                readonly property string kind: modelData.kind
                required property var modelData
                readonly property int size: Math.round(paper.em * (modelData.size === "big" ? 2.4 : modelData.size === "tall" ? 1.5 : 1))

                height: kind === "text" ? words.implicitHeight : kind === "pair" ? Math.max(left.implicitHeight, right.contentHeight) : kind === "qr" ? code.height : Math.round(paper.em * 0.6)
                width: column.width

                Text {
                    id: words

                    color: Theme.black
                    horizontalAlignment: line.modelData.align === "center" ? Text.AlignHCenter : line.modelData.align === "right" ? Text.AlignRight : Text.AlignLeft
                    text: line.modelData.text ?? ""
                    textFormat: Text.PlainText
                    visible: line.kind === "text"
                    width: parent.width
                    wrapMode: Text.Wrap

                    font {
                        bold: line.modelData.bold === true
                        pixelSize: line.size
                    }
                }

                Text {
                    id: left

                    color: Theme.black
                    text: line.modelData.left ?? ""
                    textFormat: Text.PlainText
                    visible: line.kind === "pair"
                    width: Math.min(implicitWidth, Math.max(parent.width * 0.4, parent.width - right.implicitWidth - paper.em / 2))
                    wrapMode: Text.Wrap

                    font {
                        bold: line.modelData.bold === true
                        pixelSize: line.size
                    }
                }

                Text {
                    id: right

                    anchors.baseline: left.baseline
                    anchors.right: parent.right
                    color: Theme.black
                    fontSizeMode: Text.HorizontalFit // a long number shrinks before its label breaks
                    horizontalAlignment: Text.AlignRight
                    minimumPixelSize: Math.round(line.size * 0.6)
                    text: line.modelData.right ?? ""
                    textFormat: Text.PlainText
                    visible: line.kind === "pair"
                    width: parent.width - left.width - paper.em / 2

                    font {
                        bold: line.modelData.bold === true
                        pixelSize: line.size
                    }
                }

                Row {
                    anchors.verticalCenter: parent.verticalCenter
                    clip: true
                    spacing: Math.round(paper.em * 0.2)
                    visible: line.kind === "rule"
                    width: parent.width

                    Repeater {
                        model: line.kind === "rule" ? Math.floor(line.width / Math.round(paper.em * 0.5)) : 0

                        Rectangle {
                            color: Theme.black
                            height: Theme.hairline
                            width: Math.round(paper.em * 0.3)
                        }
                    }
                }

                QrPanel {
                    id: code

                    anchors.horizontalCenter: parent.horizontalCenter
                    code: line.modelData.code ?? ""
                    most: paper.em * 8
                    objectName: ""
                    visible: line.kind === "qr"
                }
            }
        }
    }
}
