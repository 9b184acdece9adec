pragma Singleton

import QtQuick

// One finger, one deed: a second touch of the same control, or one aimed at a page that has just gone, does nothing.
// Keys that are meant to be pressed again say how soon (`again`, in ms).
QtObject {
    id: taps

    property double lastAt: 0
    property Item lastControl
    property double pageAt: 0

    function accept(control: Item, again: int): bool {
        if (!wouldCount(control, again))
            return false;
        lastControl = control;
        lastAt = Date.now();
        return true;
    }

    function pageShown(): void {
        pageAt = Date.now();
        lastControl = null;
    }

    function soonAfter(moment: double, limit: int): bool {
        const since = Date.now() - moment;
        return since >= 0 && since < limit;
    }

    function wouldCount(control: Item, again: int): bool {
        return !soonAfter(pageAt, Theme.debounce) && !(control === lastControl && soonAfter(lastAt, again));
    }
}
