pragma Singleton

import QtQuick

// One finger, one deed: a second touch of the same control, or one aimed at a page that has just gone, does nothing.
QtObject {
    id: taps

    property double lastAt: 0
    property Item lastControl
    property double pageAt: 0

    function accept(control: Item): bool {
        if (!wouldCount(control))
            return false;
        lastControl = control;
        lastAt = Date.now();
        return true;
    }

    function pageShown(): void {
        pageAt = Date.now();
        lastControl = null;
    }

    function soonAfter(moment: double): bool {
        const since = Date.now() - moment;
        return since >= 0 && since < Theme.debounce;
    }

    function wouldCount(control: Item): bool {
        return !soonAfter(pageAt) && !(control === lastControl && soonAfter(lastAt));
    }
}
