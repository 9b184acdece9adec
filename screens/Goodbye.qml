import QtQuick
import screens.components
import screens.theme

// Thank you, shown for a moment.
MessageFrame {
    id: screen

    message: Words.say("screen.Goodbye.body")
    headline: Words.say("screen.Goodbye.title")
    drawing: "door"

    TapHandler {
        parent: screen
        onTapped: screen.answered("done")
    }
}
