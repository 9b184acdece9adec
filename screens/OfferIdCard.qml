pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// May the identity card be read? What for, what is taken from it, what becomes of that; and the other way.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    required property string other
    required property var points
    required property string purpose

    heading: Words.say(purpose)
    primaryText: Words.say("screen.OfferIdCard.use")

    onPrimaryChosen: answered("card")

    Medallion {
        id: picture

        name: "id_card"
        share: 0.52
        side: Theme.narrow || Theme.landscape ? Theme.pictureLarge : Math.round(Theme.pictureLarge * (Theme.large ? 1.2 : 1.7))
        visible: !Theme.large || !Theme.tight
        x: screen.beside ? parent.width - width : Math.round((parent.width - width) / 2)
        y: screen.beside || Theme.narrow ? 0 : Theme.air
    }

    Card {
        id: list

        height: Math.min(lines.implicitHeight + 2 * Theme.grid, parent.height - y - way.height - Theme.gap)
        width: parent.width - (screen.beside && picture.visible ? picture.width + Theme.margin : 0)
        y: screen.beside || !picture.visible ? 0 : picture.y * 3 + picture.height + Theme.gap

        Pages {
            id: lines

            spacing: Theme.gap

            anchors {
                fill: parent
                margins: Theme.grid
            }

            Repeater {
                model: screen.points

                NeedLine {
                    required property string modelData

                    height: implicitHeight
                    text: Words.say(modelData)
                    width: lines.width
                }
            }
        }
    }

    QuietButton {
        id: way

        height: implicitHeight
        objectName: "other"
        text: Words.say(screen.other)
        width: list.width
        y: parent.height - height

        onChosen: screen.answered("other")
    }
}
