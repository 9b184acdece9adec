import QtQuick
import screens.theme

// What every screen stands on: a title, room for its own things, and the actions below. The frame sets the first three.
Item {
    id: screen

    property bool canGoBack: false
    property bool canGoHome: false
    property string previous
    property string heading
    property string primaryText
    property string secondaryText
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
        id: headline

        anchors {
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
            top: parent.top
            topMargin: text === "" ? 0 : Theme.air
        }
        height: text === "" ? 0 : implicitHeight
        color: screen.deep ? Theme.overDeep : Theme.ink
        font {
            bold: true
            pixelSize: Theme.title
        }
        horizontalAlignment: screen.centered ? Text.AlignHCenter : Text.AlignLeft
        lineHeight: Theme.titleLineHeight
        text: screen.heading
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
            top: headline.bottom
            topMargin: Theme.air
            bottom: actions.top
            bottomMargin: actions.implicitHeight > 0 ? Theme.air : 0
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
            bottomMargin: Theme.air
        }
        height: implicitHeight
        canGoBack: screen.canGoBack
        deep: screen.deep
        primary: screen.primaryText
        primaryUsable: screen.primaryUsable
        secondary: screen.secondaryText
        onPrimaryChosen: screen.primaryChosen()
        onSecondaryChosen: screen.secondaryChosen()
        onWentBack: screen.wentBack()
    }
}
