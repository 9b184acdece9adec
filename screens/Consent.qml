pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// What will be kept, why and how long; a box that nobody marked beforehand.
ScreenFrame {
    id: screen

    required property string agree
    property bool agreed: false
    required property var points
    required property string title

    heading: Words.say(title)
    primaryText: Words.say("button.next")
    primaryUsable: agreed

    onPrimaryChosen: answered("agreed")

    Pages {
        spacing: Theme.gap

        anchors {
            bottom: box.top
            bottomMargin: Theme.gap
            left: parent.left
            right: parent.right
            top: parent.top
        }

        Repeater {
            model: screen.points

            NeedLine {
                required property string modelData

                height: implicitHeight
                text: modelData
                width: screen.room.width
            }
        }
    }

    OptionRow {
        id: box

        box: true
        height: implicitHeight
        marked: screen.agreed
        objectName: "agree"
        text: Words.say(screen.agree)
        width: parent.width
        y: parent.height - height

        onChosen: screen.agreed = !screen.agreed
    }
}
