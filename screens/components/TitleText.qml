import QtQuick
import screens.theme

// A headline.
Prose {
    font.bold: true
    font.pixelSize: Theme.title
    lineHeight: Theme.titleLineHeight
}
