import QtQuick
import screens.theme

// A slot in the screen, and the slip that slides out of it: `out` says whether it came.
Item {
    id: slot

    property var lines: []
    property bool out: false
    property bool deep: false
    readonly property real fit: Math.min(1, (height - lip.height) / paper.height, (width - 4 * Theme.grid) / paper.width)

    Item {
        anchors {
            fill: parent
            topMargin: lip.height / 2
        }
        clip: true

        SlipPaper {
            id: paper

            anchors.horizontalCenter: parent.horizontalCenter
            y: slot.out ? 0 : -height * slot.fit - Theme.grid
            lines: slot.lines
            scale: slot.fit
            transformOrigin: Item.Top
            border {
                color: Theme.line
                width: slot.deep ? 0 : Theme.hairline
            }

            Behavior on y {
                enabled: Theme.motion

                NumberAnimation {
                    duration: Theme.paperSlide
                    easing.type: Easing.OutCubic
                }
            }
        }
    }

    Rectangle {
        id: lip

        anchors {
            horizontalCenter: parent.horizontalCenter
            top: parent.top
        }
        width: paper.width * slot.fit + 4 * Theme.grid
        height: Theme.grid
        z: -1
        color: slot.deep ? Theme.slot : Theme.edge
        radius: height / 2
    }
}
