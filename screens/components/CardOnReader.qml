pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Shapes
import screens.theme

// The reader's field, and the identity card that goes down onto it, slowly and again and again, or lies there while it is
// read, or is lifted once before it goes down again.
Item {
    id: drawing

    readonly property real above: Math.round(side * 0.06)
    readonly property real down: field.y + Math.round((field.height - card.height) / 2)
    property bool lifted: false
    property bool reading: false
    property int side: Theme.pictureLarge

    height: side
    width: side

    Rectangle {
        id: field

        color: drawing.lifted ? Theme.peach : Theme.mist
        height: Math.round(drawing.side * 0.62)
        radius: Theme.radius
        width: Math.round(drawing.side * 0.94)
        x: Math.round((drawing.side - width) / 2)
        y: drawing.side - height

        border {
            color: drawing.lifted ? Theme.persimmonInk : Theme.mistInk
            width: Theme.stroke
        }

        // The waves by which such readers are known, on both sides of the card
        Repeater {
            model: 6

            Shape {
                id: wave

                required property int index
                readonly property bool before: index < 3
                readonly property real reach: drawing.side * (0.04 + 0.035 * (index % 3))

                anchors.fill: parent
                preferredRendererType: Shape.GeometryRenderer

                ShapePath {
                    capStyle: ShapePath.RoundCap
                    fillColor: Theme.clear
                    strokeColor: drawing.lifted ? Theme.peachTint : Theme.mistTint
                    strokeWidth: Theme.stroke

                    PathAngleArc {
                        centerX: field.width / 2 + (wave.before ? -0.3 : 0.3) * drawing.side
                        centerY: field.height / 2
                        radiusX: wave.reach
                        radiusY: wave.reach
                        startAngle: wave.before ? 135 : -45
                        sweepAngle: 90
                    }
                }
            }
        }
    }

    Rectangle {
        id: card

        readonly property real unit: width / 86 // of a card's millimeter

        color: Theme.paper
        height: Math.round(width * 54 / 86)
        radius: Math.round(5 * unit)
        width: Math.round(drawing.side * 0.56)
        x: Math.round((drawing.side - width) / 2)
        y: drawing.down

        border {
            color: Theme.persimmonInk
            width: Theme.stroke
        }

        Rectangle {
            id: photo

            clip: true
            color: Theme.peach
            height: Math.round(30 * card.unit)
            radius: Math.round(2 * card.unit)
            width: Math.round(24 * card.unit)
            x: Math.round(54 * card.unit)
            y: Math.round(9 * card.unit)

            border {
                color: Theme.persimmonInk
                width: Theme.contrast ? Theme.hairline : 0
            }

            Rectangle {
                id: head

                color: Theme.persimmonInk
                height: Math.round(10 * card.unit)
                radius: height / 2
                width: height
                x: Math.round((photo.width - width) / 2)
                y: Math.round(6 * card.unit)
            }

            Rectangle {
                color: Theme.persimmonInk
                height: width
                radius: width / 2
                width: Math.round(18 * card.unit)
                x: Math.round((photo.width - width) / 2)
                y: head.y + head.height + Math.round(2 * card.unit)
            }
        }

        Repeater {
            model: [30, 22, 38, 30]

            Rectangle {
                required property int index
                required property int modelData

                color: index === 0 ? Theme.persimmonInk : Theme.peachTint
                height: Math.round(4 * card.unit)
                radius: height / 2
                width: Math.round(modelData * card.unit)
                x: Math.round(8 * card.unit)
                y: Math.round((10 + 8.4 * index) * card.unit)

                border {
                    color: Theme.persimmonInk
                    width: Theme.contrast ? Theme.hairline : 0
                }
            }
        }

        Rectangle {
            color: Theme.peachTint
            height: Math.round(4 * card.unit)
            radius: height / 2
            width: Math.round(70 * card.unit)
            x: Math.round(8 * card.unit)
            y: Math.round(44 * card.unit)

            border {
                color: Theme.persimmonInk
                width: Theme.contrast ? Theme.hairline : 0
            }
        }
    }

    SequentialAnimation {
        loops: Animation.Infinite
        running: drawing.visible && !drawing.reading && Theme.motion

        YAnimator {
            duration: Theme.paperSlide
            easing.type: Easing.OutCubic
            from: drawing.lifted ? drawing.down : drawing.above
            target: card
            to: drawing.lifted ? drawing.above : drawing.down
        }

        PauseAnimation {
            duration: drawing.lifted ? Theme.beat / 2 : 2 * Theme.beat
        }

        YAnimator {
            duration: drawing.lifted ? Theme.paperSlide : 0
            easing.type: Easing.OutCubic
            from: drawing.lifted ? drawing.above : drawing.down
            target: card
            to: drawing.down
        }

        PauseAnimation {
            duration: drawing.lifted ? 2 * Theme.beat : 0
        }

        onRunningChanged: {
            if (!running)
                card.y = drawing.down;
        }
    }

    // A light that goes over the card
    Rectangle {
        id: light

        readonly property real last: card.x + Math.round(card.width * 0.94)
        readonly property real start: card.x + Math.round(card.width * 0.04)

        color: Theme.pine
        height: Math.round(card.height * 0.88)
        radius: width / 2
        visible: drawing.reading
        width: Theme.stroke
        x: start
        y: drawing.down + Math.round((card.height - height) / 2)

        SequentialAnimation {
            loops: Animation.Infinite
            running: light.visible && Theme.motion

            XAnimator {
                duration: Theme.drift
                easing.type: Easing.InOutSine
                from: light.start
                target: light
                to: light.last
            }

            XAnimator {
                duration: Theme.drift
                easing.type: Easing.InOutSine
                from: light.last
                target: light
                to: light.start
            }
        }
    }
}
