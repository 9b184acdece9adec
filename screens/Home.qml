pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Which service? The hall's main one first and large; the others share the room below it.
ScreenFrame {
    id: screen

    readonly property var main: tiles[0]
    readonly property int mainHeight: rows === 0 ? shelves.height : Math.max(Theme.grid * (Theme.landscape ? 12 : Theme.narrow ? 13 : rows < 3 ? 22 : 18), Math.min(Theme.grid * (rows === 1 ? 60 : 30), shelves.height - rows * (rowLeast + Theme.gap)))
    readonly property int perRow: Theme.large && !Theme.landscape ? 1 : Theme.landscape ? 3 : 2
    readonly property int rowHeight: rows === 0 ? 0 : Math.max(0, Math.min(Theme.grid * 22, (shelves.height - mainHeight) / rows - Theme.gap))
    readonly property int rowLeast: Theme.grid * (Theme.landscape ? 17 : rows < 3 ? 17 : 19.5)
    readonly property int rows: Math.ceil((tiles.length - 1) / perRow)
    required property var tiles

    heading: Words.say("screen.Home.title")

    Prose {
        id: hint

        readonly property bool fits: !(Theme.large && Theme.tight) && screen.rows < (Theme.tight ? 1 : 3)

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

    Pages {
        id: shelves

        spacing: Theme.gap

        anchors {
            bottom: foot.top
            bottomMargin: Theme.grid + Theme.half
            left: parent.left
            right: parent.right
            top: hint.bottom
            topMargin: hint.fits ? 2 * Theme.grid : 0
        }

        TileCard {
            go: Words.say("screen.begin")
            height: paused ? Math.max(implicitHeight, Math.min(screen.mainHeight, Theme.grid * 30)) : Math.max(implicitHeight, screen.mainHeight)
            icon: screen.main.icon
            main: true
            objectName: "tile-" + screen.main.journey
            reason: screen.main.paused === "" ? "" : Words.say(screen.main.paused)
            steps: Theme.landscape && screen.rows > 0 ? [] : Words.steps("journey." + screen.main.journey + ".step")
            subtitle: Words.say(screen.main.subtitle)
            title: Words.say(screen.main.title)
            width: parent.width

            onChosen: screen.answered(screen.main.journey)
        }

        Repeater {
            model: screen.rows

            Row {
                id: shelf

                required property int index
                readonly property real tallest: {
                    let most = screen.rows > 2 && shelf.tiles.length === 1 ? Theme.grid * 14 : screen.rowHeight;
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

                        height: Math.max(implicitHeight, shelf.tallest)
                        icon: modelData.icon
                        objectName: "tile-" + modelData.journey
                        reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                        subtitle: Words.say(modelData.subtitle)
                        title: Words.say(modelData.title)
                        wide: Theme.landscape || shelf.tiles.length === 1
                        width: (shelf.width - (shelf.tiles.length - 1) * Theme.gap) / shelf.tiles.length

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
        visible: !Theme.large && !(Theme.landscape && screen.rows > 1)

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.grid + Theme.half
            left: parent.left
            right: parent.right
        }
    }
}
