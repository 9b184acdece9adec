import QtQuick
import screens.theme

// A slot in the screen, and the slip that slides out of it: `out` says whether it came.
Item {
    id: slot

    property bool deep: false
    readonly property real fit: Math.min(1, (height - lip.height) / paper.height, (width - 4 * Theme.grid) / paper.width)
    property var lines: []
    property bool out: false

    Item {
        clip: true

        anchors {
            fill: parent
            topMargin: lip.height / 2
        }

        SlipPaper {
            id: paper

            anchors.horizontalCenter: parent.horizontalCenter
            lines: slot.lines
            scale: slot.fit
            transformOrigin: Item.Top
            y: slot.out ? 0 : -height * slot.fit - Theme.grid

            Behavior on y {
                enabled: Theme.motion

                NumberAnimation {
                    duration: Theme.paperSlide
                    easing.type: Easing.OutCubic
                }
            }

            border {
                color: Theme.line
                width: slot.deep ? 0 : Theme.hairline
            }
        }
    }

    Rectangle {
        id: lip

        color: slot.deep ? Theme.slot : Theme.edge
        height: Theme.grid
        radius: height / 2
        width: paper.width * slot.fit + 4 * Theme.grid
        z: -1

        anchors {
            horizontalCenter: parent.horizontalCenter
            top: parent.top
        }
    }
}
