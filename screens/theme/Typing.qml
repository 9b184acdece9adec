pragma Singleton

import QtQuick

// The way to whoever knows what the keys mean (kiosk.stage.typing): asked on this thread, it has set `answer` when the
// signal returns. Every keyboard has a number. Nothing of what is typed stays here.
QtObject {
    id: typing

    property var answer: null
    property int last: 0

    signal asked(number: int, what: string, details: string)

    function ask(number: int, what: string, details: var): var {
        asked(number, what, JSON.stringify(details));
        const given = answer;
        answer = null;
        return given;
    }

    function begin(kind: string, most: int, text: string): int {
        last += 1;
        ask(last, "begin", {
            "kind": kind,
            "language": Words.language,
            "most": most,
            "text": text
        });
        return last;
    }

    function end(number: int): void {
        ask(number, "end", null);
    }

    function fit(number: int, wide: bool, columns: int, rows: int, cell: int): var {
        return ask(number, "fit", {
            "shape": {
                "cell": cell,
                "columns": columns,
                "rows": rows
            },
            "wide": wide
        });
    }

    function press(number: int, key: string): var {
        return ask(number, "press", key);
    }
}
