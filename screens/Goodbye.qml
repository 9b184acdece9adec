import QtQuick
import screens.components
import screens.theme

// Thank you, shown for a moment.
MessageFrame {
    id: screen

    drawing: "door"
    headline: Words.say("screen.Goodbye.title")
    message: Words.say("screen.Goodbye.body")

    TapHandler {
        parent: screen

        onTapped: screen.answered("done")
    }
}
