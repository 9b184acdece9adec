import QtQuick
import screens.components
import screens.theme

// How to reach the staff: the machine notes the call, and nobody is told by it.
MessageFrame {
    drawing: "wave"
    headline: Words.say("screen.StaffCalled.title")
    message: Words.say("screen.StaffCalled.body", {
        "phone": Hall.phone
    })
    primaryText: Words.say("screen.StaffCalled.primary")
    warm: true

    onPrimaryChosen: answered("primary")
}
