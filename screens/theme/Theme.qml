pragma Singleton

import QtQuick

// Every color and every size of the screens. Sizes are millimetres of the configured panel; Python sets `pxPerMm`,
// Main.qml the panel's size, and each page its modes.
QtObject {
    id: theme

    property real pxPerMm: 4
    property real panelWidth: 1080
    property real panelHeight: 1920
    property bool large: false
    property bool contrast: false
    property bool motion: true
    property int debounce: 500
    readonly property int keyAgain: Math.min(debounce, 120) // "000" as quickly as a finger types it

    // The panel
    readonly property bool landscape: panelWidth > panelHeight
    readonly property real shortSideMm: Math.min(panelWidth, panelHeight) / pxPerMm
    readonly property bool narrow: !landscape && shortSideMm < 230
    readonly property bool tight: landscape || narrow
    readonly property real scale: large ? 1.5 : 1

    // Space: a grid of 4 mm
    readonly property int grid: mm(4)
    readonly property int half: mm(2)
    readonly property int margin: narrow ? mm(12) : mm(16)
    readonly property int gap: mm(4)
    readonly property int air: tight ? mm(4) : mm(7) // between a screen's parts
    readonly property int hairline: Math.max(1, mm(contrast ? 0.75 : 0.4))
    readonly property int stroke: Math.max(2, mm(contrast ? 1.2 : 0.75))
    readonly property int focusLine: Math.max(3, mm(0.9)) // of two, around what the keyboard is at
    readonly property int radius: mm(8)
    readonly property int radiusSmall: mm(4)

    // Controls
    readonly property int target: mm(20)
    readonly property int button: mm(large && !tight ? 28 : 24)
    readonly property int key: mm(22)
    readonly property int keyGap: mm(3) // between the many keys of the keyboard
    readonly property int keyMost: mm(landscape ? 24 : 27)
    readonly property int keyboardLeast: 10 * target + 9 * keyGap // of a keyboard with ten keys in a row
    readonly property int bar: mm(large && !tight ? 36 : 28)
    readonly property int pictureSmall: mm(10)
    readonly property int picture: mm(16)
    readonly property int pictureLarge: mm(32)
    readonly property int qrSide: mm(68)
    readonly property int qrLeast: mm(60)
    readonly property int qrMost: mm(140)
    readonly property int slipMost: mm(large && !tight ? 220 : 190)
    readonly property int codeRoom: mm(48)

    // Type: capitals of 10 mm type are 7.3 mm high. Large print is 1.5 times the smallest type; on a small panel what is
    // large already grows less, or words would break.
    readonly property int caption: mm(10 * (large ? (tight ? 1.2 : 1.5) : 1))
    readonly property int hallName: mm(large ? 12 : 10)
    readonly property int body: large && tight ? mm(15) : mm(10.5 * scale)
    readonly property int lead: large && tight ? mm(15) : mm(12.5 * scale)
    readonly property int action: large && tight ? mm(14) : mm(12.5 * (large ? 1.4 : 1))
    readonly property int heading: large && tight ? mm(16) : mm((narrow ? 12.5 : 14) * scale)
    readonly property int title: large && tight ? mm(17) : mm(narrow ? 13 : large ? 23 : 17)
    readonly property int modeCaption: mm(10 * (large && !tight ? 1.4 : 1))
    readonly property int keyCaption: mm(10 * (large && !narrow ? 1.25 : 1))
    readonly property int digits: mm((narrow ? 15 : 18) * (large ? 1.25 : 1))
    readonly property int written: mm(14.5 * (large ? 1.3 : 1)) // several lines of it
    readonly property int letter: mm(large ? 15 : 12) // on a key among many
    readonly property int mark: mm(large && !narrow ? 13 : 10) // of several characters
    readonly property int markLeast: mm(8.2) // of Han, where a key is narrow
    readonly property int markLatin: mm(10)
    readonly property int candidate: mm(large ? (tight ? 16 : 18) : 13)
    readonly property int candidateAlone: mm(large && !tight ? 20 : 16) // in a cell of its own, where rare ones are looked for
    readonly property int amount: mm((narrow ? 24 : 30) * (large && !landscape ? 1.25 : 1))
    readonly property int clock: mm((narrow ? 40 : 56))
    readonly property real lineHeight: 1.03
    readonly property real titleLineHeight: 0.92

    // Ground and ink
    readonly property color ground: contrast ? "#000000" : "#f7f3eb"
    readonly property color paper: contrast ? "#000000" : "#fffdf9"
    readonly property color pressed: contrast ? "#333333" : "#efe8da"
    readonly property color ink: contrast ? "#ffffff" : "#17312d"
    readonly property color second: contrast ? "#ffffff" : "#50625e"
    readonly property color line: contrast ? "#ffffff" : "#e4ddd0"
    readonly property color edge: contrast ? "#ffffff" : "#73726a"
    readonly property color track: contrast ? "#4d4d4d" : "#e4ddd0"
    readonly property color focus: contrast ? "#ffffff" : "#17312d"
    readonly property color focusHalo: contrast ? "#000000" : "#ffffff"
    readonly property color scrim: contrast ? "#e6000000" : "#cc17312d"
    readonly property color clear: "#00000000"
    readonly property color white: "#ffffff"
    readonly property color black: "#000000"

    // The civic color: what moves on
    readonly property color pine: contrast ? "#ffe14d" : "#0f5147"
    readonly property color pinePressed: contrast ? "#fff3b0" : "#0a3a33"
    readonly property color overPine: contrast ? "#000000" : "#ffffff"
    readonly property color overPineSecond: contrast ? "#000000" : "#d5e5df"
    readonly property color pineTint: contrast ? "#000000" : "#2c675e"
    readonly property color mist: contrast ? "#000000" : "#e3ede7"
    readonly property color mistInk: contrast ? "#ffffff" : "#0f5147"
    readonly property color mistTint: contrast ? "#000000" : "#bcd6ca"

    // The ground of a finished errand
    readonly property color deep: contrast ? "#000000" : "#0f5147"
    readonly property color deepPressed: contrast ? "#333333" : "#0a3a33"
    readonly property color deepPlate: contrast ? "#000000" : "#0b453c"
    readonly property color overDeep: "#ffffff"
    readonly property color overDeepSecond: contrast ? "#ffffff" : "#d5e5df"
    readonly property color slot: contrast ? "#ffffff" : "#08332c"

    // The warm color: money, and what to do at the machine
    readonly property color persimmon: contrast ? "#ffe14d" : "#d8612a"
    readonly property color persimmonInk: contrast ? "#ffe14d" : "#a9471a"
    readonly property color persimmonGlow: contrast ? "#333333" : "#a9471a"
    readonly property color peach: contrast ? "#000000" : "#fbe6d8"
    readonly property color peachTint: contrast ? "#000000" : "#f3c3a3"
    readonly property color quietTint: contrast ? "#000000" : "#e4ddd0"
    readonly property color flame: contrast ? "#000000" : "#f2a46c"

    // Elevation
    readonly property bool shadows: !contrast
    readonly property color shadow: "#1a4a3a22"
    readonly property color shadowDeep: "#3d0a2620"
    readonly property int shadowBlur: mm(5)
    readonly property int shadowDrop: mm(1.5)

    // Motion, ms
    readonly property int slide: motion ? 260 : 0
    readonly property int drift: motion ? 1200 : 0
    readonly property int paperSlide: motion ? 1600 : 0
    readonly property int beat: 1000
    readonly property int holdBefore: 600 // how long a key is held before it repeats
    readonly property int holdEvery: 120

    function mm(size: real): int {
        return Math.round(size * pxPerMm);
    }

    function hex(value: color): string {
        return value.toString().slice(-6);
    }
}
