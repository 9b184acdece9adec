pragma Singleton

import QtQuick

// What the screens say: the catalogue of the page's language. A message that is missing is a defect and warns.
QtObject {
    property string language: "zh_CN"
    property var table: ({})

    // What never breaks: a number with its unit, a word, a sign with what it belongs to; and the catalogue's own list.
    readonly property var piece: {
        const units = "分钟|位数字|[步页种人元年月日号项次位秒分户档]|m³";
        const opening = "[“（¥]*";
        const closing = "[”），。、；：？…]*(?: [·→])?[了吗的吧]?[，。；：？]* ?";
        const number = "¥[0-9.,]+|(?:[约第共] ?)?[0-9][0-9.,:–‑-]*(?: ?(?:" + units + "|[a-z]+))?";
        const kept = (table["words.together"] ?? "").split("|").filter(word => word !== "").join("|");
        return new RegExp(opening + "(?:" + (kept === "" ? "" : kept + "|") + number + "|[\\ud800-\\udbff][\\udc00-\\udfff]|[⺀-鿿豈-﫿！-￯]|[^ “⺀-鿿豈-﫿！-￯]+)" + closing, "g");
    }

    // What is wider than `width`, in as few lines as it needs: ending where a clerk would pause, and of even length.
    function inLines(words: string, width: real, metrics: FontMetrics): string {
        if (width <= 0)
            return words;
        return words.split("\n").map(paragraph => metrics.advanceWidth(paragraph) <= width ? paragraph : broken(paragraph.match(piece) ?? [], width, metrics) ?? paragraph).join("\n");
    }

    // The cheapest way to break `pieces`; a line costs, and so do its empty end, a break inside a phrase, a lonely last word.
    function broken(pieces: var, width: real, metrics: FontMetrics): var {
        const em = metrics.height / 1.4;
        const wide = pieces.map(piece => metrics.advanceWidth(piece));
        const bare = pieces.map((piece, at) => piece.endsWith(" ") ? metrics.advanceWidth(piece.trim()) : wide[at]);
        const best = [
            {
                "cost": 0,
                "from": 0
            }
        ];
        for (let end = 1; end <= pieces.length; end++) {
            const last = end === pieces.length;
            const pause = /[，。、；：？,.;:?→] ?$/.test(pieces[end - 1]);
            let found = null;
            let length = bare[end - 1];
            for (let from = end - 1; from >= 0 && length <= width; from--) {
                const empty = 1 - length / width;
                const cost = best[from].cost + 4 + (length < 2.5 * em ? 1 : 0) + (last ? empty * empty * 0.5 : (pause ? 0 : 0.6) + empty * empty);
                if (found === null || cost < found.cost)
                    found = {
                        "cost": cost,
                        "from": from
                    };
                if (from > 0)
                    length += wide[from - 1];
            }
            if (found === null)
                return null; // a piece is wider than the line
            best.push(found);
        }
        const lines = [];
        for (let end = pieces.length; end > 0; end = best[end].from)
            lines.unshift(pieces.slice(best[end].from, end).join("").trim().replace(/ ·$/, ""));
        return lines.join("\n");
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
