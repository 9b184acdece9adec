import QtQuick
import screens.components
import screens.theme

// Something to know before going on, or the kind end of an errand without money.
MessageFrame {
    id: screen

    required property string body
    required property string picture
    required property string primary
    required property string secondary
    required property string title

    drawing: picture
    headline: Words.say(title)
    message: body
    primaryText: Words.say(primary)
    secondaryText: secondary === "" ? "" : Words.say(secondary)
    warm: picture === "pause" || picture === "clock"

    onPrimaryChosen: answered("primary")
    onSecondaryChosen: answered("secondary")
}
