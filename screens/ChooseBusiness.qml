pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What is it about? One touch gives the number; who belongs to the priority lane ticks that before.
ScreenFrame {
    id: screen

    readonly property bool brief: Theme.large && (Theme.tight || businesses.length > 4)
    required property var businesses
    readonly property int columns: Theme.landscape && businesses.length > 2 && !Theme.large ? 2 : 1
    readonly property int rows: Math.ceil(businesses.length / columns)
    required property string noSlip
    required property bool priority
    readonly property int share: Math.max(0, Math.min(Theme.grid * (Theme.tight ? 15 : 24), (cards.height - (told.visible ? told.implicitHeight + cards.spacing : 0) - (rows - 1) * cards.spacing) / Math.max(1, rows)))

    heading: Words.say("screen.ChooseBusiness.title")

    Pages {
        id: cards

        spacing: Theme.gap

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.half + (lane.visible ? Math.max(0, lane.height - screen.actionsHeight) : 0)
            left: parent.left
            right: parent.right
            top: parent.top
        }

        Remark {
            id: told

            height: implicitHeight
            text: screen.noSlip === "" ? "" : Theme.large && Theme.narrow ? Words.say(screen.noSlip) : Words.say("screen.ChooseBusiness.no_slip", {
                "reason": Words.say(screen.noSlip)
            })
            urgent: true
            visible: screen.noSlip !== ""
            width: parent.width
        }

        Repeater {
            model: screen.rows

            Row {
                id: shelf

                required property int index
                readonly property real tallest: {
                    let most = screen.share;
                    for (const box of shelf.children)
                        most = Math.max(most, box.implicitHeight);
                    return most;
                }

                spacing: Theme.gap
                width: cards.width

                Repeater {
                    model: screen.businesses.slice(shelf.index * screen.columns, (shelf.index + 1) * screen.columns)

                    LetterCard {
                        required property var modelData

                        brief: screen.brief
                        expect: Theme.narrow ? modelData.ahead : Words.say("screen.ChooseBusiness.expect", {
                            "ahead": modelData.ahead,
                            "wait": modelData.wait
                        })
                        height: shelf.tallest
                        letter: modelData.letter
                        objectName: "business-" + modelData.letter
                        reason: modelData.paused
                        title: modelData.name
                        width: Math.floor((cards.width - (screen.columns - 1) * Theme.gap) / screen.columns)

                        onChosen: screen.answered(modelData.letter + (lane.on ? "!" : ""))
                    }
                }
            }
        }
    }

    ChoiceSwitch {
        id: lane

        readonly property bool brief: Theme.large || Theme.narrow

        height: Math.max(implicitHeight, screen.actionsHeight)
        objectName: "lane"
        onText: Words.say(brief ? "screen.ChooseBusiness.lane_on_short" : "screen.ChooseBusiness.lane_on")
        parent: screen
        text: Words.say(brief ? "screen.ChooseBusiness.lane_short" : "screen.ChooseBusiness.lane")
        visible: screen.priority

        onChosen: on = !on

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.air
            left: parent.left
            leftMargin: Theme.margin + (screen.backWidth > 0 ? screen.backWidth + Theme.gap : 0)
            right: parent.right
            rightMargin: Theme.margin
        }
    }
}
