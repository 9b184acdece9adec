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

    function component(url: string): Component {
        if (!(url in made))
            made[url] = Qt.createComponent(url);
        return made[url];
    }

    // `way`: 1 for on, -1 for back, 0 for at once.
    function show(url: string, values: var, way: int): void {
        const source = component(url);
        if (source.status !== Component.Ready) {
            console.warn(source.errorString());
            return;
        }
        if (busy) {
            slide.complete();
            settle();
        }
        const slides = way !== 0 && current !== null;
        const next = source.createObject(stack, Object.assign({
            "height": Qt.binding(() => stack.height),
            "width": Qt.binding(() => stack.width),
            "x": slides ? way * width : 0
        }, values));
        if (next === null)
            return;
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
