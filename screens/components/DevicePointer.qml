import QtQuick
import screens.theme

// The machine's own front, drawn from its measures, and what to look at there, slowly and again and again: the slip that
// comes out of its slot, the sheets that come out of theirs, or the card or phone that goes to its reader.
Item {
    id: pointer

    property string at: "reader" // where the card goes: "reader", "identity", or "scanner" for a phone
    readonly property real above: Math.max(0, front.screenY - 60)
    readonly property real broad: Math.max(front.width, spotX + 70, front.screenX + front.screenWidth + 60)
    property bool card: false
    readonly property real cut: Math.max(front.paperY, spotY, front.screenY + front.screenHeight, sheets ? front.sheetsY + 60 : 0) + 230
    readonly property var front: Hall.front
    property color glass: Theme.mist
    property color here: Theme.persimmon
    property color ink: Theme.ink
    property color metal: Theme.paper
    property bool moving: false
    property bool sheets: false
    readonly property real spotX: front[at + "X"]
    readonly property real spotY: front[at + "Y"]
    readonly property real unit: height / (cut - above)

    implicitHeight: Theme.pictureLarge
    implicitWidth: Math.round(broad * unit)

    Rectangle {
        anchors.fill: parent
        color: pointer.metal
        radius: Theme.half

        border {
            color: pointer.ink
            width: Theme.stroke
        }
    }

    Rectangle {
        color: pointer.glass
        height: Math.round(pointer.front.screenHeight * pointer.unit)
        radius: Theme.hairline
        width: Math.round(pointer.front.screenWidth * pointer.unit)
        x: Math.round(pointer.front.screenX * pointer.unit)
        y: Math.round((pointer.front.screenY - pointer.above) * pointer.unit)

        border {
            color: pointer.ink
            width: Theme.hairline
        }
    }

    Rectangle {
        id: slot

        color: pointer.ink
        height: Math.max(Theme.stroke, Math.round(20 * pointer.unit))
        radius: height / 2
        width: Math.round((pointer.sheets ? 290 : 200) * pointer.unit)
        x: Math.round((pointer.sheets ? pointer.front.sheetsX : pointer.front.paperX) * pointer.unit - width / 2)
        y: Math.round(((pointer.sheets ? pointer.front.sheetsY : pointer.front.paperY) - pointer.above) * pointer.unit)
    }

    Rectangle {
        id: reader

        color: pointer.metal
        height: Math.round(120 * pointer.unit)
        radius: Theme.hairline
        visible: pointer.card
        width: Math.round(100 * pointer.unit)
        x: Math.round(pointer.spotX * pointer.unit - width / 2)
        y: Math.round((pointer.spotY - pointer.above) * pointer.unit - height / 2)

        border {
            color: pointer.here
            width: Theme.stroke
        }
    }

    Rectangle {
        id: card

        readonly property real there: reader.y + reader.height - Math.round(height / 3)

        color: pointer.here
        height: Math.round(90 * pointer.unit)
        radius: Theme.hairline
        visible: pointer.card
        width: Math.round(60 * pointer.unit)
        x: reader.x + Math.round((reader.width - width) / 2)
        y: there

        SequentialAnimation {
            loops: Animation.Infinite
            running: pointer.moving && pointer.visible && pointer.card && Theme.motion

            YAnimator {
                duration: Theme.paperSlide
                easing.type: Easing.OutCubic
                from: card.there + card.height
                target: card
                to: card.there
            }

            PauseAnimation {
                duration: 2 * Theme.beat
            }
        }
    }

    Item {
        anchors.horizontalCenter: slot.horizontalCenter
        anchors.top: slot.verticalCenter
        clip: true
        visible: !pointer.card
        height: Math.round((pointer.sheets ? 210 : 170) * pointer.unit)
        width: Math.round((pointer.sheets ? 220 : 140) * pointer.unit)

        Rectangle {
            id: tongue

            color: pointer.here
            height: parent.height
            width: parent.width

            SequentialAnimation {
                loops: Animation.Infinite
                running: pointer.moving && pointer.visible && !pointer.card && Theme.motion

                YAnimator {
                    duration: Theme.paperSlide
                    easing.type: Easing.OutCubic
                    from: -tongue.height
                    target: tongue
                    to: 0
                }

                PauseAnimation {
                    duration: 2 * Theme.beat
                }
            }
        }
    }
}
