import QtQuick
import screens.theme

// What every screen stands on: a title, room for its own things, and the actions below. The frame sets the first three.
Item {
    id: screen

    readonly property real actionsHeight: actions.height
    readonly property real backWidth: actions.backWidth
    property bool canGoBack: false
    property bool canGoHome: false
    property bool centered: false
    default property alias content: room.data
    property bool continuous: false // a following page of the same kind changes this one in place
    property bool deep: false
    readonly property int foot: actions.implicitHeight > 0 ? actions.implicitHeight + Theme.air : 0 // of the actions and their air
    property string heading
    property string previous
    property string primaryText
    property bool primaryUsable: true
    property alias room: room
    property alias secondaryName: actions.secondaryName
    property string secondaryText

    signal answered(value: var)
    signal primaryChosen
    signal secondaryChosen
    signal wentBack

    TitleText {
        id: headline

        color: screen.deep ? Theme.overDeep : Theme.ink
        horizontalAlignment: screen.centered ? Text.AlignHCenter : Text.AlignLeft
        say: screen.heading

        anchors {
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
            top: parent.top
            topMargin: Theme.air
        }
    }

    Item {
        id: room

        anchors {
            bottom: actions.top
            bottomMargin: screen.foot - actions.implicitHeight
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
            top: screen.heading === "" ? parent.top : headline.bottom
            topMargin: Theme.air
        }
    }

    ActionBar {
        id: actions

        canGoBack: screen.canGoBack
        deep: screen.deep
        height: implicitHeight
        primary: screen.primaryText
        primaryUsable: screen.primaryUsable
        secondary: screen.secondaryText

        onPrimaryChosen: screen.primaryChosen()
        onSecondaryChosen: screen.secondaryChosen()
        onWentBack: screen.wentBack()

        anchors {
            bottom: parent.bottom
            bottomMargin: Theme.air
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
        }
    }
}
