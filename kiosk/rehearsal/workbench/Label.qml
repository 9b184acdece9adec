pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

Text {
    color: Theme.ink
    elide: Text.ElideRight
    font.pixelSize: Theme.mm(9.5)
    textFormat: Text.PlainText
}
