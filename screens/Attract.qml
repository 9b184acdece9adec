pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Nobody is here: the hall, the time, what is open. Any touch starts. Everything moves a little now and then, so that
// nothing burns into the panel.
ScreenFrame {
    id: screen

    property int drift: 0
    required property var services

    deep: true

    TapHandler {
        onTapped: screen.answered("start")
    }

    Timer {
        interval: 20 * Theme.beat
        repeat: true
        running: true

        onTriggered: screen.drift = (screen.drift + 1) % 4
    }

    Item {
        id: board

        height: parent.height - Theme.half
        width: parent.width - Theme.half
        x: screen.drift === 1 || screen.drift === 2 ? Theme.half : 0
        y: screen.drift >= 2 ? Theme.half : 0

        Behavior on x {
            NumberAnimation {
                duration: Theme.slide
            }
        }
        Behavior on y {
            NumberAnimation {
                duration: Theme.slide
            }
        }

        Icon {
            anchors.right: parent.right
            ink: Theme.contrast ? Theme.overDeepSecond : Theme.pineTint
            name: "door"
            side: Math.round(2.1 * Theme.pictureLarge)
            tint: Theme.deepPressed
            visible: !Theme.landscape && !Theme.narrow
            y: top.y + (top.height - height) / 2
        }

        Column {
            id: top

            width: Theme.landscape ? Math.round(parent.width * 0.5) : parent.width
            y: Theme.landscape ? Theme.grid : Math.round(parent.height * 0.06)

            Text {
                color: Theme.overDeep
                text: Hall.time
                textFormat: Text.PlainText
                width: parent.width

                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: Theme.clock
                }
            }

            Text {
                color: Theme.overDeepSecond
                font.pixelSize: Theme.lead
                text: Hall.date
                textFormat: Text.PlainText
                width: parent.width
                wrapMode: Text.Wrap
            }
        }

        Column {
            id: list

            readonly property int each: Math.round(Theme.lead * 1.5 + Theme.body * (Theme.large ? 3 : 1.6) + Theme.grid)
            readonly property real space: (Theme.landscape ? parent.height - 2 * Theme.gap : go.y - top.y - top.height - 4 * Theme.grid) - Theme.lead * 1.6

            spacing: Theme.grid
            y: top.y + top.height + Math.max(2 * Theme.grid, (go.y - top.y - top.height - height) / 2)

            anchors {
                left: Theme.landscape ? top.right : parent.left
                right: parent.right
                verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
            }

            Text {
                color: Theme.overDeep
                text: Words.say("screen.Attract.services")
                textFormat: Text.PlainText
                width: parent.width

                font {
                    bold: true
                    pixelSize: Theme.lead
                }
            }

            Repeater {
                model: screen.services.slice(0, Math.max(1, Math.min(5, Math.floor(list.space / list.each))))

                Row {
                    id: service

                    required property var modelData
                    readonly property bool paused: modelData.paused !== ""

                    spacing: 2 * Theme.grid
                    width: parent?.width ?? 0

                    Medallion {
                        id: mark

                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.pineTint
                        ink: Theme.contrast ? Theme.pine : Theme.peach
                        name: service.modelData.icon
                        side: Math.round(Theme.pictureLarge * 0.75)
                        tint: Theme.flame
                    }

                    Column {
                        anchors.verticalCenter: parent.verticalCenter
                        width: parent.width - mark.width - parent.spacing

                        Text {
                            color: Theme.overDeep
                            text: Words.say(service.modelData.title)
                            textFormat: Text.PlainText
                            width: parent.width
                            wrapMode: Text.Wrap

                            font {
                                bold: true
                                pixelSize: Theme.lead
                            }
                        }

                        Prose {
                            color: service.paused ? (Theme.contrast ? Theme.persimmonInk : Theme.peach) : Theme.overDeepSecond
                            text: Words.say(service.paused ? service.modelData.paused : service.modelData.subtitle)
                            width: parent.width
                        }
                    }
                }
            }
        }

        PrimaryButton {
            id: go

            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.gap
            deep: true
            height: Math.round(Theme.button * 1.3)
            objectName: "primary"
            text: Words.say("screen.Attract.start")
            width: Theme.landscape ? Math.round(parent.width * 0.46) : parent.width

            onChosen: screen.answered("start")
        }
    }
}
