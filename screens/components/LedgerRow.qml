import QtQuick
import screens.theme

// A label at the left, a figure at the right, a hairline below; the label wraps, the figure never does.
Item {
    id: row

    property string label
    property string figure
    property bool strong: false
    property bool ruled: true
    property int inset: 0

    implicitHeight: Math.max(left.implicitHeight, right.implicitHeight) + 2 * Theme.half + Theme.half

    Prose {
        id: left

        anchors {
            left: parent.left
            leftMargin: row.inset
            right: right.left
            rightMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
        color: row.strong ? Theme.ink : Theme.second
        font.bold: row.strong
        text: row.label
    }

    Prose {
        id: right

        anchors {
            baseline: left.baseline
            right: parent.right
            rightMargin: row.inset
        }
        font {
            bold: true
            features: ({
                    "tnum": 1
                })
        }
        text: row.figure
        wrapMode: Text.NoWrap
    }

    Rectangle {
        anchors {
            bottom: parent.bottom
            left: parent.left
            leftMargin: row.inset
            right: parent.right
            rightMargin: row.inset
        }
        visible: row.ruled
        height: Theme.hairline
        color: Theme.line
    }
}
