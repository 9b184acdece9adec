import QtQuick
import screens.theme

// Turns the page of a list.
Touchable {
    id: button

    corner: height / 2

    property string icon
    property bool usable: true

    enabled: usable
    height: Theme.target
    visible: usable
    width: Math.round(Theme.target * 1.6)

    Rectangle {
        anchors.fill: parent
        color: button.pressed ? Theme.pressed : Theme.paper
        radius: height / 2

        border {
            color: Theme.edge
            width: Theme.hairline
        }
    }

    Icon {
        anchors.centerIn: parent
        name: button.icon
        side: Theme.caption
    }
}
