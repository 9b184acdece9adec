import QtQuick
import screens.theme

// A line of a list: its number, what it is called, what more there is to say; a touch chooses it.
Touchable {
    id: row

    property bool brief: false // the name alone
    property string detail
    property string number
    property string title

    corner: Theme.radiusSmall
    implicitHeight: Math.max(Theme.target, Math.ceil(words.implicitHeight) + 2 * Theme.half + Theme.half)
    spoken: title

    Shadow {
        corner: face.radius
        of: face
        visible: Theme.shadows && !row.pressed
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: row.pressed ? (Theme.contrast ? Theme.pressed : Theme.mist) : Theme.paper
        radius: Theme.radiusSmall

        border {
            color: row.pressed ? Theme.pine : Theme.edge
            width: row.pressed ? Theme.stroke : Theme.hairline
        }
    }

    Item {
        id: mark

        height: figure.height
        visible: row.number !== ""
        width: visible ? Math.max(figure.implicitWidth, Theme.body * 1.8) : 0

        anchors {
            left: parent.left
            leftMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }

        Text {
            id: figure

            color: Theme.mistInk
            text: row.number
            textFormat: Text.PlainText

            font {
                bold: true
                features: ({
                        "tnum": 1
                    })
                pixelSize: Theme.lead
            }
        }
    }

    Column {
        id: words

        anchors {
            left: mark.visible ? mark.right : parent.left
            leftMargin: Theme.grid
            right: chevron.left
            rightMargin: Theme.half
            verticalCenter: parent.verticalCenter
        }

        Prose {
            font.bold: true
            font.pixelSize: Theme.lead
            lineHeight: Theme.titleLineHeight
            say: row.title
            width: parent.width
        }

        Prose {
            color: Theme.second
            say: row.detail
            visible: say !== "" && !row.brief
            width: parent.width
        }
    }

    Icon {
        id: chevron

        ink: Theme.second
        name: "forward"
        side: Theme.caption

        anchors {
            right: parent.right
            rightMargin: Theme.grid
            verticalCenter: parent.verticalCenter
        }
    }
}
