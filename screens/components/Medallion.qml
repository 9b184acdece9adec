import QtQuick
import screens.theme

// A drawing in a round field.
Rectangle {
    id: medallion

    property color ink: Theme.mistInk
    property string name
    property real share: 0.56 // of the field's width, for the drawing
    property int side: Theme.pictureLarge
    property color tint: Theme.mistTint

    color: Theme.mist
    height: side
    radius: side / 2
    width: side

    border {
        color: ink
        width: Theme.contrast ? Theme.hairline : 0
    }

    Icon {
        anchors.centerIn: parent
        ink: medallion.ink
        name: medallion.name
        side: Math.round(medallion.side * medallion.share)
        tint: medallion.tint
    }
}
