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

    heading: Words.say("screen.ChooseMethod.title")

    Card {
        id: sum

        width: parent.width
        height: band.implicitHeight
        color: Theme.peach

        AmountBand {
            id: band

            width: parent.width
            height: parent.height
            color: "transparent"
            amount: screen.amount
            label: Words.say("screen.total")
        }
    }

    Remark {
        id: said

        anchors {
            left: parent.left
            right: parent.right
            top: sum.bottom
            topMargin: visible ? Theme.gap : 0
        }
        height: visible ? implicitHeight : 0
        text: screen.remark
        urgent: true
        visible: screen.remark !== ""
    }

    Pages {
        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
            top: said.bottom
            topMargin: 2 * Theme.grid
        }
        spacing: Theme.gap

        Repeater {
            model: screen.methods

            TileCard {
                required property var modelData

                objectName: "method-" + modelData.channel
                width: parent?.width ?? 0
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
