import QtQuick
import screens.theme

// What every screen stands on: a title, room for its own things, and the actions below. The frame sets the first three.
Item {
    id: screen

    property bool canGoBack: false
    property bool canGoHome: false
    property string previous
    property string title
    property string primary
    property string secondary
    property bool primaryUsable: true
    property bool deep: false
    property bool centered: false
    property bool continuous: false // a following page of the same kind changes this one in place
    property alias secondaryName: actions.secondaryName
    property alias room: room
    default property alias content: room.data

    signal answered(value: var)
    signal wentBack
    signal primaryChosen
    signal secondaryChosen

    Text {
        id: heading

        anchors {
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
            top: parent.top
            topMargin: text === "" ? 0 : Theme.gap
        }
        height: text === "" ? 0 : implicitHeight
        color: screen.deep ? Theme.overDeep : Theme.ink
        font {
            bold: true
            pixelSize: Theme.title
        }
        horizontalAlignment: screen.centered ? Text.AlignHCenter : Text.AlignLeft
        lineHeight: Theme.titleLineHeight
        text: screen.title
        textFormat: Text.PlainText
        wrapMode: Text.Wrap
    }

    Item {
        id: room

        anchors {
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
            top: heading.bottom
            topMargin: Theme.gap
            bottom: actions.top
            bottomMargin: actions.implicitHeight > 0 ? Theme.gap : 0
        }
    }

    ActionBar {
        id: actions

        anchors {
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
            bottom: parent.bottom
            bottomMargin: Theme.gap + Theme.half
        }
        height: implicitHeight
        canGoBack: screen.canGoBack
        deep: screen.deep
        primary: screen.primary
        primaryUsable: screen.primaryUsable
        secondary: screen.secondary
        onPrimaryChosen: screen.primaryChosen()
        onSecondaryChosen: screen.secondaryChosen()
        onWentBack: screen.wentBack()
    }
}
