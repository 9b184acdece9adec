import QtQuick
import screens.components
import screens.theme

// A form on its way to paper: how many sheets have come, or why it waits.
MessageFrame {
    id: screen

    required property bool cancelling
    required property int came
    required property string held
    required property int sheets
    required property string title

    readonly property bool brief: Theme.large && Theme.tight
    continuous: true
    drawing: held === "" ? "print_form" : "pause"
    headline: Words.say(cancelling ? "screen.PrintingForm.cancelling" : held !== "" ? (brief ? held : "screen.PrintingForm.held") : came > 0 ? "screen.PrintingForm.coming" : "screen.PrintingForm.title")
    message: brief ? "" : held !== "" && !cancelling ? Words.say("screen.PrintingForm.held_body", {
        "reason": Words.say(held)
    }) : title
    secondaryName: "cancel"
    secondaryText: cancelling ? "" : Words.say("screen.PrintingForm.cancel")
    warm: held !== ""

    onSecondaryChosen: answered("cancel")

    Text {
        color: Theme.ink
        horizontalAlignment: Text.AlignHCenter
        text: screen.came < 0 ? Words.say("screen.PrintingForm.sheets", {
            "sheets": screen.sheets
        }) : Words.say("screen.PrintingForm.sheet_of", {
            "came": screen.came,
            "sheets": screen.sheets
        })
        textFormat: Text.PlainText
        width: parent.width

        font {
            bold: true
            pixelSize: Theme.heading
        }
    }

    Item {
        height: bar.height
        width: parent.width

        Rectangle {
            id: bar

            anchors.horizontalCenter: parent.horizontalCenter
            color: Theme.track
            height: Theme.half
            radius: height / 2
            visible: screen.came >= 0
            width: Math.round(parent.width * 0.6)

            Rectangle {
                color: Theme.pine
                height: parent.height
                radius: height / 2
                width: Math.round(parent.width * Math.min(1, Math.max(0, screen.came) / Math.max(1, screen.sheets)))
            }
        }
    }

    DevicePointer {
        anchors.horizontalCenter: parent.horizontalCenter
        height: Math.round(Theme.pictureLarge * (Theme.narrow ? 2 : 3.4))
        ink: Theme.second
        moving: screen.held === ""
        sheets: true
        visible: !Theme.landscape && !Theme.large
        width: implicitWidth
    }
}
