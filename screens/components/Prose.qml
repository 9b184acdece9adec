import QtQuick
import screens.theme

// Running text. Lines end where a clerk would pause, if that takes no more of them.
Text {
    id: prose

    property string say

    color: Theme.ink
    font.pixelSize: Theme.body
    lineHeight: Theme.lineHeight
    text: wrapMode === Text.NoWrap ? say : Words.inLines(say, width, metrics)
    textFormat: Text.PlainText
    wrapMode: Text.Wrap

    FontMetrics {
        id: metrics

        font: prose.font
    }
}
