import QtQuick
import screens.components
import screens.theme

// The first frame of a terminal whose services are not all its own: before it knows them.
MessageFrame {
    drawing: "door"
    headline: Hall.name
    message: Words.say("screen.starting")
}
