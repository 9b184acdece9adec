import QtQuick
import screens.theme

// Where the keyboard is: a dark and a light line around the control, so that one of them stands out from any ground.
Item {
    id: place

    required property Touchable on

    Item {
        id: ring

        readonly property int line: Theme.focusLine

        anchors.fill: parent
        anchors.margins: place.on?.bare ? 0 : -2 * line
        objectName: "focus-ring"
        parent: place.on ?? place
        visible: place.on !== null
        z: 1

        Rectangle {
            anchors.fill: parent
            color: Theme.clear
            radius: Math.min(inner.radius + ring.line, height / 2)

            border {
                color: Theme.focus
                width: ring.line
            }
        }

        Rectangle {
            id: inner

            anchors.fill: parent
            anchors.margins: ring.line
            color: Theme.clear
            radius: Math.min((place.on?.corner ?? 0) + ring.line, height / 2)

            border {
                color: Theme.focusHalo
                width: ring.line
            }
        }
    }
}
