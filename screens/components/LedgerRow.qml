import QtQuick
import screens.theme

// A label at the left, a figure at the right, a hairline below; the label wraps, the figure never does.
Item {
    id: row

    property bool airy: false
    property string figure
    property int inset: 0
    property string label
    property bool ruled: true
    property bool strong: false

    implicitHeight: Math.max(left.implicitHeight, right.implicitHeight) + (airy ? 6 : 3) * Theme.half

    Prose {
        id: left

        color: row.strong ? Theme.ink : Theme.second
        font.bold: row.strong
        say: row.label

        anchors {
            left: parent.left
            leftMargin: row.inset
            right: right.left
            rightMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
    }

    Prose {
        id: right

        say: row.figure
        wrapMode: Text.NoWrap

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
    }

    Rectangle {
        color: Theme.line
        height: Theme.hairline
        visible: row.ruled

        anchors {
            bottom: parent.bottom
            left: parent.left
            leftMargin: row.inset
            right: parent.right
            rightMargin: row.inset
        }
    }
}
