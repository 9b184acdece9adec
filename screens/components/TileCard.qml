import QtQuick
import screens.theme

// A service, or a way to pay. The main one is large and in the civic color, says what will be asked and where to touch,
// as far as it has the room; one that is paused stays, quiet, and says why.
Touchable {
    id: tile

    property bool brief: false // the name alone says it
    property bool flat: false // a wide main one: what will be asked stands beside the words
    property string go
    readonly property bool going: green && go !== "" && height >= upper + button.height + Theme.gap + inset
    readonly property bool green: main && !paused
    readonly property bool guided: going && steps.length > 0 && (flat ? list.implicitHeight + 2 * Theme.grid : upper + list.implicitHeight + button.height + 2 * Theme.gap + inset) <= height
    property string icon
    readonly property color ink: green ? Theme.overPine : paused ? Theme.second : Theme.ink
    readonly property int inset: main ? Math.round(Theme.margin * 0.75) : Theme.grid + Theme.half
    property bool main: false
    readonly property bool paused: reason !== ""
    property string reason
    property bool roomy: false // it has much room
    property var steps: []
    property string subtitle
    readonly property int sunMost: Math.round(Theme.pictureLarge * (Theme.landscape && !flat ? 1.2 : Theme.narrow ? (Theme.large ? 1 : 1.4) : Theme.large ? 1.6 : 2))
    property string title
    readonly property int upper: (flat ? words.implicitHeight : Math.max(words.implicitHeight, sunMost)) + inset + Theme.gap
    property bool wide: false // the drawing beside the words, not above them

    enabled: !paused
    implicitHeight: Math.ceil(main ? Math.max(words.implicitHeight + 2 * Theme.radius, Theme.pictureLarge + 4 * Theme.grid) : words.implicitHeight + (wide && (Theme.landscape || brief) ? 2 : 3) * Theme.grid)
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
        side: Math.round(Theme.pictureLarge * (tile.roomy ? 1.6 : Theme.narrow || tile.brief ? 0.75 : 0.9))
        tint: tile.paused ? Theme.quietTint : Theme.mistTint
        visible: tile.wide

        anchors {
            left: parent.left
            leftMargin: tile.inset
            verticalCenter: parent.verticalCenter
        }
    }

    Column {
        id: words

        spacing: Theme.half
        width: (tile.main ? (tile.flat ? Math.round(tile.width * 0.42) : tile.width - tile.inset - tile.sunMost - Theme.grid) : tile.width - tile.inset) - x
        x: tile.wide ? beside.x + beside.width + tile.inset : tile.inset
        y: !tile.main && !tile.wide ? tile.inset : !tile.going ? (tile.height - height) / 2 : tile.flat ? tile.inset : tile.inset + Math.max(0, (sun.height - height) / 2)

        Icon {
            ink: tile.paused ? Theme.second : Theme.mistInk
            name: tile.main || tile.wide ? "" : tile.icon
            side: Math.round(Theme.picture * 1.4)
            tint: tile.paused ? Theme.quietTint : Theme.mistTint
            visible: !tile.main && !tile.wide
        }

        Prose {
            color: tile.ink
            font.bold: true
            font.pixelSize: tile.main || tile.roomy ? Theme.title : Theme.lead
            lineHeight: Theme.titleLineHeight
            say: tile.title
            width: parent.width
        }

        Prose {
            color: tile.green ? Theme.overPineSecond : Theme.second
            say: tile.subtitle
            visible: !tile.paused && !tile.brief
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
                say: tile.reason
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
        width: tile.main ? Math.min(tile.height - 4 * Theme.grid, tile.sunMost) : 0
        x: tile.width - width - tile.inset
        y: tile.going && !tile.flat ? tile.inset : (tile.height - height) / 2

        Icon {
            anchors.centerIn: parent
            ink: tile.green ? (Theme.contrast ? Theme.pine : Theme.peach) : Theme.second
            name: tile.main ? tile.icon : ""
            side: Math.round(sun.width * 0.62)
            tint: tile.green ? Theme.flame : Theme.quietTint
        }
    }

    StepList {
        id: list

        roomy: !tile.flat && !Theme.large && !Theme.narrow && tile.height > 60 * Theme.grid
        steps: tile.main ? tile.steps : []
        visible: tile.guided
        width: tile.flat ? sun.x - x - Theme.grid : tile.width - 2 * tile.inset
        x: tile.flat ? Math.round(tile.width * 0.45) : tile.inset
        y: tile.flat ? (tile.height - height) / 2 : tile.upper + (button.y - tile.upper - height) / 2
    }

    Rectangle {
        id: button

        color: Theme.overPine
        height: Theme.button
        radius: height / 2
        visible: tile.going
        width: tile.flat ? Math.round(tile.width * 0.36) : tile.width - 2 * tile.inset
        x: tile.inset
        y: tile.height - height - tile.inset

        Row {
            anchors.centerIn: parent
            spacing: Theme.grid

            Text {
                anchors.verticalCenter: parent.verticalCenter
                color: Theme.pine
                text: tile.go
                textFormat: Text.PlainText

                font {
                    bold: true
                    pixelSize: Theme.action
                }
            }

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                ink: Theme.pine
                name: tile.going ? "forward" : ""
                side: Theme.action
            }
        }
    }
}
