import QtQuick
import screens.components
import screens.theme

// Thank you, shown for a moment.
MessageFrame {
    id: screen

    drawing: "wave"
    headline: Words.say("screen.Goodbye.title")
    message: Words.say("screen.Goodbye.body")
    warm: true

    TapHandler {
        parent: screen

        onTapped: screen.answered("done")
    }

    Prose {
        color: Theme.persimmonInk
        font.bold: true
        font.pixelSize: Theme.lead
        horizontalAlignment: Text.AlignHCenter
        say: Words.say("screen.Goodbye.wish")
        width: parent.width
    }
}
