import QtQuick
import screens.theme

// A quiet sentence with a mark: what may be good to know here, or what was not right (`urgent`).
Item {
    id: remark

    property string icon: "info"
    property string text
    property bool urgent: false

    implicitHeight: Math.max(mark.height, line.implicitHeight) + (urgent ? 2 * Theme.grid : 0)

    Rectangle {
        anchors.fill: parent
        color: Theme.peach
        radius: Theme.radiusSmall
        visible: remark.urgent

        border {
            color: Theme.persimmonInk
            width: Theme.contrast ? Theme.stroke : Theme.hairline
        }
    }

    Icon {
        id: mark

        ink: remark.urgent ? Theme.persimmonInk : Theme.second
        name: remark.icon
        side: Math.round(Theme.body * 1.05)

        anchors {
            left: parent.left
            leftMargin: remark.urgent ? Theme.grid : 0
            top: line.top
            topMargin: Math.round((metrics.height * Theme.lineHeight - height) / 2)
        }
    }

    FontMetrics {
        id: metrics

        font: line.font
    }

    Prose {
        id: line

        color: remark.urgent ? Theme.persimmonInk : Theme.second
        say: remark.text

        anchors {
            left: mark.right
            leftMargin: Theme.half + Theme.hairline
            right: parent.right
            rightMargin: remark.urgent ? Theme.grid : 0
            verticalCenter: parent.verticalCenter
        }
    }
}
