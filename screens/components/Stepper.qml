import QtQuick
import screens.theme

// How many: one less, one more.
Item {
    id: stepper

    property int count: 1
    property int most: 1
    property string text // what is counted, "{n}" being the number

    implicitHeight: Theme.target
    implicitWidth: 2 * Theme.target + Theme.gap * 2 + metrics.advanceWidth(text)

    StepKey {
        id: fewer

        anchors.left: parent.left
        objectName: "fewer"
        sign: "−"
        spoken: Words.say("screen.ShowForm.fewer")
        usable: stepper.count > 1

        onChosen: stepper.count -= 1
    }

    Text {
        id: label

        anchors.centerIn: parent
        color: Theme.ink
        text: stepper.text
        textFormat: Text.PlainText

        font {
            bold: true
            pixelSize: Theme.lead
        }

        FontMetrics {
            id: metrics

            font: label.font
        }
    }

    StepKey {
        anchors.right: parent.right
        objectName: "more"
        sign: "+"
        spoken: Words.say("screen.ShowForm.more")
        usable: stepper.count < stepper.most

        onChosen: stepper.count += 1
    }

    component StepKey: Touchable {
        id: key

        property string sign
        property bool usable: true

        again: Theme.keyAgain
        corner: Theme.radiusSmall
        enabled: usable
        height: Theme.target
        width: Theme.target

        Rectangle {
            anchors.fill: parent
            color: key.pressed ? Theme.pressed : key.usable ? Theme.paper : Theme.ground
            radius: Theme.radiusSmall

            border {
                color: key.usable ? Theme.edge : Theme.line
                width: Theme.hairline
            }
        }

        Text {
            anchors.centerIn: parent
            color: key.usable ? Theme.ink : Theme.second
            text: key.sign
            textFormat: Text.PlainText

            font {
                bold: true
                pixelSize: Math.round(Theme.target * 0.5)
            }
        }
    }
}
