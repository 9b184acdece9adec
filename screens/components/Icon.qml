import QtQuick
import screens.theme

// A drawing of our own family, in the theme's colors.
Image {
    id: icon

    property color ink: Theme.ink
    property string name
    property int side: Theme.pictureSmall
    property color tint: Theme.mistTint

    height: side
    source: name === "" ? "" : "image://icon/" + name + "/" + Theme.hex(ink) + "/" + Theme.hex(tint)
    sourceSize: Qt.size(side, side)
    width: side
}
