pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Which service? The hall's main one first and large; the others share the room below it, or on a wide panel beside it.
ScreenFrame {
    id: screen

    readonly property bool alone: tiles.length === 1
    readonly property bool beside: Theme.landscape && !alone
    readonly property bool brief: Theme.large ? !alone : Theme.narrow && tiles.length > 2 // the names alone, on one page
    readonly property bool closed: alone && main.paused !== ""
    readonly property bool few: beside && tiles.length < 5 // they line up with the main one
    readonly property var main: tiles[0]
    readonly property int mainHeight: beside ? side.height - greeting.height - Theme.gap : rows === 0 ? shelves.height : Math.max(Theme.grid * (Theme.narrow ? (brief ? 12 : 17) : rows < 3 ? 22 : 18), Math.min(Theme.grid * (rows === 1 || Theme.large ? 60 : 30), shelves.height - rows * (rowLeast + Theme.gap) - reasons))
    readonly property int perRow: beside ? (tiles.length > 4 && !Theme.large ? 2 : 1) : Theme.large || Theme.narrow ? 1 : 2
    readonly property int reasons: brief ? tiles.slice(1).filter(tile => tile.paused !== "").length * Theme.grid * (Theme.large ? 13 : 8) : 0 // what they need beyond a name
    readonly property int rowHeight: rows === 0 ? 0 : Math.max(0, Math.min(Theme.grid * (beside ? 40 : rows === 1 ? 27 : 22), beside ? (shelves.height + Theme.gap - reasons * 0.7) / rows - Theme.gap : (shelves.height - mainHeight - reasons) / rows - Theme.gap))
    readonly property real rowLeast: Theme.grid * (Theme.large ? (Theme.narrow ? 8.5 : 10) : brief ? 7.5 : Theme.narrow || tiles.length === 2 ? 17 : rows === 1 ? 27 : rows < 3 ? 22 : 19.5)
    readonly property int rows: Math.ceil((tiles.length - 1) / perRow)
    required property var tiles

    heading: beside ? "" : Words.say("screen.Home.title")

    Prose {
        id: hint

        readonly property bool fits: !screen.beside && !screen.closed && screen.rows < (Theme.tight || Theme.large ? 1 : 3)

        color: Theme.second
        height: fits ? implicitHeight : 0
        say: Words.say("screen.Home.hint")
        visible: fits

        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
    }

    Item {
        id: side

        height: parent.height - (foot.visible ? foot.height + 2 * Theme.grid : Theme.half)
        visible: screen.beside
        width: Math.round((parent.width - Theme.gap) * (screen.few ? 0.5 : 0.36))

        TitleText {
            id: greeting

            say: Words.say("screen.Home.title")
            width: parent.width
        }
    }

    Loader {
        active: screen.closed
        anchors.fill: shelves

        sourceComponent: PausedService {
            icon: screen.main.icon
            objectName: "tile-" + screen.main.journey
            reason: Words.say(screen.main.paused)
            title: Words.say(screen.main.title)
        }
    }

    Pages {
        id: shelves

        spacing: Theme.gap

        anchors {
            bottom: foot.visible && !screen.beside ? foot.top : parent.bottom
            bottomMargin: screen.few ? parent.height - side.height : foot.visible && !screen.beside ? Theme.grid + Theme.half : Theme.half
            left: parent.left
            leftMargin: screen.beside ? side.width + Theme.gap : 0
            right: parent.right
            top: hint.bottom
            topMargin: screen.few ? greeting.height + Theme.gap : hint.fits ? 2 * Theme.grid : 0
        }

        TileCard {
            brief: screen.brief && (screen.beside ? !screen.few : screen.rows > 2 || Theme.tight)
            flat: Theme.landscape && screen.alone
            go: Words.say("screen.begin")
            height: screen.closed ? 0 : Math.max(implicitHeight, screen.mainHeight)
            icon: screen.main.icon
            main: true
            objectName: "tile-" + screen.main.journey
            parent: screen.beside ? side : shelves.column
            reason: screen.main.paused === "" ? "" : Words.say(screen.main.paused)
            steps: screen.rows > 1 && !screen.beside ? [] : Words.steps("journey." + screen.main.journey + ".step")
            subtitle: screen.main.note === "" ? Words.say(screen.main.subtitle) : screen.main.note
            title: Words.say(screen.main.title)
            visible: !screen.closed
            width: parent.width
            y: screen.beside ? greeting.height + Theme.gap : 0

            onChosen: screen.answered(screen.main.journey)
        }

        Repeater {
            model: screen.rows

            Row {
                id: shelf

                required property int index
                readonly property real tallest: {
                    let most = !screen.beside && screen.rows > 1 && shelf.tiles.length === 1 ? Math.min(Theme.grid * (screen.brief ? 9 : 14), screen.rowHeight) : screen.rowHeight;
                    for (const box of shelf.children)
                        most = Math.max(most, box.implicitHeight);
                    return most;
                }
                readonly property var tiles: screen.tiles.slice(1 + index * screen.perRow, 1 + (index + 1) * screen.perRow)

                spacing: Theme.gap
                width: parent?.width ?? 0

                Repeater {
                    model: shelf.tiles

                    TileCard {
                        required property var modelData

                        brief: screen.brief
                        height: Math.max(implicitHeight, shelf.tallest)
                        icon: modelData.icon
                        objectName: "tile-" + modelData.journey
                        roomy: screen.beside && screen.tiles.length === 2
                        reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                        subtitle: modelData.note === "" ? Words.say(modelData.subtitle) : modelData.note
                        title: Words.say(modelData.title)
                        wide: Theme.landscape || shelf.tiles.length === 1
                        width: Math.floor((shelf.width - (shelf.tiles.length - 1) * Theme.gap) / shelf.tiles.length)

                        onChosen: screen.answered(modelData.journey)
                    }
                }
            }
        }
    }

    Remark {
        id: foot

        height: visible ? implicitHeight : 0
        icon: "phone"
        text: Words.say("screen.Home.phone", {
            "phone": Hall.phone
        })
        visible: !Theme.large && !screen.closed && !(Theme.narrow && screen.rows > 1) && !(screen.beside && !screen.few)
        width: screen.beside ? side.width : parent.width

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.grid + Theme.half
            left: parent.left
        }
    }
}
