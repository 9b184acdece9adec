pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The resident's phone: what the wallet shows.
Item {
    id: phone

    readonly property bool open: party.facts.code === "open"
    required property var party
    readonly property string said: party.facts.phone ?? "ready"

    Rectangle {
        id: body

        anchors.horizontalCenter: parent.horizontalCenter
        color: Theme.ink
        height: Math.min(phone.height, phone.width * 1.75)
        radius: Theme.mm(13)
        width: height / 1.75

        Rectangle {
            anchors.fill: parent
            anchors.margins: Theme.mm(5)
            color: phone.said === "paid" ? Theme.mist : phone.said === "declined" ? Theme.peach : Theme.paper
            radius: Theme.mm(9)

            Column {
                anchors.centerIn: parent
                spacing: Theme.mm(5)
                width: parent.width - Theme.mm(10)

                Icon {
                    anchors.horizontalCenter: parent.horizontalCenter
                    ink: Theme.pine
                    name: phone.said === "paid" ? "check" : phone.said === "declined" ? "wrong" : phone.said === "scanned" ? "wechat" : "scan"
                    side: Theme.mm(34)
                }

                Label {
                    color: Theme.persimmonInk
                    font.bold: true
                    font.pixelSize: Theme.mm(15)
                    fontSizeMode: Text.HorizontalFit
                    horizontalAlignment: Text.AlignHCenter
                    minimumPixelSize: Theme.mm(9)
                    text: phone.party.amount
                    visible: text !== "" && (phone.open || phone.said !== "ready")
                    width: parent.width
                }

                Label {
                    horizontalAlignment: Text.AlignHCenter
                    maximumLineCount: 4
                    text: Bench.say(phone.said === "ready" ? (phone.open ? "a code to scan" : "no code yet") : phone.said)
                    width: parent.width
                    wrapMode: Text.Wrap
                }
            }
        }

        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.ink
            height: Theme.mm(6)
            radius: height / 2
            width: parent.width * 0.35
            y: Theme.mm(4)
        }
    }
}
