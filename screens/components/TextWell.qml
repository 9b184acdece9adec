import QtQuick
import screens.theme

// What was typed so far, and where the next character comes. A touch on the text puts the caret there.
Rectangle {
    id: well

    property var typed: null
    readonly property string after: typed?.after ?? ""
    readonly property string before: typed?.before ?? ""
    readonly property string composing: typed?.composing ?? ""
    property int size: Theme.lead
    property int lines: 3
    property int linesLeast: 1

    signal pressed(name: string)

    function heightOf(count: int): int {
        return Math.max(Theme.target, Math.ceil(count * metrics.lineSpacing) + 2 * Theme.grid);
    }

    function linesIn(room: real): int {
        return Math.floor((room - 2 * Theme.grid) / metrics.lineSpacing);
    }

    function mark(): void {
        line.select(before.length, before.length + composing.length);
        const place = line.positionToRectangle(before.length + composing.length);
        caret.x = line.x + place.x;
        caret.y = place.y;
        caret.height = place.height;
    }

    color: Theme.paper
    objectName: "text-well"
    implicitHeight: heightOf(Math.min(Math.max(line.lineCount, linesLeast), lines))
    radius: Theme.radiusSmall

    onTypedChanged: mark()

    border {
        color: Theme.pine
        width: Theme.stroke
    }

    FontMetrics {
        id: metrics

        font.pixelSize: well.size
    }

    Item {
        id: frame

        anchors.fill: parent
        anchors.margins: Theme.grid
        clip: true

        TextEdit {
            id: line

            activeFocusOnPress: false
            color: Theme.ink
            enabled: false // it would take the touch
            readOnly: true
            selectByMouse: false
            selectedTextColor: Theme.mistInk
            selectionColor: Theme.contrast ? Theme.pressed : Theme.mistTint
            text: well.before + well.composing + well.after
            textFormat: TextEdit.PlainText
            width: parent.width
            wrapMode: TextEdit.Wrap
            y: Math.min(well.linesLeast === 1 && implicitHeight <= frame.height ? (frame.height - implicitHeight) / 2 : 0, frame.height - caret.y - caret.height)

            font.pixelSize: well.size

            onContentSizeChanged: well.mark()
            onTextChanged: well.mark()
        }

        Rectangle {
            id: caret

            color: Theme.persimmon
            width: Theme.stroke

            transform: Translate {
                y: line.y
            }
        }

        TapHandler {
            gesturePolicy: TapHandler.ReleaseWithinBounds

            onTapped: point => {
                if (well.composing === "") {
                    const place = line.positionAt(point.position.x - line.x, point.position.y - line.y);
                    well.pressed("caret-" + Array.from(line.text.slice(0, place)).length);
                }
            }
        }
    }
}
