pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls.Basic
import screens.components
import screens.theme

// The window: header, the page that slides, the modes bar, and what may lie over them. Python sets `page` and `stillHere`.
Rectangle {
    id: root

    property var page: null
    property int stillHere: 0
    readonly property ScreenFrame current: stack.currentItem as ScreenFrame
    readonly property bool settled: !stack.busy
    readonly property bool deep: current !== null && current.deep
    readonly property bool standing: page === null || ["Attract", "Home", "Goodbye", "OutOfService"].includes(page.view)
    property int shownNumber: -1
    property string shownUrl
    property bool helping: false

    signal answered(number: int, value: string)
    signal wentBack(number: int)
    signal wentHome(number: int)
    signal touched
    signal choseLanguage
    signal choseModes(large: bool, contrast: bool)
    signal calledStaff

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
        shownNumber = page.number;
        shownUrl = url;
        helping = false;
        Taps.pageShown();
        const way = page.direction === "back" ? StackView.PopTransition : page.direction === "forward" ? StackView.ReplaceTransition : StackView.Immediate;
        stack.replaceCurrentItem(url, values, Theme.motion ? way : StackView.Immediate);
    }

    color: deep ? Theme.deep : Theme.ground
    onHeightChanged: Theme.panelHeight = height
    onWidthChanged: Theme.panelWidth = width
    onPageChanged: {
        if (page !== null)
            show();
    }

    StackView {
        id: stack

        anchors {
            bottom: modes.top
            left: parent.left
            right: parent.right
            top: header.bottom
        }
        initialItem: Starting {}
        replaceEnter: Slide {
            start: stack.width
            end: 0
        }
        replaceExit: Slide {
            start: 0
            end: -stack.width
        }
        popEnter: Slide {
            start: -stack.width
            end: 0
        }
        popExit: Slide {
            start: 0
            end: stack.width
        }
    }

    Connections {
        target: root.current

        function onAnswered(value: var): void {
            root.answered(root.shownNumber, String(value));
        }

        function onWentBack(): void {
            root.wentBack(root.shownNumber);
        }
    }

    Header {
        id: header

        anchors {
            left: parent.left
            right: parent.right
            top: parent.top
        }
        height: implicitHeight
        deep: root.deep
        position: root.page?.position ?? null
        timed: root.page?.view !== "Attract"
        visible: root.page !== null
        onHelpAsked: root.helping = true
        onLanguageAsked: root.choseLanguage()
    }

    ModesBar {
        id: modes

        anchors {
            bottom: parent.bottom
            left: parent.left
            right: parent.right
        }
        height: implicitHeight
        canGoHome: root.page?.canGoHome ?? false
        roomForHome: !root.standing
        visible: root.page !== null
        onCalledStaff: root.calledStaff()
        onChoseModes: (large, contrast) => root.choseModes(large, contrast)
        onWentHome: root.wentHome(root.shownNumber)
    }

    Loader {
        anchors.fill: parent
        active: root.helping
        sourceComponent: HelpSheet {
            text: Words.say("help." + root.page.view)
            onCalledStaff: {
                root.helping = false;
                root.calledStaff();
            }
            onClosed: root.helping = false
        }
    }

    Loader {
        anchors.fill: parent
        active: root.stillHere > 0
        sourceComponent: StillHereSheet {
            seconds: root.stillHere
        }
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
