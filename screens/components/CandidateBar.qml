pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The likeliest words for the letters, as many as fit, and the way to all the others.
Item {
    id: bar

    property string composing
    readonly property var begins: places()
    property bool more: false
    property bool pinyin: false
    readonly property real room: width - (more ? all.width + Theme.keyGap : 0)
    property var words: []

    signal pressed(name: string)

    // Where each of the words begins that have room.
    function places(): var {
        const found = [];
        let x = 0;
        for (const word of words) {
            const width = widthOf(word);
            if (found.length > 0 && x + width > room)
                break;
            found.push(x);
            x += width + Theme.keyGap;
        }
        return found;
    }

    function widthOf(word: string): real {
        return Math.min(room, Math.max(Theme.target, Math.ceil(metrics.advanceWidth(word)) + 2 * Theme.grid));
    }

    height: Math.max(Theme.target, Math.round(Theme.candidate * 1.5))

    FontMetrics {
        id: metrics

        font.pixelSize: Theme.candidate
    }

    Prose {
        anchors.verticalCenter: parent.verticalCenter
        color: Theme.second
        say: Words.say("screen.keyboard.choose_here")
        visible: bar.pinyin && bar.composing === ""
        width: parent.width
    }

    Repeater {
        model: bar.begins.length

        CandidateKey {
            required property int index

            first: index === 0
            height: bar.height
            objectName: "pick-" + index
            text: bar.words[index] ?? ""
            width: bar.widthOf(text)
            x: bar.begins[index] ?? 0

            onChosen: bar.pressed("pick-" + index)
        }
    }

    PagerButton {
        id: all

        anchors.right: parent.right
        height: parent.height
        icon: "down"
        objectName: "candidates-more"
        spoken: Words.say("screen.keyboard.more")
        usable: bar.more
        width: Theme.target

        onChosen: bar.pressed("more")
    }
}
