pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The likeliest words for the letters, as many as fit, and the way to all the others.
Item {
    id: bar

    property string composing
    readonly property int fitting: count()
    property bool more: false
    property bool pinyin: false
    readonly property real room: width - (more ? all.width + Theme.keyGap : 0)
    property var words: []

    signal pressed(name: string)

    function count(): int {
        let x = 0;
        for (let index = 0; index < words.length; index++) {
            x += widthOf(words[index]);
            if (index > 0 && x > room)
                return index;
            x += Theme.keyGap;
        }
        return words.length;
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

    Row {
        spacing: Theme.keyGap

        Repeater {
            model: bar.fitting

            CandidateKey {
                required property int index

                first: index === 0
                height: bar.height
                objectName: "pick-" + index
                text: bar.words[index] ?? ""
                width: bar.widthOf(text)

                onChosen: bar.pressed("pick-" + index)
            }
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
