pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// One question with a few answers to touch.
ScreenFrame {
    id: screen

    required property bool optional
    required property var options
    required property string place
    readonly property int perRow: options.length > 4 && !Theme.large || Theme.landscape ? 2 : 1
    readonly property int rows: Math.ceil(options.length / perRow)
    required property string title

    heading: title
    primaryText: optional ? Words.say("screen.skip") : ""

    onPrimaryChosen: answered("skip")

    Prose {
        id: hint

        color: Theme.second
        say: screen.place
        width: parent.width
    }

    Pages {
        id: list

        readonly property int share: Math.min(Theme.grid * (screen.rows < 3 ? 16 : 12), Math.floor((height + spacing) / screen.rows - spacing))

        spacing: Theme.gap

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
            top: hint.bottom
            topMargin: Theme.grid
        }

        Repeater {
            model: screen.rows

            Row {
                id: shelf

                required property int index

                height: Math.max(Theme.button, list.share)
                spacing: list.spacing
                width: list.width

                Repeater {
                    model: screen.options.slice(screen.perRow * shelf.index, screen.perRow * (shelf.index + 1))

                    OptionKey {
                        required property var modelData

                        height: shelf.height
                        objectName: "option-" + modelData.value
                        on: modelData.value === screen.previous
                        text: modelData.title
                        width: Math.floor((shelf.width - (screen.perRow - 1) * shelf.spacing) / screen.perRow)

                        onChosen: screen.answered(modelData.value)
                    }
                }
            }
        }
    }
}
