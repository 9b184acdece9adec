pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// The window: header, the page that slides, the modes bar, and what may lie over them. Python sets `page`, `stillHere`,
// `typed`, and what is new for the theme, the hall and the words: it reaches them through here alone, because to look
// for a singleton makes PySide build all its classes.
Rectangle {
    id: root

    readonly property bool covered: helping || stillHere > 0
    readonly property ScreenFrame current: stack.current
    readonly property bool deep: current !== null && current.deep
    readonly property Touchable focused: Window.activeFocusItem as Touchable
    property var hall: null
    property bool helping: false
    property var likely: null // the page that followed Home last time; nobody has told anything of themselves there
    property var page: null
    property var panel: null
    readonly property bool settled: !stack.busy
    property int shownNumber: -1
    property string shownUrl
    property string shownView
    readonly property bool standing: page === null || ["Attract", "Home", "Goodbye", "OutOfService"].includes(page.view)
    property int stillHere: 0
    property var typed: null
    property var words: null

    signal answered(number: int, value: string)
    signal calledStaff
    signal choseLanguage
    signal choseModes(large: bool, contrast: bool)
    signal keyboardAsked(number: int, what: string, details: string)
    signal minutePassed
    signal touched
    signal wentBack(number: int)
    signal wentHome(number: int)

    function show(): void {
        const url = page.url;
        const values = Object.assign({
            "canGoBack": page.canGoBack,
            "canGoHome": page.canGoHome,
            "previous": page.previous
        }, page.fields);
        if (current !== null && url === shownUrl && (page.number === shownNumber || current.continuous)) {
            shownNumber = page.number;
            for (const name in values)
                current[name] = values[name];
            return;
        }
        if (shownView === "Home" && page.direction === "forward")
            likely = {
                "url": url,
                "values": values
            };
        shownNumber = page.number;
        shownUrl = url;
        shownView = page.view;
        helping = false;
        Taps.pageShown();
        stack.show(url, values, !Theme.motion ? 0 : page.direction === "forward" ? 1 : page.direction === "back" ? -1 : 0);
    }

    // From control to control; Tab does it by itself.
    function step(forward: bool): void {
        (Window.activeFocusItem ?? root).nextItemInFocusChain(forward).forceActiveFocus(Qt.TabFocusReason);
    }

    Keys.onPressed: event => {
        touched();
        switch (event.key) {
        case Qt.Key_Down:
        case Qt.Key_Right:
            step(true);
            break;
        case Qt.Key_Up:
        case Qt.Key_Left:
            step(false);
            break;
        case Qt.Key_Return:
        case Qt.Key_Enter:
        case Qt.Key_Space:
            if (!event.isAutoRepeat)
                focused?.press();
            break;
        default:
            return;
        }
        event.accepted = true;
    }
    color: deep ? Theme.deep : Theme.ground

    focus: true

    onFocusedChanged: {
        if (focused !== null) {
            touched();
            if (ring.status === Loader.Null)
                ring.setSource("components/FocusRing.qml", {
                    "on": Qt.binding(() => root.focused)
                });
        }
    }

    // Sheets are loaded when they are wanted: the first frame does not wait for them.
    onHelpingChanged: {
        if (helping)
            help.setSource("components/HelpSheet.qml", {
                "text": Qt.binding(() => Words.say("help." + root.page.view))
            });
        else
            help.source = "";
    }
    onHallChanged: Object.assign(Hall, hall)
    onHeightChanged: Theme.panelHeight = height
    onPageChanged: {
        if (page === null)
            return;
        Theme.large = page.large;
        Theme.contrast = page.contrast;
        show();
    }
    onPanelChanged: Object.assign(Theme, panel)
    onStillHereChanged: {
        if (stillHere === 0)
            question.source = "";
        else if (question.item === null)
            question.setSource("components/StillHereSheet.qml", {
                "seconds": Qt.binding(() => root.stillHere)
            });
    }
    onTypedChanged: {
        if (typed !== null) {
            Typing.answer = typed;
            typed = null; // somebody's own: it stays where it is shown alone
        }
    }
    onWidthChanged: Theme.panelWidth = width
    onWordsChanged: Object.assign(Words, words)

    Timer {
        interval: Theme.debounce / 2 // no touch counts so soon after a change, so none waits for this
        running: root.shownView === "Home" && root.settled && root.likely !== null

        onTriggered: stack.prepare(root.likely.url, root.likely.values)
    }

    // Python tells the time, and may be busy: whatever moves goes first.
    Timer {
        property real told: 0 // in minutes since 1970

        interval: Theme.beat
        objectName: "clock"
        repeat: true
        running: root.settled

        onTriggered: {
            const minute = Math.floor(Date.now() / 60000);
            if (minute !== told) {
                told = minute;
                root.minutePassed();
            }
        }
    }

    Header {
        id: header

        deep: root.deep
        enabled: !root.covered
        height: implicitHeight
        position: root.page?.position ?? null
        named: root.page?.view !== "Attract"
        visible: root.page !== null

        onHelpAsked: root.helping = true
        onLanguageAsked: root.choseLanguage()

        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
    }

    PageStack {
        id: stack

        enabled: !root.covered

        anchors {
            bottom: modes.top
            left: parent.left
            right: parent.right
            top: header.bottom
        }
    }

    Connections {
        function onAnswered(value: var): void {
            root.answered(root.shownNumber, String(value));
        }

        function onWentBack(): void {
            root.wentBack(root.shownNumber);
        }

        target: root.current
    }

    Connections {
        function onAsked(number: int, what: string, details: string): void {
            root.keyboardAsked(number, what, details);
        }

        target: Typing
    }

    ModesBar {
        id: modes

        canGoHome: root.page?.canGoHome ?? false
        enabled: !root.covered
        height: implicitHeight
        roomForHome: !root.standing
        visible: root.page !== null

        onCalledStaff: root.calledStaff()
        onChoseModes: (large, contrast) => root.choseModes(large, contrast)
        onWentHome: root.wentHome(root.shownNumber)

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
        }
    }

    Loader {
        id: help

        anchors.fill: parent
    }

    Connections {
        function onCalledStaff(): void {
            root.helping = false;
            root.calledStaff();
        }

        function onClosed(): void {
            root.helping = false;
        }

        target: help.item
    }

    Loader {
        id: question

        anchors.fill: parent
    }

    Loader {
        id: ring
    }

    Item {
        anchors.fill: parent // above all: sees every touch first, and takes none

        PointHandler {
            onActiveChanged: {
                if (active)
                    root.touched();
            }
        }
    }
}
