pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The numbers at the windows, the newest call first and marked, and how many wait.
Column {
    id: board

    property var calls: []
    property int most: 3
    property string waiting

    spacing: Theme.half

    Prose {
        color: Theme.overDeepSecond
        font.bold: true
        say: Words.say("screen.Attract.called") + " · " + board.waiting
        width: parent.width
    }

    Repeater {
        model: board.calls.slice(0, board.most)

        Rectangle {
            id: call

            required property int index
            required property var modelData

            color: index === 0 ? Theme.persimmonGlow : Theme.deepPlate
            height: Math.round(Math.max(number.implicitHeight, place.implicitHeight) + Theme.grid)
            radius: Theme.radiusSmall
            width: parent?.width ?? 0

            border {
                color: Theme.overDeep
                width: Theme.contrast ? (call.index === 0 ? Theme.stroke : Theme.hairline) : 0
            }

            Text {
                id: number

                color: Theme.overDeep
                text: call.modelData.shown
                textFormat: Text.PlainText

                anchors {
                    left: parent.left
                    leftMargin: Theme.grid + Theme.half
                    verticalCenter: parent.verticalCenter
                }

                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: Theme.heading
                }
            }

            Icon {
                id: arrow

                ink: Theme.overDeep
                name: "forward"
                side: Theme.lead

                anchors {
                    left: number.right
                    leftMargin: Theme.grid
                    verticalCenter: parent.verticalCenter
                }
            }

            Prose {
                id: place

                color: Theme.overDeep
                font.bold: true
                font.pixelSize: Theme.lead
                say: Words.say("screen.Attract.window", {
                    "window": call.modelData.window
                })

                anchors {
                    left: arrow.right
                    leftMargin: Theme.grid
                    right: parent.right
                    rightMargin: Theme.grid
                    verticalCenter: parent.verticalCenter
                }
            }
        }
    }
}
