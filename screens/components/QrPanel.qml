import QtQuick
import screens.theme

// A QR code on white with its quiet zone of four modules, each module a whole number of pixels.
Rectangle {
    id: panel

    property string code
    readonly property int codeSide: modules * module
    property int least: 0 // px the code itself must have
    readonly property int module: modules > 0 ? Math.max(Math.floor(most / (modules + 8)), Math.ceil(least / modules), 1) : 1
    readonly property int modules: picture.implicitWidth
    property int most: 2 * Theme.qrSide

    color: Theme.white
    implicitHeight: implicitWidth
    implicitWidth: (modules + 8) * module
    objectName: "qr"

    Image {
        id: picture

        anchors.centerIn: parent
        height: panel.codeSide
        smooth: false
        source: panel.code
        width: panel.codeSide
    }
}
