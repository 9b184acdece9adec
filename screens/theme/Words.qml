pragma Singleton

import QtQuick

// What the screens say: the catalogue of the page's language. A message that is missing is a defect and warns.
QtObject {
    property string language: "zh_CN"
    property var table: ({})

    // What is wider than `width` breaks after a comma or a sentence; it is left to wrap where that would need more lines.
    function inLines(words: string, width: real, metrics: FontMetrics): string {
        if (width <= 0)
            return words;
        return words.split("\n").map(paragraph => {
            const total = metrics.advanceWidth(paragraph);
            if (total <= width)
                return paragraph;
            const found = [""];
            for (const phrase of paragraph.replace(/([，、。；：？]|[,.;:?→] )(?=.)(?![”）])/g, "$1\n").split("\n")) {
                const line = found[found.length - 1] + phrase;
                if (metrics.advanceWidth(line.trim()) <= width)
                    found[found.length - 1] = line;
                else
                    found.push(phrase);
            }
            const fits = found.every(line => metrics.advanceWidth(line.trim()) <= width) && found.length <= Math.ceil(total / width);
            return fits ? found.map(line => line.trim()).join("\n") : paragraph;
        }).join("\n");
    }

    function say(key: string, args: var): string {
        const text = table[key];
        if (text === undefined) {
            if (Object.keys(table).length > 0)
                console.warn("no message", key, "in", language);
            return "";
        }
        if (args === undefined)
            return text;
        return text.replace(/\{(\w+)\}/g, (whole, name) => args[name] ?? whole);
    }

    // Messages `key`.1, `key`.2 … as far as there are any.
    function steps(key: string): var {
        const found = [];
        while (table[key + "." + (found.length + 1)] !== undefined)
            found.push(table[key + "." + (found.length + 1)]);
        return found;
    }
}
