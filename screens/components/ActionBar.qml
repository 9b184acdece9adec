import QtQuick
import screens.theme

// Back or another quiet way at the left, the way on at the right: always at the same place.
Item {
    id: bar

    property bool canGoBack: false
    property string secondary
    property string secondaryName: "secondary"
    property string primary
    property bool primaryUsable: true
    property bool deep: false
    readonly property bool hasLeft: canGoBack || secondary !== ""
    readonly property bool hasRight: primary !== ""

    signal wentBack
    signal primaryChosen
    signal secondaryChosen

    implicitHeight: hasLeft || hasRight ? Math.max(Theme.button, back.visible ? back.implicitHeight : 0, second.visible ? second.implicitHeight : 0, first.visible ? first.implicitHeight : 0) : 0

    QuietButton {
        id: back

        objectName: "back"
        visible: bar.canGoBack
        anchors.left: parent.left
        width: bar.hasRight ? Math.round((parent.width - Theme.gap) * 0.36) : implicitWidth
        height: parent.height
        deep: bar.deep
        icon: Theme.large ? "" : "back"
        text: Words.say("screen.back")
        onChosen: bar.wentBack()
    }

    QuietButton {
        id: second

        objectName: bar.secondaryName
        visible: !bar.canGoBack && bar.secondary !== ""
        anchors.left: parent.left
        width: bar.hasRight ? Math.round((parent.width - Theme.gap) * (Theme.large ? 0.5 : 0.42)) : Math.max(implicitWidth, parent.width * 0.5)
        height: parent.height
        deep: bar.deep
        text: bar.secondary
        onChosen: bar.secondaryChosen()
    }

    PrimaryButton {
        id: first

        objectName: "primary"
        visible: bar.hasRight
        anchors.left: bar.canGoBack ? back.right : bar.hasLeft ? second.right : parent.left
        anchors.leftMargin: bar.hasLeft ? Theme.gap : 0
        anchors.right: parent.right
        height: parent.height
        deep: bar.deep
        text: bar.primary
        usable: bar.primaryUsable
        onChosen: bar.primaryChosen()
    }
}
