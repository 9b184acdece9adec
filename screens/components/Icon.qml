import QtQuick
import screens.theme

// A drawing of our own family, in the theme's colors.
Image {
    id: icon

    property string name
    property color ink: Theme.ink
    property color tint: Theme.mistTint
    property int side: Theme.pictureSmall

    width: side
    height: side
    source: name === "" ? "" : "image://icon/" + name + "/" + Theme.hex(ink) + "/" + Theme.hex(tint)
    sourceSize: Qt.size(side, side)
}
