import QtQuick
import screens.components
import screens.theme

// The account owes nothing.
MessageFrame {
    id: screen

    required property string holder
    required property string address
    required property string account

    message: holder + " · " + address + "\n" + Words.say("screen.account", {
        "account": account
    })
    headline: Words.say("screen.NothingOwed.title")
    drawing: "check"
    primaryText: Words.say("screen.home")
    secondaryText: Words.say("screen.NothingOwed.another")
    onPrimaryChosen: answered("primary")
    onSecondaryChosen: answered("secondary")
}
