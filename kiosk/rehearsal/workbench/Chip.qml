pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// A small button: `strong` for what is done most, `fault` for what makes something go wrong.
Touchable {
    id: chip

    property bool chosenNow: false
    property bool fault: false
    readonly property color ground: strong || chosenNow ? (pressed ? Theme.pinePressed : Theme.pine) : pressed || hover.hovered ? (fault ? Theme.peach : Theme.mist) : Theme.paper
    readonly property color ink: strong || chosenNow ? Theme.overPine : fault ? Theme.persimmonInk : Theme.mistInk
    property bool strong: false
    property string text
    property string tip

    activeFocusOnTab: true
    implicitHeight: Theme.mm(18.5)
    implicitWidth: label.implicitWidth + 2 * Theme.mm(7)
    spoken: text

    Keys.onReturnPressed: chip.chosen()
    Keys.onSpacePressed: chip.chosen()

    HoverHandler {
        id: hover

        onHoveredChanged: Bench.tip = hovered ? chip.tip : ""
        cursorShape: Qt.PointingHandCursor
    }

    Rectangle {
        anchors.fill: parent
        color: chip.ground
        radius: height / 2

        border {
            color: chip.strong || chip.chosenNow ? chip.ground : chip.fault ? Theme.persimmonInk : Theme.pine
            width: chip.activeFocus ? Theme.mm(1.5) : Theme.mm(0.8)
        }
    }

    Label {
        id: label

        anchors.centerIn: parent
        font.pixelSize: Theme.mm(9)
        color: chip.ink
        text: chip.text
        width: Math.min(implicitWidth, chip.width - Theme.mm(8))
    }
}
