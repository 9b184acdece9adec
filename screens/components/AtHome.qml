import QtQuick
import screens.theme

// What is left to do at home: a drawing, and words that go with it.
Row {
    id: home

    property color ink: Theme.ink
    property string step

    spacing: Theme.grid

    Icon {
        id: drawing

        ink: home.ink
        name: ({
                "press_key": "meter_key",
                "take_gas_card": "take_card"
            })[home.step] ?? ""
        side: Math.round(Theme.pictureLarge * (Theme.tight || Theme.large ? 0.7 : 1))
        tint: Theme.contrast ? Theme.persimmon : Theme.flame
    }

    Prose {
        anchors.verticalCenter: parent.verticalCenter
        color: home.ink
        say: home.step === "" ? "" : Words.say("screen.Outcome." + home.step)
        width: parent.width - drawing.width - parent.spacing
    }
}
