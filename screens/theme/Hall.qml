pragma Singleton

import QtQuick

// The hall this machine stands in, its time, and the machine's own front in millimetres.
QtObject {
    property string date
    property var front: ({})
    property string name
    property string phone
    property string time
}
