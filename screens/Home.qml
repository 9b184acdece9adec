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

        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
        height: fits ? implicitHeight : 0
        color: Theme.second
        text: Words.say("screen.Home.hint")
        visible: fits
    }

    Pages {
        id: tiles

        anchors {
            bottom: foot.top
            bottomMargin: Theme.gap
            left: parent.left
            right: parent.right
            top: hint.bottom
            topMargin: hint.fits ? 2 * Theme.grid : 0
        }
        spacing: Theme.gap

        TileCard {
            readonly property var tile: screen.tiles[0]

            readonly property real tilesHeight: tiles.height

            objectName: "tile-" + tile.journey
            width: parent.width
            height: Math.max(implicitHeight, Math.min(tilesHeight, Theme.grid * (screen.tiles.length === 1 ? 36 : 22)))
            icon: tile.icon
            main: true
            reason: tile.paused === "" ? "" : Words.say(tile.paused)
            subtitle: Words.say(tile.subtitle)
            title: Words.say(tile.title)
            onChosen: screen.answered(tile.journey)
        }

        Repeater {
            model: Math.ceil((screen.tiles.length - 1) / perRow)

            readonly property int perRow: Theme.large && !Theme.landscape ? 1 : Theme.landscape ? 3 : 2

            Row {
                id: shelf

                required property int index
                readonly property int perRow: Theme.large && !Theme.landscape ? 1 : Theme.landscape ? 3 : 2
                readonly property var tiles: screen.tiles.slice(1 + index * perRow, 1 + (index + 1) * perRow)

                width: parent?.width ?? 0
                spacing: Theme.gap

                Repeater {
                    id: boxes

                    model: shelf.tiles

                    TileCard {
                        required property var modelData

                        objectName: "tile-" + modelData.journey
                        width: (shelf.width - (shelf.perRow - 1) * Theme.gap) / shelf.perRow
                        height: Math.max(implicitHeight, shelf.tallest)
                        icon: modelData.icon
                        reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                        subtitle: Words.say(modelData.subtitle)
                        wide: shelf.perRow === 1
                        title: Words.say(modelData.title)
                        onChosen: screen.answered(modelData.journey)
                    }
                }
                readonly property real tallest: {
                    let most = 0;
                    for (const box of shelf.children)
                        most = Math.max(most, box.implicitHeight);
                    return most;
                }
            }
        }
    }

    Remark {
        id: foot

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.gap
            left: parent.left
            right: parent.right
        }
        height: visible ? implicitHeight : 0
        icon: "phone"
        visible: !Theme.large
        text: Words.say("screen.Home.phone", {
            "phone": Hall.phone
        })
    }
}
