pragma Singleton

import QtQuick

// The hall this machine stands in, its time, and the machine's own front in millimetres.
QtObject {
    property string date
    property var front: ({})
    property string name
    property string phone
    property string time

    // Where a place on the front lies as seen from the screen.
    function where(x: real, y: real): string {
        if (y > front.screenY + front.screenHeight)
            return "below";
        if (y < front.screenY)
            return "above";
        return x < front.screenX ? "left" : "right";
    }
}
