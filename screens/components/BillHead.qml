import QtQuick
import screens.theme

// Whose account it is, masked.
Item {
    id: head

    property string account
    property string address
    property string holder

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
            color: Theme.ink
            text: head.holder
            textFormat: Text.PlainText
            width: parent.width
            wrapMode: Text.Wrap

            font {
                bold: true
                pixelSize: Theme.large ? Theme.lead : Theme.heading
            }
        }

        Prose {
            color: Theme.second
            say: head.address
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
