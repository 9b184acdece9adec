pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// How to pay?
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property var methods
    required property string remark

    heading: Words.say("screen.ChooseMethod.title")

    Card {
        color: Theme.peach
        height: left.implicitHeight
        visible: screen.beside
        width: Math.round((parent.width - Theme.gap) / 2)

        AmountBand {
            id: left

            amount: screen.amount
            color: Theme.clear
            height: parent.height
            label: Words.say("screen.total")
            width: parent.width
        }
    }

    Pages {
        id: blocks

        spacing: Theme.gap

        anchors {
            fill: parent
            leftMargin: screen.beside ? Math.round((parent.width + Theme.gap) / 2) : 0
        }

        Card {
            color: Theme.peach
            height: band.implicitHeight
            visible: !screen.beside
            width: parent.width

            AmountBand {
                id: band

                amount: screen.amount
                color: Theme.clear
                height: parent.height
                label: Words.say("screen.total")
                width: parent.width
            }
        }

        Remark {
            height: implicitHeight
            text: screen.remark
            urgent: true
            visible: screen.remark !== ""
            width: parent.width
        }

        Repeater {
            model: screen.methods

            TileCard {
                required property var modelData

                height: implicitHeight
                icon: modelData.channel === "card" ? "card" : "wechat"
                objectName: "method-" + modelData.channel
                reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                subtitle: Words.say("screen.ChooseMethod." + modelData.channel)
                title: Words.say("channel." + modelData.channel)
                wide: true
                width: blocks.width

                onChosen: screen.answered(modelData.channel)
            }
        }
    }
}
