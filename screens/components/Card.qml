import QtQuick
import screens.theme

// A sheet of paper lying on the ground.
Item {
    id: card

    property color color: Theme.paper
    default property alias content: sheet.data
    property int corner: Theme.radius
    property color edge: Theme.line

    Shadow {
        corner: card.corner
        of: sheet
    }

    Rectangle {
        id: sheet

        anchors.fill: parent
        color: card.color
        radius: card.corner

        border {
            color: card.edge
            width: Theme.hairline
        }
    }
}
