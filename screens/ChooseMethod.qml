pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// How to pay? The ways share the room there is; a way that is the only one is large, and says how it goes.
ScreenFrame {
    id: screen

    readonly property int active: methods.filter(method => method.paused === "").length
    required property string amount
    readonly property bool beside: Theme.landscape
    readonly property bool crowded: methods.length + (remark === "" || beside || Theme.narrow ? 0 : 1) > (Theme.narrow ? 2 : beside ? 3 : 4) // names only
    readonly property var icons: ({
            "alipay": "wallet",
            "alipay_code": "scan",
            "card": "present_card",
            "pay_code": "scan",
            "wechat": "chat",
            "wechat_code": "scan"
        })
    readonly property int most: Theme.grid * (active > 1 ? 30 : tall ? 60 : remark === "" ? 36 : 31)
    required property var methods
    required property string remark
    readonly property int share: {
        let taken = (beside ? 0 : band.implicitHeight + blocks.spacing) + (told.visible ? told.implicitHeight + blocks.spacing : 0);
        for (const block of blocks.column.children) {
            if ((block as TileCard)?.paused === true)
                taken += block.implicitHeight + blocks.spacing;
        }
        const each = (blocks.height - taken - (active - 1) * blocks.spacing) / Math.max(1, active);
        return Math.max(0, Math.min(beside ? each : most, each));
    }
    readonly property bool small: Theme.large && Theme.narrow
    readonly property bool tall: methods.length === 1 && !small

    heading: small && remark !== "" ? "" : Words.say("screen.ChooseMethod.title")

    Card {
        id: sum

        color: Theme.peach
        height: left.implicitHeight
        visible: screen.beside
        width: Math.round((parent.width - Theme.gap) * 0.46)

        AmountBand {
            id: left

            amount: screen.amount
            color: Theme.clear
            height: parent.height
            label: Theme.large && screen.remark !== "" ? "" : Words.say("screen.total")
            radius: Theme.radius
            width: parent.width
        }
    }

    Remark {
        id: aside

        height: implicitHeight
        text: Words.say("screen.ChooseMethod.safe")
        visible: screen.beside ? screen.remark === "" : screen.remark === "" && !Theme.large && !Theme.tight
        width: screen.beside ? sum.width : parent.width
        y: screen.beside ? sum.height + 2 * Theme.gap : parent.height - height
    }

    Remark {
        height: implicitHeight
        text: screen.remark
        urgent: true
        visible: screen.beside && screen.remark !== ""
        width: sum.width
        y: sum.height + Theme.gap
    }

    Pages {
        id: blocks

        spacing: Theme.tight ? Theme.gap : 2 * Theme.gap

        anchors {
            bottom: !screen.beside && aside.visible ? aside.top : parent.bottom
            bottomMargin: screen.beside ? -screen.foot : Theme.gap
            left: parent.left
            leftMargin: screen.beside ? sum.width + Theme.gap : 0
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
                label: screen.small ? "" : Words.say("screen.total")
                radius: Theme.radius
                width: parent.width
            }
        }

        Remark {
            id: told

            height: implicitHeight
            text: screen.remark
            urgent: true
            visible: !screen.beside && screen.remark !== ""
            width: parent.width
        }

        Repeater {
            model: screen.methods

            TileCard {
                required property var modelData

                brief: screen.crowded || Theme.large && screen.methods.length > 1
                go: Words.say("screen.ChooseMethod.go." + modelData.channel)
                height: Math.max(implicitHeight, paused ? 0 : screen.share)
                icon: screen.icons[modelData.channel] ?? "scan"
                main: screen.active === 1 && modelData.paused === ""
                objectName: "method-" + modelData.channel
                reason: modelData.paused === "" ? "" : Words.say(modelData.paused)
                roomy: screen.active > 1 && !screen.crowded && !Theme.large && !Theme.narrow && screen.methods.length < (screen.beside ? 3 : 4)
                steps: screen.tall ? Words.steps("how_to_pay." + modelData.channel) : []
                subtitle: Words.say("screen.ChooseMethod." + modelData.channel)
                title: Words.say("channel." + modelData.channel)
                wide: !main
                width: blocks.width

                onChosen: screen.answered(modelData.channel)
            }
        }
    }
}
