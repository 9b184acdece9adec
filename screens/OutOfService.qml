import QtQuick
import screens.components
import screens.theme

// The terminal cannot serve: why, and whom to telephone.
MessageFrame {
    required property string note
    required property string reason

    drawing: "pause"
    headline: Words.say("screen.OutOfService.title")
    message: note || Words.say(reason)
    warm: true

    Prose {
        horizontalAlignment: Text.AlignHCenter
        say: Words.say("screen.OutOfService.phone", {
            "phone": Hall.phone
        })
        width: parent.width

        font {
            bold: true
            pixelSize: Theme.lead
        }
    }
}
