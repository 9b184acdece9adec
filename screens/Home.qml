pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Which service? The hall's main one first and large.
ScreenFrame {
    id: screen

    required property var tiles

    heading: Words.say("screen.Home.title")

    Prose {
        id: hint

        readonly property bool fits: !(Theme.large && Theme.tight)

        color: Theme.second
        height: fits ? implicitHeight : 0
        text: Words.say("screen.Home.hint")
        visible: fits

        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
    }

    Pages {
        id: tiles

        spacing: Theme.gap

        anchors {
            bottom: foot.top
            bottomMargin: Theme.gap
            left: parent.left
            right: parent.right
            top: hint.bottom
            topMargin: hint.fits ? 2 * Theme.grid : 0
        }

        TileCard {
            readonly property var tile: screen.tiles[0]
            readonly property real tilesHeight: tiles.height

            height: Math.max(implicitHeight, Math.min(tilesHeight, Theme.grid * (screen.tiles.length === 1 ? 36 : 22)))
            icon: tile.icon
            main: true
            objectName: "tile-" + tile.journey
            reason: tile.paused === "" ? "" : Words.say(tile.paused)
            subtitle: Words.say(tile.subtitle)
            title: Words.say(tile.title)
            width: parent.width

            onChosen: screen.answered(tile.journey)
        }

        Repeater {
            readonly property int perRow: Theme.large && !Theme.landscape ? 1 : Theme.landscape ? 3 : 2

            model: Math.ceil((screen.tiles.length - 1) / perRow)

            Row {
                id: shelf

                required property int index
                readonly property int perRow: Theme.large && !Theme.landscape ? 1 : Theme.landscape ? 3 : 2
                readonly property real tallest: {
                    let most = 0;
                    for (const box of shelf.children)
                        most = Math.max(most, box.implicitHeight);
                    return most;
                }
                readonly property var tiles: screen.tiles.slice(1 + index * perRow, 1 + (index + 1) * perRow)

                spacing: Theme.gap
                width: parent?.width ?? 0

                Repeater {
                    id: boxes

                    model: shelf.tiles

                    TileCard {
                        required property var modelData

                        height: Math.max(implicitHeight, shelf.tallest)
                        icon: modelData.icon
                        objectName: "tile-" + modelData.journey
                        reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                        subtitle: Words.say(modelData.subtitle)
                        title: Words.say(modelData.title)
                        wide: shelf.perRow === 1
                        width: (shelf.width - (shelf.perRow - 1) * Theme.gap) / shelf.perRow

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
        visible: !Theme.large

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.gap
            left: parent.left
            right: parent.right
        }
    }
}
