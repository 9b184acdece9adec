import QtQuick
import screens.components
import screens.theme

// The account owes nothing.
MessageFrame {
    id: screen

    required property string account
    required property string address
    required property string holder

    drawing: "check"
    headline: Words.say("screen.NothingOwed.title")
    message: holder + " · " + address + "\n" + Words.say("screen.account", {
        "account": account
    })
    primaryText: Words.say("screen.home")
    secondaryText: Words.say("screen.NothingOwed.another")

    onPrimaryChosen: answered("primary")
    onSecondaryChosen: answered("secondary")
}
