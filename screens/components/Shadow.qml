import QtQuick
import screens.theme

// A soft shadow under a sibling that it is anchored to; pre-rendered, because the software renderer has no effects.
BorderImage {
    id: shadow

    property int corner: Theme.radius
    required property Item of
    readonly property int rim: corner + Theme.shadowBlur
    property color tone: Theme.shadow

    anchors.bottomMargin: -Theme.shadowBlur - Theme.shadowDrop
    anchors.fill: of
    anchors.leftMargin: -Theme.shadowBlur
    anchors.rightMargin: -Theme.shadowBlur
    anchors.topMargin: -Theme.shadowBlur + Theme.shadowDrop
    source: "image://shadow/" + corner + "/" + Theme.shadowBlur + "/" + tone.toString().slice(1)
    visible: Theme.shadows

    border {
        bottom: rim
        left: rim
        right: rim
        top: rim
    }
}
