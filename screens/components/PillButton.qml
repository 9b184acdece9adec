import QtQuick
import screens.theme

// Help and language, top right.
Touchable {
    id: pill

    corner: height / 2

    property bool deep: false
    property string text

    implicitHeight: Theme.target
    implicitWidth: Math.max(Theme.target, label.implicitWidth + (Theme.narrow ? 2 : 3) * Theme.grid)
    spoken: text

    Rectangle {
        anchors.fill: parent
        color: pill.deep ? (pill.pressed ? Theme.deepPressed : Theme.deep) : (pill.pressed ? Theme.pressed : Theme.paper)
        radius: height / 2

        border {
            color: pill.deep ? Theme.overDeepSecond : Theme.edge
            width: Theme.hairline
        }
    }

    Text {
        id: label

        anchors.centerIn: parent
        color: pill.deep ? Theme.overDeep : Theme.ink
        font.pixelSize: Theme.caption
        text: pill.text
        textFormat: Text.PlainText
    }
}
