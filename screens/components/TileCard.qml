import QtQuick
import screens.theme

// A service. The main one is large and in the civic color; one that is paused stays, quiet, and says why.
Touchable {
    id: tile

    readonly property bool green: main && !paused
    property string icon
    readonly property color ink: green ? Theme.overPine : paused ? Theme.second : Theme.ink
    property bool main: false
    readonly property bool paused: reason !== ""
    property string reason
    property string subtitle
    property string title
    property bool wide: false // the drawing beside the words, not above them

    enabled: !paused
    implicitHeight: main ? Math.max(words.implicitHeight + 2 * Theme.radius, Theme.pictureLarge + 4 * Theme.grid) : words.implicitHeight + 3 * Theme.grid
    spoken: title

    Shadow {
        of: face
        visible: Theme.shadows && !tile.pressed && !tile.paused
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: tile.green ? (tile.pressed ? Theme.pinePressed : Theme.pine) : tile.paused ? Theme.ground : tile.pressed ? Theme.pressed : Theme.paper
        radius: Theme.radius

        border {
            color: tile.paused ? Theme.line : Theme.edge
            width: tile.green ? 0 : Theme.hairline
        }
    }

    Medallion {
        id: beside

        ink: tile.paused ? Theme.second : Theme.mistInk
        name: tile.wide ? tile.icon : ""
        side: Math.round(Theme.pictureLarge * 0.75)
        tint: tile.paused ? Theme.quietTint : Theme.mistTint
        visible: tile.wide

        anchors {
            left: parent.left
            leftMargin: Theme.grid + Theme.half
            verticalCenter: parent.verticalCenter
        }
    }

    Column {
        id: words

        spacing: Theme.half
        y: tile.main || tile.wide ? (tile.height - height) / 2 : Theme.grid + Theme.half

        anchors {
            left: tile.wide ? beside.right : parent.left
            leftMargin: tile.main ? Theme.radius : Theme.grid + Theme.half
            right: tile.main ? sun.left : parent.right
            rightMargin: Theme.grid
        }

        Icon {
            ink: tile.paused ? Theme.second : Theme.mistInk
            name: tile.main || tile.wide ? "" : tile.icon
            side: Math.round(Theme.picture * 1.25)
            tint: tile.paused ? Theme.quietTint : Theme.mistTint
            visible: !tile.main && !tile.wide
        }

        Text {
            color: tile.ink
            text: tile.title
            textFormat: Text.PlainText
            width: parent.width
            wrapMode: Text.Wrap

            font {
                bold: true
                pixelSize: tile.main ? Theme.title : Theme.lead
            }
        }

        Prose {
            color: tile.green ? Theme.overPineSecond : Theme.second
            text: tile.subtitle
            visible: !tile.paused
            width: parent.width
        }

        Row {
            spacing: Theme.half
            visible: tile.paused
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
                text: tile.reason
                width: parent.width - pause.width - parent.spacing
            }
        }
    }

    Rectangle {
        id: sun

        color: tile.green ? Theme.pineTint : Theme.mist
        height: width
        radius: width / 2
        visible: tile.main
        width: Math.round(Math.min(parent.height - 4 * Theme.grid, Theme.pictureLarge * (Theme.narrow ? 1.4 : Theme.large ? 1.6 : 2.2)))

        anchors {
            right: parent.right
            rightMargin: Theme.radius
            verticalCenter: parent.verticalCenter
        }

        Icon {
            anchors.centerIn: parent
            ink: tile.green ? (Theme.contrast ? Theme.pine : Theme.peach) : Theme.second
            name: tile.main ? tile.icon : ""
            side: Math.round(sun.width * 0.62)
            tint: tile.green ? Theme.flame : Theme.quietTint
        }
    }
}
