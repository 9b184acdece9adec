import QtQuick
import screens.theme

// A page on its way in or out.
Transition {
    id: slide

    property real end
    property real start

    XAnimator {
        duration: Theme.slide
        easing.type: Easing.OutCubic
        from: slide.start
        to: slide.end
    }
}
