import QtQuick
import screens.components
import screens.theme

// Somebody is coming, and whom to telephone meanwhile.
MessageFrame {
    message: Words.say("screen.StaffCalled.body", {
        "phone": Hall.phone
    })
    headline: Words.say("screen.StaffCalled.title")
    drawing: "bell"
    primaryText: Words.say("screen.StaffCalled.primary")
    warm: true
    onPrimaryChosen: answered("primary")
}
