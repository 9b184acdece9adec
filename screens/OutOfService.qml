import QtQuick
import screens.components
import screens.theme

// The terminal cannot serve: why, and whom to telephone.
MessageFrame {
    id: screen

    required property string note
    required property string reason

    drawing: "pause"
    headline: Words.say("screen.OutOfService.title")
    message: Words.say(reason)
    warm: true

    Prose {
        horizontalAlignment: Text.AlignHCenter
        say: screen.note
        visible: say !== ""
        width: parent.width

        font.pixelSize: Theme.lead
    }

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
