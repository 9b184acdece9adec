import QtQuick
import screens.theme

// Anything a finger may press. Acts on release inside; sliding out cancels; `pressed` shows in the same frame.
Item {
    id: touchable

    property bool bare: false // known by its drawing and its words, without a frame
    readonly property bool pressed: tap.pressed && tap.counts && touchable.contains(tap.point.position)
    property string spoken
    readonly property bool touchTarget: true

    signal chosen

    Accessible.name: spoken
    Accessible.role: Accessible.Button

    TapHandler {
        id: tap

        property bool counts: false

        gesturePolicy: TapHandler.ReleaseWithinBounds
        longPressThreshold: 0

        onPressedChanged: {
            if (pressed)
                counts = Taps.wouldCount(touchable);
        }
        onTapped: {
            if (counts && Taps.accept(touchable))
                touchable.chosen();
        }
    }
}
