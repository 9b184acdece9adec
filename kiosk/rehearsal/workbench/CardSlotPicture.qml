pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// A reader with a slot; the card that is in it stands out, with what is on it.
Item {
    id: picture

    readonly property bool card: party.facts.card !== undefined && party.facts.card !== ""
    readonly property bool mute: party.facts.upside_down === true
    readonly property bool ready: party.alive && party.facts.plugged !== false
    required property var party

    Rectangle {
        id: body

        anchors.horizontalCenter: parent.horizontalCenter
        color: Theme.ink
        height: Theme.mm(58)
        radius: Theme.mm(8)
        width: Math.min(parent.width, Theme.mm(120))
        y: Math.max(0, (parent.height - height - Theme.mm(52)) / 2) + Theme.mm(52)

        Rectangle {
            color: Theme.slot
            height: Theme.mm(5)
            radius: height / 2
            width: parent.width - Theme.mm(20)
            x: Theme.mm(10)
            y: Theme.mm(9)
        }

        Rectangle {
            color: !picture.ready ? Theme.persimmon : picture.card && !picture.mute ? Theme.flame : Theme.mistTint
            height: width
            radius: width / 2
            width: Theme.mm(6)
            x: Theme.mm(12)
            y: parent.height - Theme.mm(16)
        }

        Label {
            color: Theme.overDeepSecond
            font.pixelSize: Theme.mm(7.5)
            horizontalAlignment: Text.AlignRight
            text: !picture.ready ? Bench.say("no reader") : picture.mute ? Bench.say("upside down") : picture.card ? "" : Bench.say("no card")
            width: parent.width - Theme.mm(36)
            x: Theme.mm(24)
            y: parent.height - Theme.mm(18)
        }
    }

    Item {
        clip: true
        height: Theme.mm(64)
        visible: picture.card
        width: body.width - Theme.mm(30)
        x: body.x + Theme.mm(15)
        y: body.y + Theme.mm(12) - height

        Rectangle {
            color: picture.mute ? Theme.mistTint : Theme.peach
            height: parent.height + Theme.mm(10)
            radius: Theme.mm(5)
            width: parent.width

            border {
                color: Theme.edge
                width: Theme.hairline
            }

            Rectangle {
                color: Theme.flame
                height: Theme.mm(13)
                radius: Theme.mm(2)
                visible: !picture.mute
                width: Theme.mm(16)
                x: parent.width - width - Theme.mm(8)
                y: Theme.mm(36)
            }

            Column {
                spacing: Theme.mm(1.5)
                visible: !picture.mute
                width: parent.width - 2 * x
                x: Theme.mm(8)
                y: Theme.mm(6)

                Repeater {
                    model: picture.party.display

                    Label {
                        required property int index
                        required property string modelData

                        font.bold: index === 0
                        font.pixelSize: Theme.mm(index === 0 ? 9.5 : 8.5)
                        text: modelData
                        width: parent.width
                    }
                }
            }
        }
    }
}
