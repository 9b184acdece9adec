pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// Twelve keys in the order of a telephone.
Grid {
    id: keypad

    property bool decimals: false // a point in place of starting over
    property int keyHeight: Theme.key
    readonly property real keyWidth: (width - 2 * columnSpacing) / 3

    signal cleared
    signal deleted
    signal digit(value: string)

    columnSpacing: Theme.gap
    columns: 3
    rowSpacing: Theme.gap

    Repeater {
        model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", keypad.decimals ? "point" : "clear", "0", "delete"]

        Touchable {
            id: key

            readonly property bool figure: modelData.length === 1 || modelData === "point"
            required property string modelData

            again: modelData === "clear" ? Theme.debounce : Theme.keyAgain
            corner: Theme.radiusSmall
            height: keypad.keyHeight
            objectName: "key-" + modelData
            spoken: modelData.length === 1 ? modelData : Words.say("screen.key." + modelData)
            width: keypad.keyWidth

            onChosen: {
                if (figure)
                    keypad.digit(spoken);
                else if (modelData === "delete")
                    keypad.deleted();
                else
                    keypad.cleared();
            }

            Shadow {
                corner: face.radius
                of: face
                visible: Theme.shadows && key.figure && !key.pressed
            }

            Rectangle {
                id: face

                anchors.fill: parent
                color: key.pressed ? (Theme.contrast ? Theme.pressed : Theme.mist) : key.figure ? Theme.paper : Theme.ground
                radius: Theme.radiusSmall

                border {
                    color: key.pressed ? Theme.pine : Theme.edge
                    width: key.pressed ? Theme.stroke : Theme.hairline
                }
            }

            Text {
                anchors.centerIn: parent
                color: Theme.ink
                text: key.spoken
                textFormat: Text.PlainText
                visible: key.modelData !== "delete"
                width: Math.min(implicitWidth, parent.width)

                font {
                    bold: key.figure
                    pixelSize: key.figure ? Math.min(Theme.digits, Math.round(key.height * 0.8)) : Theme.keyCaption
                }
            }

            Icon {
                anchors.centerIn: parent
                name: key.modelData === "delete" ? "delete" : ""
                side: Theme.digits
                tint: Theme.ground
            }
        }
    }
}
