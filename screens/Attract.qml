pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Nobody is here: the hall, the time, what is open. Any touch starts. One service after the other comes forward, and
// everything drifts a little now and then, so that nothing burns into the panel.
ScreenFrame {
    id: screen

    property int beat: 0
    required property var called
    readonly property bool calling: called.length > 0
    readonly property bool brief: Theme.large && Theme.narrow || services.length > (Theme.large || Theme.narrow ? 1 : Theme.landscape ? 3 : 5) // names alone, of what is open
    readonly property int drift: Math.floor(beat / 4) % 4
    required property var services
    required property string waiting

    deep: true

    TapHandler {
        onTapped: screen.answered("start")
    }

    Timer {
        interval: 5 * Theme.beat
        repeat: true
        running: true

        onTriggered: screen.beat += 1
    }

    Item {
        id: board

        height: parent.height - Theme.grid
        width: parent.width - Theme.grid
        x: screen.drift === 1 || screen.drift === 2 ? Theme.grid : 0
        y: screen.drift >= 2 ? Theme.grid : 0

        Behavior on x {
            Drift {}
        }
        Behavior on y {
            Drift {}
        }

        Column {
            id: hall

            width: Theme.landscape ? Math.round(parent.width * 0.48) : parent.width

            Prose {
                bottomPadding: Theme.grid
                color: Theme.overDeep
                font.bold: true
                font.pixelSize: Theme.landscape && Theme.large ? Theme.heading : Theme.title
                lineHeight: Theme.titleLineHeight
                say: Hall.name
                width: parent.width
            }

            Text {
                color: Theme.contrast ? Theme.pine : Theme.peach
                text: Hall.time
                textFormat: Text.PlainText
                width: parent.width

                font {
                    bold: true
                    features: ({
                            "tnum": 1
                        })
                    pixelSize: Math.round(Theme.clock * (screen.calling && Theme.narrow && Theme.large ? 0.7 : 1))
                }
            }

            Prose {
                color: Theme.overDeepSecond
                font.pixelSize: Theme.lead
                say: Hall.date
                visible: !(screen.calling && (Theme.narrow || Theme.large) && !Theme.landscape)
                width: parent.width
            }

            CallBoard {
                calls: screen.called
                most: Theme.narrow || Theme.large ? 1 : 3
                topPadding: Theme.grid
                visible: screen.calling && !Theme.landscape
                waiting: screen.waiting
                width: parent.width
            }
        }

        CallBoard {
            id: beside

            anchors.right: parent.right
            calls: screen.called
            most: Theme.large ? 1 : 2
            visible: screen.calling && Theme.landscape
            waiting: screen.waiting
            width: plate.width
        }

        Rectangle {
            id: plate

            readonly property real ceiling: !Theme.landscape ? hall.height + 2 * Theme.grid : beside.visible ? beside.height + 2 * Theme.grid : 0

            anchors.right: parent.right
            visible: !(screen.calling && Theme.narrow && Theme.large)
            border.color: Theme.overDeepSecond
            border.width: Theme.contrast ? Theme.hairline : 0
            color: Theme.deepPlate
            height: list.height + 2 * list.y
            radius: Theme.radius
            width: Theme.landscape ? parent.width - hall.width - Theme.margin : parent.width
            y: Math.round(Theme.landscape ? (parent.height + ceiling - height) / 2 : ceiling + (go.y - 2 * Theme.grid - ceiling - height) / 2)

            Column {
                id: list

                readonly property int each: Math.round(Theme.lead * 1.5 + Theme.body * (screen.brief ? 0.4 : Theme.large || Theme.narrow ? 3 : 1.6) + 2 * Theme.grid)
                readonly property int fits: Math.max(1, Math.min(6, Math.floor((space - 2 * y - title.height) / each) - (screen.calling && Theme.landscape ? 1 : 0)))
                readonly property real space: Theme.landscape ? board.height - plate.ceiling : go.y - 2 * Theme.grid - plate.ceiling

                spacing: 2 * Theme.grid
                width: parent.width - 2 * x
                x: Math.round(Theme.margin * 0.75)
                y: Theme.tight ? Theme.grid * 1.5 : Theme.grid * 3

                Text {
                    id: title

                    color: Theme.overDeepSecond
                    text: Words.say("screen.Attract.services")
                    textFormat: Text.PlainText
                    width: parent.width
                    wrapMode: Text.Wrap

                    font {
                        bold: true
                        pixelSize: Theme.body
                    }
                }

                Repeater {
                    id: shown

                    model: screen.services.filter(service => !screen.brief || service.paused === "").slice(0, list.fits)

                    Row {
                        id: service

                        readonly property bool forward: !paused && (shown.count === 1 ? screen.beat % 2 === 0 : screen.beat % shown.count === index)
                        required property int index
                        required property var modelData
                        readonly property bool paused: modelData.paused !== ""

                        spacing: Theme.grid * 1.5
                        width: parent?.width ?? 0

                        Medallion {
                            id: mark

                            anchors.verticalCenter: parent.verticalCenter
                            color: service.forward ? Theme.persimmonGlow : Theme.pineTint
                            ink: Theme.contrast ? Theme.pine : Theme.peach
                            name: service.modelData.icon
                            side: Math.round(Theme.pictureLarge * (Theme.narrow ? 0.7 : 0.9))
                            tint: Theme.flame

                            Behavior on color {
                                ColorAnimation {
                                    duration: Theme.beat * 0.6
                                }
                            }
                        }

                        Column {
                            anchors.verticalCenter: parent.verticalCenter
                            width: parent.width - mark.width - parent.spacing

                            Prose {
                                color: Theme.overDeep
                                font.bold: true
                                font.pixelSize: Theme.lead
                                say: Words.say(service.modelData.title)
                                width: parent.width
                            }

                            Prose {
                                color: service.paused ? (Theme.contrast ? Theme.persimmonInk : Theme.peach) : Theme.overDeepSecond
                                visible: !screen.brief
                                say: service.paused || service.modelData.note === "" ? Words.say(service.paused ? service.modelData.paused : service.modelData.subtitle) : service.modelData.note
                                width: parent.width
                            }
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
            width: Theme.landscape ? hall.width : parent.width

            onChosen: screen.answered("start")
        }
    }
}
