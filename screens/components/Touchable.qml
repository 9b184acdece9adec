import QtQuick
import screens.theme

// Anything a finger may press, or a key. Acts on release inside; sliding out cancels; `pressed` shows in the same frame.
Item {
    id: touchable

    property int again: Theme.debounce // how soon a second touch is meant, in ms
    property bool bare: false // known by its drawing and its words, without a frame
    property int corner: Theme.radius
    readonly property bool pressed: tap.pressed && tap.counts && touchable.contains(tap.point.position)
    property string spoken
    readonly property bool touchTarget: true

    signal chosen

    function press(): void {
        if (Taps.accept(touchable, again))
            touchable.chosen();
    }

    Accessible.name: spoken
    Accessible.role: Accessible.Button
    activeFocusOnTab: true

    TapHandler {
        id: tap

        property bool counts: false

        gesturePolicy: TapHandler.ReleaseWithinBounds
        longPressThreshold: 0

        onPressedChanged: {
            if (pressed)
                counts = Taps.wouldCount(touchable, touchable.again);
        }
        onTapped: {
            if (counts)
                touchable.press();
        }
    }
}
