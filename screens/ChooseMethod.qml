pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// How to pay? A way that is the only one is large.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property var methods
    readonly property bool only: methods.filter(method => method.paused === "").length === 1
    required property string remark
    readonly property bool tall: methods.length === 1 && remark === "" && !beside && !(Theme.large && Theme.narrow)
    readonly property int tallest: Math.min(Theme.grid * 56, blocks.height - band.implicitHeight - blocks.spacing)

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

        spacing: 2 * Theme.gap

        anchors {
            bottom: safe.visible ? safe.top : parent.bottom
            bottomMargin: Theme.gap
            left: parent.left
            leftMargin: screen.beside ? Math.round((parent.width + Theme.gap) / 2) : 0
            right: parent.right
            top: parent.top
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

                go: Words.say("screen.ChooseMethod.go." + modelData.channel)
                height: Math.max(implicitHeight, screen.tall && main ? screen.tallest : Theme.tight || Theme.large ? 0 : Theme.grid * (main ? (screen.remark === "" ? 36 : 31) : paused ? 16 : 24))
                icon: modelData.channel === "card" ? "card" : "scan"
                main: screen.only && modelData.paused === ""
                objectName: "method-" + modelData.channel
                reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                steps: screen.tall ? Words.steps("how_to_pay." + modelData.channel) : []
                subtitle: Words.say("screen.ChooseMethod." + modelData.channel)
                title: Words.say("channel." + modelData.channel)
                wide: !main
                width: blocks.width

                onChosen: screen.answered(modelData.channel)
            }
        }
    }

    Remark {
        id: safe

        text: Words.say("screen.ChooseMethod.safe")
        visible: screen.remark === "" && !Theme.large && (screen.beside || !Theme.tight)
        width: screen.beside ? left.width : parent.width

        anchors {
            bottom: parent.bottom
            left: parent.left
        }
    }
}
