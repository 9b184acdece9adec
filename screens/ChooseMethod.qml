pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// How to pay?
ScreenFrame {
    id: screen

    required property string amount
    required property var methods
    required property string remark

    readonly property bool beside: Theme.landscape

    heading: Words.say("screen.ChooseMethod.title")

    Card {
        visible: screen.beside
        width: Math.round((parent.width - Theme.gap) / 2)
        height: left.implicitHeight
        color: Theme.peach

        AmountBand {
            id: left

            width: parent.width
            height: parent.height
            color: Theme.clear
            amount: screen.amount
            label: Words.say("screen.total")
        }
    }

    Pages {
        id: blocks

        anchors {
            fill: parent
            leftMargin: screen.beside ? Math.round((parent.width + Theme.gap) / 2) : 0
        }
        spacing: Theme.gap

        Card {
            visible: !screen.beside
            width: parent.width
            height: band.implicitHeight
            color: Theme.peach

            AmountBand {
                id: band

                width: parent.width
                height: parent.height
                color: Theme.clear
                amount: screen.amount
                label: Words.say("screen.total")
            }
        }

        Remark {
            visible: screen.remark !== ""
            width: parent.width
            height: implicitHeight
            text: screen.remark
            urgent: true
        }

        Repeater {
            model: screen.methods

            TileCard {
                required property var modelData

                objectName: "method-" + modelData.channel
                width: blocks.width
                height: implicitHeight
                icon: modelData.channel === "card" ? "card" : "wechat"
                reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                subtitle: Words.say("screen.ChooseMethod." + modelData.channel)
                title: Words.say("channel." + modelData.channel)
                wide: true
                onChosen: screen.answered(modelData.channel)
            }
        }
    }
}
