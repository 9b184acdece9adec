import QtQuick
import screens.theme

// Holds the page that is shown. The next one comes from the right, an earlier one from the left, or it is just there.
// (A StackView does this too, but its library takes as long to load as a whole page.)
Item {
    id: stack

    readonly property bool busy: slide.running
    property ScreenFrame current: null
    property Item leaving: null
    property var made: ({}) // components by address: a page that comes again is not looked up again
    property ScreenFrame spare: null // made ahead of its time, and unseen
    property string spareUrl

    function component(url: string): Component {
        if (!(url in made))
            made[url] = Qt.createComponent(url);
        return made[url];
    }

    function create(url: string, values: var): ScreenFrame {
        const source = component(url);
        if (source.status === Component.Ready)
            return source.createObject(stack, Object.assign({
                "height": Qt.binding(() => stack.height),
                "width": Qt.binding(() => stack.width)
            }, values)) as ScreenFrame;
        console.warn(source.errorString());
        return null;
    }

    function drop(): void {
        spare?.destroy();
        spare = null;
    }

    // Make the page that will probably be next: to show it takes half as long then.
    function prepare(url: string, values: var): void {
        drop();
        spareUrl = url;
        spare = create(url, Object.assign({
            "visible": false
        }, values));
    }

    // `way`: 1 for on, -1 for back, 0 for at once.
    function show(url: string, values: var, way: int): void {
        if (busy) {
            slide.complete();
            settle();
        }
        const slides = way !== 0 && current !== null;
        const next = taken(url, values) ?? create(url, values);
        drop();
        if (next === null)
            return;
        next.x = slides ? way * width : 0;
        next.visible = true;
        leaving = current;
        current = next;
        if (!slides) {
            settle();
            return;
        }
        enter.from = way * width;
        leaveTo.to = -way * width;
        slide.start();
    }

    function settle(): void {
        current.x = 0;
        if (leaving !== null) {
            leaving.visible = false;
            leaving.destroy();
        }
        leaving = null;
    }

    function taken(url: string, values: var): ScreenFrame {
        const page = spareUrl === url ? spare : null;
        if (page !== null) {
            spare = null;
            for (const name in values)
                page[name] = values[name];
        }
        return page;
    }

    ParallelAnimation {
        id: slide

        onFinished: stack.settle()

        XAnimator {
            id: enter

            duration: Theme.slide
            easing.type: Easing.OutCubic
            target: stack.current
            to: 0
        }

        XAnimator {
            id: leaveTo

            duration: Theme.slide
            easing.type: Easing.OutCubic
            from: 0
            target: stack.leaving
        }
    }
}
