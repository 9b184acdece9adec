import QtQuick
import screens.theme

// Back or another quiet way at the left, the way on at the right: always at the same place.
Item {
    id: bar

    property bool canGoBack: false
    property bool deep: false
    readonly property bool hasLeft: canGoBack || secondary !== ""
    readonly property real backWidth: back.visible ? back.width : 0
    readonly property bool hasRight: primary !== ""
    property string primary
    property bool primaryUsable: true
    property string secondary
    property string secondaryName: "secondary"

    signal primaryChosen
    signal secondaryChosen
    signal wentBack

    implicitHeight: hasLeft || hasRight ? Math.max(Theme.button, back.visible ? back.implicitHeight : 0, second.visible ? second.implicitHeight : 0, first.visible ? first.implicitHeight : 0) : 0

    QuietButton {
        id: back

        anchors.left: parent.left
        deep: bar.deep
        height: parent.height
        icon: Theme.large ? "" : "back"
        objectName: "back"
        text: Words.say("screen.back")
        visible: bar.canGoBack
        width: bar.hasRight ? Math.round((parent.width - Theme.gap) * 0.36) : implicitWidth

        onChosen: bar.wentBack()
    }

    QuietButton {
        id: second

        anchors.left: parent.left
        deep: bar.deep
        height: parent.height
        objectName: bar.secondaryName
        text: bar.secondary
        visible: !bar.canGoBack && bar.secondary !== ""
        width: bar.hasRight ? Math.round(Math.max((parent.width - Theme.gap) * 0.36, Math.min((parent.width - Theme.gap) * 0.5, implicitWidth))) : Math.min(parent.width, Math.max(implicitWidth, parent.width * 0.5))

        onChosen: bar.secondaryChosen()
    }

    PrimaryButton {
        id: first

        anchors.left: bar.canGoBack ? back.right : bar.hasLeft ? second.right : parent.left
        anchors.leftMargin: bar.hasLeft ? Theme.gap : 0
        anchors.right: parent.right
        deep: bar.deep
        height: parent.height
        objectName: "primary"
        text: bar.primary
        usable: bar.primaryUsable
        visible: bar.hasRight

        onChosen: bar.primaryChosen()
    }
}
