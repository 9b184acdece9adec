pragma Singleton

import QtQuick

// What the window shows and what is asked of it; Python fills the one and hears the other.
QtObject {
    property var accounts: []
    property var hints: []
    property string language: "zh_CN"
    property var lines: []
    property string page: "" // all, a simulator's name, "books" or "talk"
    property var parties: []
    property var table: ({})
    property var talk
    property string tip // what the button under the mouse does
    property var titles: ({})

    signal acted(string party, string action)
    signal armed(string party, string fault, int times)
    signal choseLanguage
    signal cleared(string party, string fault)
    signal pressed(string party, int n)

    // English is the key; what nobody has translated stays English.
    function say(english: string): string {
        return table[english] ?? english.replace(/_/g, " ");
    }
}
