import QtQuick
import screens.theme

// The machine's own front, small, and an arrow at the place where paper comes out.
Item {
    id: pointer

    property color ink: Theme.ink
    property color glass: Theme.mist
    property color here: Theme.persimmon
    readonly property var front: Hall.front
    readonly property real unit: height / (cut - above)
    readonly property real above: Math.max(0, front.screenY - 60)
    readonly property real cut: Math.max(front.paperY, front.screenY + front.screenHeight) + 130

    implicitHeight: Theme.pictureLarge
    implicitWidth: front.width * unit

    Rectangle {
        anchors.fill: parent
        color: Theme.clear
        radius: Theme.half
        border {
            color: pointer.ink
            width: Theme.stroke
        }
    }

    Rectangle {
        x: pointer.front.screenX * pointer.unit
        y: (pointer.front.screenY - pointer.above) * pointer.unit
        width: pointer.front.screenWidth * pointer.unit
        height: pointer.front.screenHeight * pointer.unit
        color: pointer.glass
        border {
            color: pointer.ink
            width: Theme.hairline
        }
    }

    Rectangle {
        id: slot

        x: pointer.front.paperX * pointer.unit - width / 2
        y: (pointer.front.paperY - pointer.above) * pointer.unit
        width: 110 * pointer.unit
        height: Math.max(Theme.stroke, 10 * pointer.unit)
        color: pointer.ink
    }

    Rectangle {
        id: tongue

        anchors.horizontalCenter: slot.horizontalCenter
        anchors.top: slot.verticalCenter
        width: 80 * pointer.unit
        height: 90 * pointer.unit
        color: pointer.here
    }
}
