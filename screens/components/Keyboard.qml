pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// All that text is typed with: words to choose from, and the keys below them. `text` is what stands there by now.
Item {
    id: keyboard

    readonly property bool choosing: typed !== null && typed.cells.length > 0 // among all candidates
    readonly property string composing: typed?.composing ?? ""
    readonly property int gap: telephone ? Theme.gap : Theme.keyGap
    readonly property bool hasBar: !telephone
    property string initial
    required property string kind
    property int most: 40
    readonly property int mostHeight: heightOf(telephone ? Math.round(Theme.key * 1.7) : Theme.keyMost)
    property int number: 0
    property var layout: null
    readonly property int leastHeight: heightOf(Theme.target)
    readonly property bool telephone: kind === "phone" || kind === "id_number"
    readonly property string text: typed?.text ?? ""
    property var typed: null
    readonly property bool wide: width >= Theme.keyboardLeast

    // for tests and pictures too: keys as they are named, with a blank between them
    function feed(names: string): void {
        for (const name of names.split(" "))
            press(name);
    }

    function fit(): void {
        if (number === 0 || width === 0)
            return;
        take(Typing.fit(number, wide, grid.columns, grid.rows, grid.characters));
    }

    function heightOf(key: int): int {
        return (hasBar ? bar.height + Theme.gap : 0) + 4 * key + 3 * gap;
    }

    // Which key has the focus of a keyboard beside the screen; -1 for something else here, -2 for nothing in sight.
    function focused(): int {
        const at = Window.activeFocusItem;
        for (let item = at?.visible ? at : null; item !== null; item = item.parent) {
            if (item === keyboard)
                return -1;
            for (let index = 0; index < caps.count; index++) {
                if (item === caps.itemAt(index))
                    return index;
            }
        }
        return -2;
    }

    function press(name: string): void {
        const before = focused();
        take(Typing.press(number, name));
        if (before > -2 && focused() === -2)
            refocus(before);
    }

    // What had the focus is gone: on to what stands in its place.
    function refocus(before: int): void {
        const next = choosing ? grid.first() : caps.itemAt(Math.max(0, Math.min(before, caps.count - 1)));
        next?.forceActiveFocus(Qt.TabFocusReason);
    }

    function start(): void {
        if (number > 0)
            Typing.end(number);
        if (kind === "")
            return; // a screen without its values
        number = Typing.begin(kind, most, initial);
        fit();
    }

    function take(now: var): void {
        if (now === null)
            return;
        if (now.layout !== undefined)
            layout = now.layout;
        typed = now;
    }

    implicitHeight: leastHeight
    objectName: "keyboard"

    Component.onCompleted: start()
    Component.onDestruction: Typing.end(number)
    onInitialChanged: {
        if (number > 0)
            start();
    }
    onWidthChanged: fit()

    CandidateBar {
        id: bar

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        composing: keyboard.composing
        more: keyboard.typed?.more ?? false
        pinyin: keyboard.typed?.layer === "pinyin"
        visible: keyboard.hasBar && !keyboard.choosing && (keyboard.layout?.rows ?? 4) < 5
        words: keyboard.typed?.candidates ?? []

        onPressed: name => keyboard.press(name)
    }

    Item {
        id: keys

        readonly property int columns: keyboard.layout?.columns ?? 1
        readonly property int keyHeight: Math.floor((height - (rows - 1) * keyboard.gap) / rows)
        readonly property int rows: keyboard.layout?.rows ?? 4
        readonly property real unit: (width - (columns - 1) * keyboard.gap) / columns

        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: bar.visible ? bar.bottom : parent.top
        anchors.topMargin: bar.visible ? Theme.gap : 0
        visible: !keyboard.choosing

        // Places are reckoned, not left to a positioner, which moves its items only before the next frame: a quick finger
        // would press a key where it is no more.
        Repeater {
            id: caps

            model: keyboard.layout?.keys ?? []

            KeyCap {
                height: keys.keyHeight
                roomy: keyboard.telephone
                on: modelData.name === "shift" && (keyboard.typed?.shift ?? false)
                side: modelData.side < 0 ? "" : keyboard.typed?.sides[modelData.side] ?? ""
                upper: keyboard.typed?.layer !== "latin" || keyboard.typed.shift
                width: Math.floor(modelData.width * keys.unit + (modelData.width - 1) * keyboard.gap)
                x: Math.round(modelData.left * (keys.unit + keyboard.gap))
                y: modelData.row * (keys.keyHeight + keyboard.gap)

                onTyped: name => keyboard.press(name)
            }
        }
    }

    CandidateGrid {
        id: grid

        anchors.fill: parent
        cells: keyboard.typed?.cells ?? []
        page: keyboard.typed?.page ?? 0
        pages: keyboard.typed?.pages ?? 0
        visible: keyboard.choosing

        onFits: keyboard.fit()
        onPressed: name => keyboard.press(name)
    }
}
