import QtQuick
import screens.components
import screens.theme

// The first frame, before the engine is there.
ScreenFrame {
    Column {
        anchors.centerIn: parent
        spacing: 2 * Theme.grid

        Medallion {
            anchors.horizontalCenter: parent.horizontalCenter
            name: "door"
            side: 2 * Theme.pictureLarge
        }

        Text {
            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.ink
            text: Hall.name
            textFormat: Text.PlainText

            font {
                bold: true
                pixelSize: Theme.heading
            }
        }

        Prose {
            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.second
            say: Words.say("screen.starting")
            wrapMode: Text.NoWrap
        }
    }
}
