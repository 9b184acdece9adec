pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The payment code on the resident's phone, to be held under the scanner; then the phone asks for a password, perhaps.
ScreenFrame {
    id: screen

    required property string amount
    readonly property bool beside: Theme.landscape
    required property string channel
    required property bool otherMethods
    required property string problem
    readonly property bool shows: step === "show"
    required property string step

    centered: !beside
    continuous: true
    heading: Words.say("screen.ShowPayCode.title." + step)
    secondaryText: Words.say(otherMethods ? "screen.ScanToPay.other_way" : "screen.ScanToPay.cancel")

    onSecondaryChosen: answered("cancel")

    AmountText {
        id: sum

        anchors.top: parent.top
        horizontalAlignment: screen.beside ? Text.AlignLeft : Text.AlignHCenter
        text: screen.amount
        width: parent.width
    }

    Medallion {
        id: picture

        readonly property real space: screen.beside ? screen.room.height : screen.room.height - sum.height - words.implicitHeight - 4 * Theme.grid

        name: screen.shows ? "scan" : "wallet"
        share: 0.52
        visible: screen.beside || space > Theme.pictureLarge
        side: Math.round(Math.max(Theme.picture, Math.min(space, Theme.grid * 80, screen.room.width * (screen.beside ? 0.36 : 0.8))))

        anchors {
            horizontalCenter: screen.beside ? undefined : parent.horizontalCenter
            right: screen.beside ? parent.right : undefined
            top: screen.beside ? undefined : sum.bottom
            topMargin: screen.beside ? 0 : Math.max(Theme.grid, (space - side) / 2)
            verticalCenter: screen.beside ? parent.verticalCenter : undefined
        }
    }

    Column {
        id: words

        spacing: 2 * Theme.grid

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: screen.beside ? picture.left : parent.right
            rightMargin: screen.beside ? Theme.margin : 0
        }

        Remark {
            height: implicitHeight
            text: screen.problem === "" ? "" : Words.say(screen.problem)
            urgent: true
            visible: screen.problem !== ""
            width: parent.width
        }

        Item {
            height: Math.max(body.implicitHeight, pointer.visible ? pointer.height : 0)
            visible: screen.problem === "" || !Theme.tight
            width: parent.width

            Prose {
                id: body

                anchors.verticalCenter: parent.verticalCenter
                font.pixelSize: Theme.lead
                horizontalAlignment: screen.beside || pointer.visible ? Text.AlignLeft : Text.AlignHCenter
                say: Words.say("screen.ShowPayCode.body." + screen.step)
                width: parent.width - (pointer.visible ? pointer.width + 2 * Theme.grid : 0)
            }

            DevicePointer {
                id: pointer

                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                at: "scanner"
                card: true
                height: Math.round(Theme.pictureLarge * 1.6)
                ink: Theme.second
                moving: true
                visible: screen.shows && !screen.beside && !Theme.large && !Theme.tight
                width: implicitWidth
            }
        }

        Prose {
            color: Theme.second
            horizontalAlignment: screen.beside || pointer.visible ? Text.AlignLeft : Text.AlignHCenter
            say: Words.steps("how_to_pay." + screen.channel).join(" → ")
            visible: screen.shows && screen.problem === "" && !Theme.large
            width: parent.width
        }
    }
}
