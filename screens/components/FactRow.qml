import QtQuick
import screens.theme

// What is to know of something: its label, and the words at the right, or below where they are long.
Item {
    id: row

    readonly property bool fits: plain.advanceWidth(label) + bold.advanceWidth(figure) + 2 * Theme.grid <= width
    property string figure
    property string label
    property bool ruled: true

    implicitHeight: (fits ? Math.max(name.implicitHeight, words.implicitHeight) : name.implicitHeight + words.implicitHeight) + 3 * Theme.half

    FontMetrics {
        id: plain

        font: name.font
    }

    FontMetrics {
        id: bold

        font: words.font
    }

    Prose {
        id: name

        color: Theme.second
        say: row.label
        width: row.fits ? Math.ceil(plain.advanceWidth(row.label)) + 1 : parent.width
        y: Math.round(1.5 * Theme.half)
    }

    Prose {
        id: words

        font.bold: true
        horizontalAlignment: row.fits ? Text.AlignRight : Text.AlignLeft
        say: row.figure
        width: row.fits ? parent.width - name.width - Theme.grid : parent.width
        x: parent.width - width
        y: name.y + (row.fits ? 0 : name.implicitHeight)
    }

    Rectangle {
        anchors.bottom: parent.bottom
        color: Theme.line
        height: Theme.hairline
        visible: row.ruled
        width: parent.width
    }
}
