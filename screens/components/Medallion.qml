import QtQuick
import screens.theme

// A drawing in a round field.
Rectangle {
    id: medallion

    property string name
    property color ink: Theme.mistInk
    property color tint: Theme.mistTint
    property int side: Theme.pictureLarge

    width: side
    height: side
    color: Theme.mist
    radius: side / 2
    border {
        color: ink
        width: Theme.contrast ? Theme.hairline : 0
    }

    Icon {
        anchors.centerIn: parent
        ink: medallion.ink
        name: medallion.name
        side: Math.round(medallion.side * 0.56)
        tint: medallion.tint
    }
}
