import QtQuick
import screens.theme

// A key among many. What repeats while it is held says so.
Touchable {
    id: cap

    readonly property string words: modelData.side >= 0 ? side : modelData.face !== "" ? (upper ? modelData.face.toUpperCase() : modelData.face) : drawn ? "" : Words.say("screen.keyboard." + modelData.name)
    readonly property bool drawn: modelData.name === "delete" || modelData.name === "shift"
    property bool held: false
    required property var modelData
    property bool on: false
    readonly property bool quiet: modelData.quiet
    property bool roomy: false // one of twelve
    readonly property bool repeats: modelData.name === "delete"
    property string side
    readonly property bool single: !quiet && words.length === 1
    property bool upper: false

    signal typed(name: string)

    again: Theme.keyAgain
    corner: Theme.radiusSmall
    objectName: "key-" + modelData.name
    spoken: drawn ? Words.say("screen.keyboard." + modelData.name) : words
    enabled: modelData.side < 0 || side !== ""
    opacity: enabled ? 1 : 0

    onChosen: {
        if (!held)
            typed(modelData.name);
    }
    onPressedChanged: {
        if (pressed)
            held = false;
    }

    Timer {
        interval: cap.held ? Theme.holdEvery : Theme.holdBefore
        repeat: true
        running: cap.repeats && cap.pressed

        onTriggered: {
            cap.held = true;
            cap.typed(cap.modelData.name);
        }
    }

    Shadow {
        corner: face.radius
        of: face
        visible: Theme.shadows && cap.roomy && !cap.quiet && !cap.pressed
    }

    Rectangle {
        id: face

        anchors.fill: parent
        color: cap.pressed ? (Theme.contrast ? Theme.pressed : Theme.mistTint) : cap.on ? Theme.mist : cap.quiet ? Theme.ground : Theme.paper
        radius: Theme.radiusSmall

        border {
            color: cap.pressed || cap.on ? Theme.pine : Theme.edge
            width: cap.pressed || cap.on ? Theme.stroke : Theme.hairline
        }
    }

    Text {
        anchors.centerIn: parent
        color: Theme.ink
        text: cap.words
        textFormat: Text.PlainText

        font {
            bold: cap.single
            pixelSize: cap.single ? cap.roomy ? Math.min(Theme.digits, Math.round(cap.height * 0.8)) : Theme.letter : Math.max(/^[a-z]/i.test(cap.words) ? Theme.markLatin : Theme.markLeast, Math.min(Theme.mark, Math.floor(Theme.mark * (cap.width - 2 * Theme.half) / Math.max(1, metrics.advanceWidth(cap.words)))))
        }
    }

    FontMetrics {
        id: metrics

        font.pixelSize: Theme.mark
    }

    Icon {
        anchors.centerIn: parent
        name: cap.drawn ? cap.modelData.name : ""
        side: cap.roomy ? Theme.digits : Theme.letter
        tint: Theme.ground
        visible: cap.drawn
    }
}
