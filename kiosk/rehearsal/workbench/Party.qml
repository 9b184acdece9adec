import QtQml

// What the window knows of one simulator; Python fills it.
QtObject {
    property bool alive: true
    property string amount
    property string answer // what came of the last press
    property var armed: []
    property var display: []
    property var facts: ({})
    property var faults: []
    property var groups: []
    property string icon
    property string name
    property string paper
    property string picture
    property var state: []
    property var tables: []
    property var talk
    property string title
}
