import QtQuick
import QtQuick.Layouts
import screens.theme

// Home, large print, high contrast, staff: at the bottom, where a hand reaches.
Rectangle {
    id: bar

    property bool roomForHome: true
    property bool canGoHome: false
    readonly property bool even: !Theme.large && !Theme.narrow

    signal wentHome
    signal choseModes(large: bool, contrast: bool)
    signal calledStaff

    implicitHeight: Theme.bar
    color: Theme.paper

    Rectangle {
        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
        height: Theme.hairline
        color: Theme.line
    }

    RowLayout {
        anchors {
            fill: parent
            leftMargin: Theme.margin - Theme.half
            rightMargin: Theme.margin - Theme.half
            topMargin: Theme.hairline
        }
        spacing: Theme.gap

        ModeButton {
            objectName: "home"
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            visible: bar.roomForHome
            enabled: bar.canGoHome
            opacity: bar.canGoHome ? 1 : 0
            icon: "home"
            text: Words.say("screen.home")
            onChosen: bar.wentHome()
        }

        ModeButton {
            objectName: "mode-large"
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            icon: "large"
            on: Theme.large
            text: Words.say("screen.large")
            onChosen: bar.choseModes(!Theme.large, Theme.contrast)
        }

        ModeButton {
            objectName: "mode-contrast"
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            icon: "contrast"
            on: Theme.contrast
            text: Words.say("screen.contrast")
            onChosen: bar.choseModes(Theme.large, !Theme.contrast)
        }

        ModeButton {
            objectName: "call-staff"
            Layout.fillHeight: true
            Layout.fillWidth: true
            Layout.preferredWidth: bar.even ? 1 : implicitWidth
            icon: "bell"
            ink: Theme.persimmonInk
            tint: Theme.peachTint
            text: Words.say("screen.call_staff")
            onChosen: bar.calledStaff()
        }
    }
}
