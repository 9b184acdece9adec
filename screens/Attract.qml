pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Nobody is here: the hall, the time, what is open. Any touch starts. Everything moves a little now and then, so that
// nothing burns into the panel.
ScreenFrame {
    id: screen

    required property var services

    property int drift: 0

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

        x: screen.drift === 1 || screen.drift === 2 ? Theme.half : 0
        y: screen.drift >= 2 ? Theme.half : 0
        width: parent.width - Theme.half
        height: parent.height - Theme.half

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

        Column {
            id: top

            width: Theme.landscape ? Math.round(parent.width * 0.5) : parent.width
            y: Theme.landscape ? Theme.grid : Math.round(parent.height * 0.06)

            Text {
                width: parent.width
                color: Theme.overDeep
                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: Theme.clock
                }
                text: Hall.time
                textFormat: Text.PlainText
            }

            Text {
                width: parent.width
                color: Theme.overDeepSecond
                font.pixelSize: Theme.lead
                text: Hall.date
                textFormat: Text.PlainText
                wrapMode: Text.Wrap
            }
        }

        Column {
            id: list

            readonly property int each: Math.round(Theme.lead * 1.5 + Theme.body * (Theme.large ? 3 : 1.6) + Theme.grid)
            readonly property real space: (Theme.landscape ? parent.height - 2 * Theme.gap : go.y - top.y - top.height - 4 * Theme.grid) - Theme.lead * 1.6

            anchors {
                left: Theme.landscape ? top.right : parent.left
                right: parent.right
                verticalCenter: Theme.landscape ? parent.verticalCenter : undefined
            }
            y: top.y + top.height + Math.max(2 * Theme.grid, (go.y - top.y - top.height - height) / 2)
            spacing: Theme.grid

            Text {
                width: parent.width
                color: Theme.overDeep
                font {
                    bold: true
                    pixelSize: Theme.lead
                }
                text: Words.say("screen.Attract.services")
                textFormat: Text.PlainText
            }

            Repeater {
                model: screen.services.slice(0, Math.max(1, Math.min(5, Math.floor(list.space / list.each))))

                Row {
                    id: service

                    required property var modelData
                    readonly property bool paused: modelData.paused !== ""

                    width: parent?.width ?? 0
                    spacing: 2 * Theme.grid

                    Medallion {
                        id: mark

                        anchors.verticalCenter: parent.verticalCenter
                        color: Theme.pineTint
                        ink: Theme.contrast ? Theme.pine : Theme.peach
                        name: service.modelData.icon
                        tint: Theme.flame
                        side: Math.round(Theme.pictureLarge * 0.75)
                    }

                    Column {
                        anchors.verticalCenter: parent.verticalCenter
                        width: parent.width - mark.width - parent.spacing

                        Text {
                            width: parent.width
                            color: Theme.overDeep
                            font {
                                bold: true
                                pixelSize: Theme.lead
                            }
                            text: Words.say(service.modelData.title)
                            textFormat: Text.PlainText
                            wrapMode: Text.Wrap
                        }

                        Prose {
                            width: parent.width
                            color: service.paused ? (Theme.contrast ? Theme.persimmonInk : Theme.peach) : Theme.overDeepSecond
                            text: Words.say(service.paused ? service.modelData.paused : service.modelData.subtitle)
                        }
                    }
                }
            }
        }

        PrimaryButton {
            id: go

            objectName: "primary"
            deep: true
            anchors.bottom: parent.bottom
            anchors.bottomMargin: Theme.gap
            width: Theme.landscape ? Math.round(parent.width * 0.46) : parent.width
            height: Math.round(Theme.button * 1.3)
            text: Words.say("screen.Attract.start")
            onChosen: screen.answered("start")
        }
    }
}
