import QtQuick
import screens.theme

// The machine's own front, small, and the slip at the place where paper comes out.
Item {
    id: pointer

    readonly property real above: Math.max(0, front.screenY - 60)
    readonly property real cut: Math.max(front.paperY, front.screenY + front.screenHeight) + 190
    readonly property var front: Hall.front
    property color glass: Theme.mist
    property color here: Theme.persimmon
    property color ink: Theme.ink
    property color metal: Theme.paper
    readonly property real unit: height / (cut - above)

    implicitHeight: Theme.pictureLarge
    implicitWidth: front.width * unit

    Rectangle {
        anchors.fill: parent
        color: pointer.metal
        radius: Theme.half

        border {
            color: pointer.ink
            width: Theme.stroke
        }
    }

    Rectangle {
        color: pointer.glass
        height: pointer.front.screenHeight * pointer.unit
        width: pointer.front.screenWidth * pointer.unit
        x: pointer.front.screenX * pointer.unit
        y: (pointer.front.screenY - pointer.above) * pointer.unit

        border {
            color: pointer.ink
            width: Theme.hairline
        }
    }

    Rectangle {
        id: slot

        color: pointer.ink
        height: Math.max(Theme.stroke, 14 * pointer.unit)
        radius: height / 2
        width: 170 * pointer.unit
        x: pointer.front.paperX * pointer.unit - width / 2
        y: (pointer.front.paperY - pointer.above) * pointer.unit
    }

    Rectangle {
        id: tongue

        anchors.horizontalCenter: slot.horizontalCenter
        anchors.top: slot.verticalCenter
        color: pointer.here
        height: 130 * pointer.unit
        width: 110 * pointer.unit
    }
}
