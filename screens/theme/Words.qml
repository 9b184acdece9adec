pragma Singleton

import QtQuick

// What the screens say: the catalogue of the page's language. A message that is missing is a defect and warns.
QtObject {
    property string language: "zh_CN"
    property var table: ({})

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
}
