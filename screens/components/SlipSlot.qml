import QtQuick
import screens.theme

// A slot, and the slip that rises out of it as far as there is room; the rest is still in the machine. `out` says
// whether it came.
Item {
    id: slot

    property bool deep: false
    property var lines: []
    property bool out: false

    implicitHeight: paper.height + lip.height

    Item {
        clip: true

        anchors {
            bottomMargin: lip.height / 2
            fill: parent
        }

        SlipPaper {
            id: paper

            anchors.horizontalCenter: parent.horizontalCenter
            em: Math.floor(Math.min(slot.width - 4 * Theme.grid, Theme.slipMost) / 19)
            lines: slot.lines
            y: slot.out ? Theme.hairline : parent.height

            Behavior on y {
                enabled: Theme.motion

                NumberAnimation {
                    duration: Theme.paperSlide
                    easing.type: Easing.OutCubic
                }
            }

            border {
                color: Theme.edge
                width: slot.deep ? 0 : Theme.hairline
            }
        }
    }

    Rectangle {
        id: lip

        color: slot.deep ? Theme.slot : Theme.edge
        height: Theme.grid
        radius: height / 2
        width: paper.width + 4 * Theme.grid

        anchors {
            bottom: parent.bottom
            horizontalCenter: parent.horizontalCenter
        }
    }
}
