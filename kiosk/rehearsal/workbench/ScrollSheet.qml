pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// What may be taller than its room: scrolled by wheel or finger, with a thin bar that shows where it is.
Flickable {
    id: sheet

    boundsBehavior: Flickable.StopAtBounds
    clip: true
    contentWidth: width

    Rectangle {
        color: Theme.edge
        height: Math.max(Theme.mm(16), sheet.height * sheet.height / Math.max(1, sheet.contentHeight))
        opacity: 0.5
        parent: sheet
        radius: width / 2
        visible: sheet.contentHeight > sheet.height + 1
        width: Theme.mm(3)
        x: sheet.width - width
        y: sheet.contentHeight <= sheet.height ? 0 : (sheet.height - height) * sheet.contentY / (sheet.contentHeight - sheet.height)
    }
}
