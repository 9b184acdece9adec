pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// A picture of the slip, drawn from the value the printer prints. `em` is the height of one Han character.
Rectangle {
    id: paper

    property var lines: []
    property int em: Theme.caption
    readonly property int pad: em
    readonly property bool picture: true

    objectName: "slip-paper"
    width: em * 17 + 2 * pad
    height: column.implicitHeight + 2 * pad
    implicitHeight: height
    color: Theme.white

    Column {
        id: column

        x: paper.pad
        y: paper.pad
        width: paper.width - 2 * paper.pad
        spacing: Math.round(paper.em * 0.28)

        Repeater {
            model: paper.lines

            Item {
                id: line

                required property var modelData
                readonly property string kind: modelData.kind
                readonly property int size: Math.round(paper.em * (modelData.size === "big" ? 2.4 : modelData.size === "tall" ? 1.5 : 1))

                width: column.width
                height: kind === "text" ? words.implicitHeight : kind === "pair" ? Math.max(left.implicitHeight, right.implicitHeight) : kind === "qr" ? code.height : Math.round(paper.em * 0.6)

                Text {
                    id: words

                    visible: line.kind === "text"
                    width: parent.width
                    color: Theme.black
                    font {
                        bold: line.modelData.bold === true
                        pixelSize: line.size
                    }
                    horizontalAlignment: line.modelData.align === "center" ? Text.AlignHCenter : line.modelData.align === "right" ? Text.AlignRight : Text.AlignLeft
                    text: line.modelData.text ?? ""
                    textFormat: Text.PlainText
                    wrapMode: Text.Wrap
                }

                Text {
                    id: left

                    visible: line.kind === "pair"
                    width: parent.width - right.implicitWidth - paper.em / 2
                    color: Theme.black
                    font {
                        bold: line.modelData.bold === true
                        pixelSize: line.size
                    }
                    text: line.modelData.left ?? ""
                    textFormat: Text.PlainText
                    wrapMode: Text.Wrap
                }

                Text {
                    id: right

                    visible: line.kind === "pair"
                    anchors.right: parent.right
                    color: Theme.black
                    font {
                        bold: line.modelData.bold === true
                        pixelSize: line.size
                    }
                    text: line.modelData.right ?? ""
                    textFormat: Text.PlainText
                }

                Row {
                    visible: line.kind === "rule"
                    anchors.verticalCenter: parent.verticalCenter
                    clip: true
                    width: parent.width
                    spacing: Math.round(paper.em * 0.2)

                    Repeater {
                        model: line.kind === "rule" ? Math.floor(line.width / Math.round(paper.em * 0.5)) : 0

                        Rectangle {
                            width: Math.round(paper.em * 0.3)
                            height: Theme.hairline
                            color: Theme.black
                        }
                    }
                }

                QrPanel {
                    id: code

                    visible: line.kind === "qr"
                    anchors.horizontalCenter: parent.horizontalCenter
                    code: line.modelData.code ?? ""
                    most: paper.em * 8
                    objectName: ""
                }
            }
        }
    }
}
