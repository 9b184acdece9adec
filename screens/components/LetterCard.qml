import QtQuick
import screens.theme

// What people queue for: its letter as it will stand on the ticket, the name, and what to expect or why not now.
Touchable {
    id: card

    property bool brief: false // the name alone, unless it is paused
    property string expect
    property string letter
    readonly property bool paused: reason !== ""
    property string reason
    property string title

    enabled: !paused
    implicitHeight: Math.ceil(words.implicitHeight) + 2 * Theme.grid
    spoken: title

    Shadow {
        of: face
        visible: Theme.shadows && !card.pressed && !card.paused
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: card.paused ? Theme.ground : card.pressed ? Theme.pressed : Theme.paper
        radius: Theme.radius

        border {
            color: card.paused ? Theme.line : Theme.edge
            width: Theme.hairline
        }
    }

    Rectangle {
        id: plate

        color: card.paused ? Theme.ground : Theme.mist
        height: width
        radius: Theme.radiusSmall
        width: Math.round(Theme.pictureLarge * (Theme.tight ? 0.65 : 0.8))

        anchors {
            left: parent.left
            leftMargin: Theme.grid + Theme.half
            verticalCenter: parent.verticalCenter
        }

        border {
            color: card.paused ? Theme.line : Theme.mistInk
            width: card.paused || Theme.contrast ? Theme.hairline : 0
        }

        Text {
            anchors.centerIn: parent
            color: card.paused ? Theme.second : Theme.mistInk
            text: card.letter
            textFormat: Text.PlainText

            font {
                bold: true
                pixelSize: Math.round(plate.height * 0.62)
            }
        }
    }

    Column {
        id: words

        spacing: Theme.half / 2

        anchors {
            left: plate.right
            leftMargin: Theme.grid + Theme.half
            right: chevron.left
            rightMargin: Theme.half
            verticalCenter: parent.verticalCenter
        }

        Prose {
            color: card.paused ? Theme.second : Theme.ink
            font.bold: true
            font.pixelSize: Theme.tight || card.brief ? Theme.lead : Theme.heading
            lineHeight: Theme.titleLineHeight
            say: card.title
            width: parent.width
        }

        Prose {
            color: Theme.second
            say: card.expect
            visible: !card.paused && !card.brief
            width: parent.width
        }

        Row {
            spacing: Theme.half
            visible: card.paused
            width: parent.width

            Icon {
                id: pause

                ink: Theme.persimmonInk
                name: "pause"
                side: Math.round(Theme.body * 1.2)
                tint: Theme.peach
            }

            Prose {
                color: Theme.persimmonInk
                say: card.reason
                width: parent.width - pause.width - parent.spacing
            }
        }
    }

    Icon {
        id: chevron

        ink: Theme.second
        name: card.paused ? "" : "forward"
        side: Theme.caption

        anchors {
            right: parent.right
            rightMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
    }
}
