import QtQuick
import screens.theme

// Home, large print, high contrast, staff: at the bottom, where a hand reaches.
Rectangle {
    id: bar

    property bool canGoHome: false
    readonly property bool even: !Theme.large && !Theme.narrow // all as wide as each other; else as their words need
    property bool roomForHome: true
    readonly property real share: (row.width - row.spacing * (roomForHome ? 3 : 2)) / ((roomForHome ? weight(home) : 0) + weight(larger) + weight(contrast) + weight(staff))

    signal calledStaff
    signal choseModes(large: bool, contrast: bool)
    signal wentHome

    function weight(button: ModeButton): real {
        return even ? 1 : button.implicitWidth;
    }

    color: Theme.paper
    implicitHeight: Theme.bar

    Rectangle {
        color: Theme.line
        height: Theme.hairline

        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
    }

    Row {
        id: row

        spacing: Theme.gap

        anchors {
            fill: parent
            leftMargin: Theme.margin - Theme.half
            rightMargin: Theme.margin - Theme.half
            topMargin: Theme.hairline
        }

        ModeButton {
            id: home

            enabled: bar.canGoHome
            height: parent.height
            icon: "home"
            objectName: "home"
            opacity: bar.canGoHome ? 1 : 0
            text: Words.say("screen.home")
            visible: bar.roomForHome
            width: Math.round(bar.weight(home) * bar.share)

            onChosen: bar.wentHome()
        }

        ModeButton {
            id: larger

            height: parent.height
            icon: "large"
            objectName: "mode-large"
            on: Theme.large
            text: Words.say("screen.large")
            width: Math.round(bar.weight(larger) * bar.share)

            onChosen: bar.choseModes(!Theme.large, Theme.contrast)
        }

        ModeButton {
            id: contrast

            height: parent.height
            icon: "contrast"
            objectName: "mode-contrast"
            on: Theme.contrast
            text: Words.say("screen.contrast")
            width: Math.round(bar.weight(contrast) * bar.share)

            onChosen: bar.choseModes(Theme.large, !Theme.contrast)
        }

        ModeButton {
            id: staff

            height: parent.height
            icon: "bell"
            ink: Theme.persimmonInk
            objectName: "call-staff"
            text: Words.say("screen.call_staff")
            tint: Theme.peachTint
            width: Math.round(bar.weight(staff) * bar.share)

            onChosen: bar.calledStaff()
        }
    }
}
