import QtQuick
import screens.theme

// A sheet of paper lying on the ground.
Item {
    id: card

    default property alias content: sheet.data
    property color color: Theme.paper
    property color edge: Theme.line
    property int corner: Theme.radius

    Shadow {
        of: sheet
        corner: card.corner
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
