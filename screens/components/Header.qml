import QtQuick
import screens.theme

// Where the resident is, at the left; Help and language at the right; below them how far it still is.
Item {
    id: header

    property var position: null
    property bool deep: false
    property bool timed: true
    readonly property bool stacked: position !== null && Theme.large && !Theme.landscape
    readonly property color ink: deep ? Theme.overDeep : Theme.ink

    signal helpAsked
    signal languageAsked

    implicitHeight: (stacked ? pills.height + Theme.half + place.implicitHeight : Math.max(pills.height, place.implicitHeight)) + Theme.margin * 0.75 + (track.visible ? Theme.gap + track.height : 0)

    Column {
        id: place

        anchors {
            left: parent.left
            leftMargin: Theme.margin
            right: header.stacked ? parent.right : pills.left
            rightMargin: header.stacked ? Theme.margin : Theme.grid
            top: header.stacked ? pills.bottom : pills.top
            topMargin: header.stacked ? Theme.half : Math.max(0, (pills.height - implicitHeight) / 2)
        }

        Text {
            width: parent.width
            visible: header.position !== null
            color: header.ink
            font.pixelSize: Theme.caption
            text: header.position === null ? "" : Words.say("screen.position", header.position)
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
        }

        Text {
            width: parent.width
            visible: header.position === null
            color: header.ink
            font {
                bold: true
                pixelSize: Theme.caption
            }
            text: Hall.name
            textFormat: Text.PlainText
            wrapMode: Text.Wrap
        }

        Text {
            width: parent.width
            visible: header.position === null && header.timed && !Theme.large
            color: header.deep ? Theme.overDeepSecond : Theme.second
            font.pixelSize: Theme.caption
            text: Hall.time
            textFormat: Text.PlainText
        }
    }

    Row {
        id: pills

        anchors {
            right: parent.right
            rightMargin: Theme.margin
            top: parent.top
            topMargin: Math.round(Theme.margin * 0.75)
        }
        spacing: Theme.gap

        PillButton {
            objectName: "help"
            deep: header.deep
            text: Words.say("screen.help")
            onChosen: header.helpAsked()
        }

        PillButton {
            objectName: "language"
            deep: header.deep
            text: Words.say("screen.other_language")
            onChosen: header.languageAsked()
        }
    }

    Rectangle {
        id: track

        anchors {
            bottom: parent.bottom
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
        }
        visible: header.position !== null
        height: Theme.half
        color: header.deep ? Theme.slot : Theme.track
        radius: height / 2

        Rectangle {
            width: header.position === null ? 0 : Math.round(parent.width * header.position.step / header.position.of)
            height: parent.height
            color: header.deep ? Theme.overDeep : Theme.pine
            radius: height / 2

            Behavior on width {
                NumberAnimation {
                    duration: Theme.slide
                    easing.type: Easing.OutCubic
                }
            }
        }
    }
}
