pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What to do at the card reader now: one thing at a time, as large as it goes, and how far it is.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property bool canStop
    property bool long: false
    required property string channel
    required property bool otherMethods
    readonly property int place: ({
            "waiting": 0,
            "present_card": 0,
            "enter_pin": 1,
            "asking_bank": 2,
            "remove_card": 2
        })[step] ?? -1
    required property string step

    centered: !beside
    continuous: true
    heading: Words.say("screen.AtReader.title." + step)
    secondaryText: canStop ? Words.say(otherMethods ? "screen.ScanToPay.other_way" : "screen.ScanToPay.cancel") : ""

    onSecondaryChosen: answered("cancel")
    onStepChanged: long = false

    // A bank that takes longer than usual: said, so that nobody wonders.
    Timer {
        interval: 20 * Theme.beat
        running: screen.step === "asking_bank" && !screen.long

        onTriggered: screen.long = true
    }

    AmountText {
        id: sum

        anchors.top: parent.top
        horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
        text: screen.amount
        width: parent.width
    }

    Medallion {
        id: picture

        readonly property real space: screen.beside ? screen.room.height : screen.room.height - sum.height - words.implicitHeight - 4 * Theme.grid

        color: screen.step === "stopping" ? Theme.peach : Theme.mist
        ink: screen.step === "stopping" ? Theme.persimmonInk : Theme.mistInk
        name: ({
                "waiting": "present_card",
                "asking_bank": "bank",
                "remove_card": "take_card",
                "stopping": "stop_key"
            })[screen.step] ?? screen.step
        share: 0.52
        side: Math.round(Math.max(Theme.picture, Math.min(space, Theme.grid * 80, screen.room.width * (screen.beside ? 0.36 : 0.8))))
        tint: screen.step === "stopping" ? Theme.peachTint : Theme.mistTint

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? undefined : sum.bottom
            topMargin: screen.beside ? 0 : Math.max(Theme.grid, (space - side) / 2)
            verticalCenter: screen.beside ? parent.verticalCenter : undefined
        }
    }

    Column {
        id: words

        spacing: 2 * Theme.grid

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: screen.beside ? picture.left : parent.right
            rightMargin: screen.beside ? Theme.margin : 0
        }

        Item {
            height: Math.max(body.implicitHeight, pointer.visible ? pointer.height : 0)
            width: parent.width

            Prose {
                id: body

                anchors.verticalCenter: parent.verticalCenter
                font.pixelSize: Theme.lead
                horizontalAlignment: screen.beside || pointer.visible ? Text.AlignLeft : Text.AlignHCenter
                say: Words.say(screen.long ? "screen.AtReader.long" : "screen.AtReader.body." + screen.step)
                width: parent.width - (pointer.visible ? pointer.width + 2 * Theme.grid : 0)
            }

            DevicePointer {
                id: pointer

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                card: true
                height: Math.round(Theme.pictureLarge * 1.6)
                ink: Theme.second
                moving: true
                visible: screen.step !== "asking_bank" && !screen.beside && !Theme.large && !Theme.tight
                width: implicitWidth
            }
        }

        Row {
            spacing: Theme.gap
            visible: screen.place >= 0 && !Theme.large
            width: parent.width

            Repeater {
                id: steps

                model: Words.steps("screen.AtReader.step")

                Column {
                    id: step

                    required property int index
                    required property string modelData
                    readonly property bool now: index === screen.place

                    spacing: Theme.half
                    width: (words.width - (steps.count - 1) * Theme.gap) / steps.count

                    Rectangle {
                        color: step.index <= screen.place ? Theme.pine : Theme.track
                        height: Theme.half
                        radius: height / 2
                        width: parent.width
                    }

                    Prose {
                        color: step.now ? Theme.ink : Theme.second
                        font.bold: step.now
                        horizontalAlignment: Text.AlignHCenter
                        say: step.modelData
                        width: parent.width
                    }
                }
            }
        }
    }
}
