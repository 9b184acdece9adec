pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The printer with the last paper coming out of it; scroll to read all of it.
Item {
    id: printer

    required property var party

    Rectangle {
        id: box

        color: Theme.ink
        height: Theme.mm(30)
        radius: Theme.mm(6)
        width: parent.width

        Rectangle {
            color: Theme.slot
            height: Theme.mm(5)
            radius: height / 2
            width: parent.width - Theme.mm(16)
            x: Theme.mm(8)
            y: parent.height - Theme.mm(10)
        }

        Rectangle {
            color: printer.party.facts.offline === true || printer.party.facts.powered === false || printer.party.facts.plugged === false || printer.party.facts.printer_plugged === false || printer.party.facts.queue_up === false ? Theme.persimmon : Theme.mistTint
            height: width
            radius: width / 2
            width: Theme.mm(6)
            x: Theme.mm(8)
            y: Theme.mm(6)
        }

        Label {
            color: Theme.overDeepSecond
            font.pixelSize: Theme.mm(7.5)
            text: printer.party.facts.cover_open === true ? Bench.say("cover open") : printer.party.facts.door_open === true ? Bench.say("door open") : printer.party.facts.paper_out === true || printer.party.facts.sheets_out === true ? Bench.say("no paper") : printer.party.facts.near_end === true || printer.party.facts.sheets_low === true ? Bench.say("paper near its end") : ""
            x: Theme.mm(18)
            y: Theme.mm(4)
        }
    }

    ScrollSheet {
        id: roll

        anchors.bottom: parent.bottom
        anchors.horizontalCenter: parent.horizontalCenter
        anchors.top: box.bottom
        anchors.topMargin: -Theme.mm(8)
        contentHeight: paper.height
        width: parent.width - Theme.mm(22)

        Image {
            id: paper

            cache: false
            fillMode: Image.PreserveAspectFit
            height: sourceSize.width > 0 ? width * sourceSize.height / sourceSize.width : 0
            mipmap: true
            source: printer.party.paper
            width: roll.width

            Rectangle {
                anchors.fill: parent
                color: Theme.clear

                border {
                    color: Theme.line
                    width: Theme.hairline
                }
            }
        }
    }

    Label {
        anchors.centerIn: roll
        color: Theme.second
        horizontalAlignment: Text.AlignHCenter
        text: Bench.say("nothing printed yet")
        visible: printer.party.paper === ""
        width: roll.width
        wrapMode: Text.Wrap
    }
}
