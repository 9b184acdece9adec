import QtQuick
import screens.components
import screens.theme

// Somebody is coming, and whom to telephone meanwhile.
MessageFrame {
    drawing: "bell"
    headline: Words.say("screen.StaffCalled.title")
    message: Words.say("screen.StaffCalled.body", {
        "phone": Hall.phone
    })
    primaryText: Words.say("screen.StaffCalled.primary")
    warm: true

    onPrimaryChosen: answered("primary")
}
