import QtQuick
import screens.theme

// A soft shadow under a sibling that it is anchored to; pre-rendered, because the software renderer has no effects. Only
// the rim is drawn: what lies under the sibling is never seen, and to blend it took longer than all else on a page.
Item {
    id: shadow

    property int corner: Theme.radius
    required property Item of
    readonly property int rim: corner + Theme.shadowBlur
    property color tone: Theme.shadow
    readonly property string what: corner + "/" + Theme.shadowBlur + "/" + tone.toString().slice(1)

    anchors.bottomMargin: -Theme.shadowBlur - Theme.shadowDrop
    anchors.fill: of
    anchors.leftMargin: -Theme.shadowBlur
    anchors.rightMargin: -Theme.shadowBlur
    anchors.topMargin: -Theme.shadowBlur + Theme.shadowDrop
    visible: Theme.shadows

    BorderImage {
        border.bottom: shadow.rim
        border.top: shadow.rim
        height: shadow.height
        smooth: false
        source: "image://shadow/left/" + shadow.what
        width: shadow.rim
    }

    BorderImage {
        border.bottom: shadow.rim
        border.top: shadow.rim
        height: shadow.height
        smooth: false
        source: "image://shadow/right/" + shadow.what
        width: shadow.rim
        x: shadow.width - width
    }

    Image {
        height: shadow.rim
        smooth: false
        source: "image://shadow/top/" + shadow.what
        width: shadow.width - 2 * x
        x: shadow.rim
    }

    Image {
        height: shadow.rim
        smooth: false
        source: "image://shadow/bottom/" + shadow.what
        width: shadow.width - 2 * x
        x: shadow.rim
        y: shadow.height - height
    }
}
