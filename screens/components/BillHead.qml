import QtQuick
import screens.theme

// Whose account it is, masked.
Item {
    id: head

    property string account
    property string address
    property bool brief: false
    property string holder

    implicitHeight: lines.implicitHeight + (brief ? 2 : 3) * Theme.grid

    Column {
        id: lines

        anchors {
            left: parent.left
            leftMargin: Theme.radius
            right: parent.right
            rightMargin: Theme.radius
            verticalCenter: parent.verticalCenter
        }

        Text {
            color: Theme.ink
            text: head.brief ? head.holder + " · " + head.address : head.holder
            textFormat: Text.PlainText
            width: parent.width
            wrapMode: Text.Wrap

            font {
                bold: true
                pixelSize: Theme.large || head.brief ? Theme.lead : Theme.heading
            }
        }

        Prose {
            color: Theme.second
            say: head.address
            visible: !head.brief
            width: parent.width
        }

        Prose {
            color: Theme.second
            say: Words.say("screen.account", {
                "account": head.account
            })
            width: parent.width
        }
    }
}
