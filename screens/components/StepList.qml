pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// What will be asked, one numbered line below the other.
Column {
    id: list

    property color disc: Theme.pineTint
    property color figure: Theme.contrast ? Theme.pine : Theme.peach
    property color ink: Theme.overPine
    property bool roomy: false
    property var steps: []

    spacing: roomy ? 2 * Theme.grid + Theme.half : Theme.tight ? Theme.half : Theme.gap

    Repeater {
        model: list.steps

        Row {
            id: step

            required property int index
            required property string modelData

            spacing: Theme.grid
            width: parent?.width ?? 0

            Rectangle {
                id: disc

                color: list.disc
                height: width
                radius: width / 2
                width: Math.round((list.roomy ? Theme.heading : Theme.lead) * 1.5)

                Rectangle {
                    anchors.bottom: parent.top
                    anchors.horizontalCenter: parent.horizontalCenter
                    color: list.disc
                    height: list.spacing
                    visible: step.index > 0
                    width: Theme.stroke
                }

                Text {
                    anchors.centerIn: parent
                    color: list.figure
                    text: step.index + 1
                    textFormat: Text.PlainText

                    font {
                        bold: true
                        pixelSize: list.roomy ? Theme.lead : Theme.body
                    }
                }
            }

            Prose {
                anchors.verticalCenter: parent.verticalCenter
                color: list.ink
                font.pixelSize: list.roomy ? Theme.heading : Theme.lead
                say: step.modelData
                width: parent.width - disc.width - parent.spacing
            }
        }
    }
}
