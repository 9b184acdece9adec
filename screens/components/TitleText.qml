import QtQuick
import screens.theme

// A headline. When one line is too short for it, it breaks after a comma or a sentence if that helps.
Text {
    id: headline

    property string say
    readonly property var parts: say.replace(/(，|。(?!$)|\. )/g, "$1\n").split("\n")
    readonly property bool partsFit: width > 0 && parts.every(part => metrics.advanceWidth(part.trim()) <= width)
    readonly property bool fits: metrics.advanceWidth(say) <= width

    color: Theme.ink
    lineHeight: Theme.titleLineHeight
    text: fits || !partsFit ? say : parts.map(part => part.trim()).join("\n")
    textFormat: Text.PlainText
    wrapMode: Text.Wrap

    font {
        bold: true
        pixelSize: Theme.title
    }

    FontMetrics {
        id: metrics

        font: headline.font
    }
}
