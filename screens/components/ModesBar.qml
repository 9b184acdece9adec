import QtQuick
import QtQuick.Layouts
import screens.theme

// Home, large print, high contrast, staff: at the bottom, where a hand reaches.
Rectangle {
    id: bar

    property bool canGoHome: false
    readonly property bool even: !Theme.large && !Theme.narrow
    property bool roomForHome: true

    signal calledStaff
    signal choseModes(large: bool, contrast: bool)
    signal wentHome

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

    RowLayout {
        spacing: Theme.gap

        anchors {
            fill: parent
            leftMargin: Theme.margin - Theme.half
            rightMargin: Theme.margin - Theme.half
            topMargin: Theme.hairline
        }

        ModeButton {
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            enabled: bar.canGoHome
            icon: "home"
            objectName: "home"
            opacity: bar.canGoHome ? 1 : 0
            text: Words.say("screen.home")
            visible: bar.roomForHome

            onChosen: bar.wentHome()
        }

        ModeButton {
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            icon: "large"
            objectName: "mode-large"
            on: Theme.large
            text: Words.say("screen.large")

            onChosen: bar.choseModes(!Theme.large, Theme.contrast)
        }

        ModeButton {
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            icon: "contrast"
            objectName: "mode-contrast"
            on: Theme.contrast
            text: Words.say("screen.contrast")

            onChosen: bar.choseModes(Theme.large, !Theme.contrast)
        }

        ModeButton {
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            icon: "bell"
            ink: Theme.persimmonInk
            objectName: "call-staff"
            text: Words.say("screen.call_staff")
            tint: Theme.peachTint

            onChosen: bar.calledStaff()
        }
    }
}
