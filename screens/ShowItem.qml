pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// All that an item needs, in pages: who may apply, papers, steps, and what to know; the requests it allows below.
ScreenFrame {
    id: screen

    required property bool atHome
    readonly property bool beside: Theme.landscape && !Theme.large
    required property var basis
    required property string code
    required property string complaintPhone
    required property var conditions
    required property string department
    readonly property var facts: [
        {
            "label": Words.say("item.takes"),
            "figure": takes
        },
        {
            "label": Words.say("item.fee"),
            "figure": fee
        },
        {
            "label": Words.say("item.window"),
            "figure": window
        },
        {
            "label": Words.say("item.phone"),
            "figure": phone
        },
        {
            "label": Words.say("item.complaint_phone"),
            "figure": complaintPhone
        }
    ].filter(fact => fact.figure !== "")
    required property string fee
    required property bool form
    required property string name
    required property bool onBehalf
    required property var papers
    required property string phone
    required property string photoCode
    required property bool queue
    required property string slipProblem
    required property var steps
    required property string takes
    required property string window

    heading: Theme.large && Theme.narrow ? "" : name
    primaryText: slipProblem === "" ? Words.say("screen.ShowItem.print") : ""

    onPrimaryChosen: answered("print")

    Grid {
        id: asks

        readonly property int across: Math.min(offers.length, Theme.landscape ? 4 : 2)
        readonly property var having: [screen.form ? "form" : "", screen.queue ? "queue" : "", screen.atHome ? "at_home" : "", screen.onBehalf ? "on_behalf" : ""].filter(offer => offer !== "")
        readonly property var icons: ({
                "form": "print_form",
                "queue": "queue_ticket",
                "at_home": "home",
                "on_behalf": "hand"
            })

        readonly property var offers: Theme.large && having.length > 2 ? ["more"] : having
        readonly property real tallest: {
            let most = 0;
            for (const button of children)
                most = Math.max(most, button.implicitHeight);
            return most;
        }

        columns: Math.max(1, across)
        spacing: Theme.gap
        visible: offers.length > 0
        width: parent.width
        y: parent.height - height

        Repeater {
            model: asks.offers

            QuietButton {
                required property string modelData

                height: asks.tallest
                icon: Theme.large || Theme.narrow ? "" : asks.icons[modelData] ?? ""
                objectName: modelData.replace("_", "-")
                text: Words.say("screen.ShowItem." + modelData)
                width: Math.floor((asks.width - (asks.across - 1) * Theme.gap) / asks.across)

                onChosen: screen.answered(modelData)
            }
        }
    }

    Card {
        id: side

        height: asks.visible ? asks.y - Theme.gap : parent.height
        visible: screen.beside
        width: Math.round((parent.width - Theme.gap) * 0.4)

        Pages {
            id: known

            called: "facts"

            anchors {
                fill: parent
                margins: Theme.grid
            }

            Repeater {
                model: screen.beside ? screen.facts : []

                FactRow {
                    required property int index
                    required property var modelData

                    figure: modelData.figure
                    height: implicitHeight
                    label: modelData.label
                    ruled: index + 1 < screen.facts.length
                    width: known.width
                }
            }
        }
    }

    Card {
        height: side.height
        width: parent.width - x
        x: screen.beside ? side.width + Theme.gap : 0

        Pages {
            id: all

            anchors {
                fill: parent
                margins: Theme.grid
            }

            TitleText {
                say: screen.name
                visible: screen.heading === ""
                width: parent.width
            }

            Remark {
                height: implicitHeight + Theme.half
                icon: "info"
                text: screen.slipProblem === "" ? "" : Words.say(screen.slipProblem)
                urgent: true
                visible: screen.slipProblem !== ""
                width: parent.width
            }

            Repeater {
                model: screen.papers

                NeedLine {
                    required property var modelData

                    box: true
                    first: index === 0
                    head: index === 0 ? Words.say("item.papers") : ""
                    required property int index
                    figure: [modelData.original > 0 ? Words.say("item.original", {
                            "count": modelData.original
                        }) : "", modelData.copies > 0 ? Words.say("item.copies", {
                            "count": modelData.copies
                        }) : ""].filter(part => part !== "").join(" · ")
                    height: implicitHeight
                    text: modelData.form === "" ? modelData.name : Words.say("item.form", {
                        "name": modelData.name,
                        "form": modelData.form
                    })
                    width: all.width
                }
            }

            Repeater {
                model: screen.conditions

                NeedLine {
                    required property int index
                    required property string modelData

                    head: index === 0 ? Words.say("item.conditions") : ""
                    height: implicitHeight
                    text: modelData
                    width: all.width
                }
            }

            Repeater {
                model: screen.steps

                NeedLine {
                    required property int index
                    required property string modelData

                    height: implicitHeight
                    head: index === 0 ? Words.say("item.steps") : ""
                    number: index + 1
                    text: modelData
                    width: all.width
                }
            }

            Repeater {
                model: screen.beside ? [] : screen.facts

                Column {
                    id: fact

                    required property int index
                    required property var modelData

                    width: all.width

                    NeedHead {
                        height: visible ? implicitHeight : 0
                        text: screen.department
                        visible: fact.index === 0
                        width: parent.width
                    }

                    FactRow {
                        figure: fact.modelData.figure
                        height: implicitHeight
                        label: fact.modelData.label
                        ruled: fact.index + 1 < screen.facts.length
                        width: parent.width
                    }
                }
            }

            Repeater {
                model: screen.basis

                NeedLine {
                    required property int index
                    required property string modelData

                    head: index === 0 ? Words.say("item.basis") : ""
                    height: implicitHeight
                    text: modelData
                    width: all.width
                }
            }

            Row {
                height: photo.height + Theme.grid
                spacing: Theme.grid
                visible: screen.photoCode !== ""
                width: parent.width

                QrPanel {
                    id: photo

                    code: screen.photoCode
                    most: Theme.codeRoom
                    objectName: "photo-code"
                }

                Prose {
                    anchors.verticalCenter: photo.verticalCenter
                    say: Words.say("screen.ShowItem.photo")
                    width: parent.width - photo.width - parent.spacing
                }
            }
        }
    }
}
