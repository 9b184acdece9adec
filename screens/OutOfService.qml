import QtQuick
import screens.components
import screens.theme

// The terminal cannot serve: why, and whom to telephone.
MessageFrame {
    required property string reason

    message: Words.say(reason)
    headline: Words.say("screen.OutOfService.title")
    drawing: "pause"
    warm: true

    Prose {
        width: parent.width
        font {
            bold: true
            pixelSize: Theme.lead
        }
        horizontalAlignment: Text.AlignHCenter
        text: Words.say("screen.OutOfService.phone", {
            "phone": Hall.phone
        })
    }
}
