import QtQuick
import screens.theme

// Where the resident is, at the left; Help and language at the right; below them how far it still is.
Item {
    id: header

    property bool deep: false
    readonly property color ink: deep ? Theme.overDeep : Theme.ink
    property var position: null
    readonly property bool stacked: position !== null && Theme.large && !Theme.landscape
    property bool named: true // the hall and its time; a screen may say both itself

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
            color: header.ink
            font.pixelSize: Theme.caption
            text: {
                const words = header.position === null ? "" : Words.say("screen.position", header.position);
                return place.width > 0 && metrics.advanceWidth(words) > place.width ? words.replace(" · ", "\n") : words;
            }
            textFormat: Text.PlainText
            visible: header.position !== null
            width: parent.width
            wrapMode: Text.Wrap
        }

        Prose {
            color: header.ink
            lineHeight: Theme.titleLineHeight
            say: Hall.name
            visible: header.position === null && header.named
            width: parent.width

            font {
                bold: true
                pixelSize: Theme.hallName
            }
        }

        Text {
            id: when

            readonly property string both: Hall.time + "  " + Hall.date
            readonly property bool fits: place.width > 0 && metrics.advanceWidth(both) <= place.width

            color: header.deep ? Theme.overDeepSecond : Theme.second
            font.pixelSize: Theme.caption
            text: when.fits ? when.both : Hall.time
            textFormat: Text.PlainText
            visible: header.position === null && header.named && !Theme.large
            width: parent.width
        }
    }

    FontMetrics {
        id: metrics

        font.pixelSize: Theme.caption
    }

    Row {
        id: pills

        spacing: Theme.gap

        anchors {
            right: parent.right
            rightMargin: Theme.margin
            top: parent.top
            topMargin: Math.round(Theme.margin * 0.75)
        }

        PillButton {
            deep: header.deep
            objectName: "help"
            text: Words.say("screen.help")

            onChosen: header.helpAsked()
        }

        PillButton {
            deep: header.deep
            objectName: "language"
            text: Words.say("screen.other_language")

            onChosen: header.languageAsked()
        }
    }

    Rectangle {
        id: track

        color: header.deep ? Theme.slot : Theme.track
        height: Theme.half
        radius: height / 2
        visible: header.position !== null

        anchors {
            bottom: parent.bottom
            left: parent.left
            leftMargin: Theme.margin
            right: parent.right
            rightMargin: Theme.margin
        }

        Rectangle {
            color: header.deep ? Theme.overDeep : Theme.pine
            height: parent.height
            radius: height / 2
            width: header.position === null ? 0 : Math.round(parent.width * header.position.step / header.position.of)

            Behavior on width {
                NumberAnimation {
                    duration: Theme.slide
                    easing.type: Easing.OutCubic
                }
            }
        }
    }
}
