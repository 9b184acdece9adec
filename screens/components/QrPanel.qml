import QtQuick
import screens.theme

// A QR code on white with its quiet zone of four modules, each module a whole number of pixels.
Rectangle {
    id: panel

    property string code
    property int least: 0 // px the code itself must have
    property int most: 2 * Theme.qrSide
    readonly property int modules: picture.implicitWidth
    readonly property int module: modules > 0 ? Math.max(Math.floor(most / (modules + 8)), Math.ceil(least / modules), 1) : 1
    readonly property int codeSide: modules * module

    objectName: "qr"
    implicitWidth: (modules + 8) * module
    implicitHeight: implicitWidth
    color: Theme.white

    Image {
        id: picture

        anchors.centerIn: parent
        width: panel.codeSide
        height: panel.codeSide
        smooth: false
        source: panel.code
    }
}
