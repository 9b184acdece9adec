import QtQuick
import screens.theme

// Where a search begins, or what was typed so far (`typing`).
Touchable {
    id: field

    property string hint
    property string text
    property bool typing: false

    corner: Theme.radiusSmall
    enabled: !typing
    implicitHeight: Math.max(Theme.button, words.implicitHeight + Theme.gap)
    readonly property color ink: typing && text !== "" ? Theme.ink : Theme.second
    spoken: hint

    Rectangle {
        anchors.fill: parent
        color: field.pressed ? (Theme.contrast ? Theme.pressed : Theme.mist) : Theme.paper
        radius: Theme.radiusSmall

        border {
            color: field.typing || field.pressed ? Theme.pine : Theme.edge
            width: field.typing || field.pressed ? Theme.stroke : Theme.hairline
        }
    }

    Icon {
        id: glass

        ink: Theme.mistInk
        name: "search"
        side: Math.round(Theme.lead * 1.3)
        tint: Theme.mistTint

        anchors {
            left: parent.left
            leftMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
    }

    Prose {
        id: words

        color: field.ink
        font.bold: field.typing && field.text !== ""
        font.pixelSize: field.typing && field.text !== "" ? Theme.heading : Theme.body
        say: field.typing && field.text !== "" ? field.text : field.hint

        anchors {
            left: glass.right
            leftMargin: Theme.grid
            right: parent.right
            rightMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
    }

    Rectangle {
        color: Theme.persimmon
        height: Theme.heading
        visible: field.typing
        width: Theme.stroke
        x: field.text === "" ? words.x - Theme.half : words.x + Math.min(words.contentWidth, words.width) + Theme.half

        anchors.verticalCenter: parent.verticalCenter
    }
}
