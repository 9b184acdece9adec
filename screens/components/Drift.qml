import QtQuick
import screens.theme

// A move that nobody notices.
NumberAnimation {
    duration: Theme.drift
    easing.type: Easing.InOutSine
}
