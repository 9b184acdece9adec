pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Where to lay the identity card, how far it is, and how long there is for it.
ScreenFrame {
    id: screen

    readonly property bool again: step !== "waiting" && step !== "reading"
    readonly property bool beside: Theme.landscape
    property double now: Date.now()
    required property string other
    readonly property int remaining: Math.max(0, Math.ceil((untilMs - now) / Theme.beat))
    readonly property bool stacked: Theme.large && !Theme.tight
    property double startedAt: 0
    required property string step
    required property double untilMs

    centered: !beside
    continuous: true
    heading: Words.say("screen.PresentIdCard.title." + step)

    Component.onCompleted: startedAt = now

    Timer {
        interval: Theme.beat
        repeat: true
        running: true

        onTriggered: screen.now = Date.now()
    }

    CardOnReader {
        id: picture

        readonly property real space: screen.beside ? screen.room.height : screen.room.height - words.implicitHeight - 3 * Theme.grid

        lifted: screen.again
        reading: screen.step === "reading"
        visible: space > Theme.picture
        side: Math.round(Math.max(Theme.picture, Math.min(space, Theme.grid * 56, screen.room.width * (screen.beside ? 0.36 : 0.82))))

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? undefined : parent.top
            topMargin: screen.beside ? 0 : Math.max(0, (space - side) / 2)
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
                say: Words.say("screen.PresentIdCard.body." + screen.step)
                width: parent.width - (pointer.visible ? pointer.width + 2 * Theme.grid : 0)
            }

            DevicePointer {
                id: pointer

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                at: "identity"
                card: true
                height: Math.round(Theme.pictureLarge * 1.6)
                ink: Theme.second
                visible: !screen.beside && !Theme.large && !Theme.tight
                width: implicitWidth
            }
        }

        Item {
            height: screen.stacked ? time.height + Theme.gap + way.height : Math.max(time.height, way.height)
            width: parent.width

            Row {
                id: time

                spacing: Theme.grid
                width: screen.stacked ? parent.width : parent.width - way.width - Theme.gap
                y: screen.stacked ? 0 : Math.round((parent.height - height) / 2)

                CountdownRing {
                    id: ring

                    seconds: screen.remaining
                    side: Theme.picture
                    whole: Math.max(1, (screen.untilMs - screen.startedAt) / Theme.beat)
                }

                Text {
                    anchors.verticalCenter: parent.verticalCenter
                    color: Theme.second
                    objectName: "countdown"
                    text: Words.say("screen.PresentIdCard.left", {
                        "seconds": screen.remaining
                    })
                    textFormat: Text.PlainText
                    width: parent.width - ring.width - parent.spacing
                    wrapMode: Text.Wrap

                    font {
                        features: ({
                                "tnum": 1
                            })
                        pixelSize: Theme.body
                    }
                }
            }

            QuietButton {
                id: way

                height: implicitHeight
                objectName: "other"
                text: Words.say(screen.other)
                width: screen.stacked ? parent.width : Math.min(implicitWidth, Math.round(parent.width * 0.6))
                x: parent.width - width
                y: parent.height - height

                onChosen: screen.answered("other")
            }
        }
    }
}
