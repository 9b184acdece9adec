import QtQuick
import screens.theme

// Running text.
Text {
    color: Theme.ink
    font.pixelSize: Theme.body
    lineHeight: Theme.lineHeight
    textFormat: Text.PlainText
    wrapMode: Text.Wrap
}
