pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// How was it? Five faces, each with its words; one touch marks, another sends.
ScreenFrame {
    id: screen

    property int grade: Number(previous)
    required property string service

    heading: Words.say("screen.RateService.title")
    primaryText: Words.say("screen.RateService.send")
    primaryUsable: grade > 0
    secondaryName: "skip"
    secondaryText: Words.say("screen.RateService.skip")

    onPrimaryChosen: answered(String(grade))
    onSecondaryChosen: answered("skip")

    Prose {
        id: about

        color: Theme.second
        say: Words.say("screen.RateService.about", {
            "service": screen.service
        })
        visible: !(Theme.large && Theme.tight)
        width: parent.width
    }

    Grid {
        id: grades

        readonly property int most: Theme.grid * (beside ? 24 : 13)
        readonly property bool beside: Theme.landscape
        readonly property int share: beside ? tall : Math.floor((tall - 4 * spacing) / 5)
        readonly property real tall: screen.room.height - y

        columns: beside ? 5 : 1
        spacing: Theme.gap
        width: parent.width
        y: about.visible ? about.height + Theme.air : 0

        Repeater {
            model: [5, 4, 3, 2, 1]

            OptionRow {
                required property int modelData

                height: Math.min(grades.share, grades.most)
                icon: "face_" + modelData
                marked: screen.grade === modelData
                objectName: "grade-" + modelData
                stacked: grades.beside
                text: Words.say("grade." + modelData)
                width: grades.beside ? Math.floor((grades.width - 4 * grades.spacing) / 5) : grades.width

                onChosen: screen.grade = modelData
            }
        }
    }
}
