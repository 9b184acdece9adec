import QtQuick
import screens.theme

// A soft shadow under a sibling that it is anchored to; pre-rendered, because the software renderer has no effects.
BorderImage {
    id: shadow

    required property Item of
    property int corner: Theme.radius
    property color tone: Theme.shadow
    readonly property int rim: corner + Theme.shadowBlur

    visible: Theme.shadows
    anchors.fill: of
    anchors.leftMargin: -Theme.shadowBlur
    anchors.rightMargin: -Theme.shadowBlur
    anchors.topMargin: -Theme.shadowBlur + Theme.shadowDrop
    anchors.bottomMargin: -Theme.shadowBlur - Theme.shadowDrop
    border {
        left: rim
        right: rim
        top: rim
        bottom: rim
    }
    source: "image://shadow/" + corner + "/" + Theme.shadowBlur + "/" + tone.toString().slice(1)
}
