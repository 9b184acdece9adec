import QtQuick
import QtQuick.Shapes
import screens.theme

// What is left of a time, as a ring that shortens once a second: `seconds` of `whole`.
Item {
    id: ring

    property color color: Theme.pine
    property real seconds: 0
    property int side: Theme.picture
    property real whole: 1

    implicitHeight: side
    implicitWidth: side

    Shape {
        anchors.fill: parent
        preferredRendererType: Shape.GeometryRenderer

        ShapePath {
            capStyle: ShapePath.FlatCap
            fillColor: Theme.clear
            strokeColor: Theme.track
            strokeWidth: ring.side * 0.12

            PathAngleArc {
                centerX: ring.side / 2
                centerY: ring.side / 2
                radiusX: ring.side * 0.42
                radiusY: ring.side * 0.42
                startAngle: -90
                sweepAngle: 360
            }
        }

        ShapePath {
            capStyle: ShapePath.RoundCap
            fillColor: Theme.clear
            strokeColor: ring.color
            strokeWidth: ring.side * 0.12

            PathAngleArc {
                centerX: ring.side / 2
                centerY: ring.side / 2
                radiusX: ring.side * 0.42
                radiusY: ring.side * 0.42
                startAngle: -90
                sweepAngle: 360 * Math.max(0, Math.min(1, ring.seconds / ring.whole))
            }
        }
    }
}
