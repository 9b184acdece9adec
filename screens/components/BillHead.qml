import QtQuick
import screens.theme

// Whose account it is, masked.
Item {
    id: head

    property string holder
    property string address
    property string account

    implicitHeight: lines.implicitHeight + 3 * Theme.grid

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
            width: parent.width
            color: Theme.ink
            font {
                bold: true
                pixelSize: Theme.large ? Theme.lead : Theme.heading
            }
            text: head.holder
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
        }

        Prose {
            width: parent.width
            color: Theme.second
            text: head.address
        }

        Prose {
            width: parent.width
            color: Theme.second
            text: Words.say("screen.account", {
                "account": head.account
            })
        }
    }
}
