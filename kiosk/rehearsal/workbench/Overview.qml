pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// Everybody the terminal speaks with, at a glance.
ScrollSheet {
    id: overview

    readonly property int columns: width > Theme.mm(560) ? 2 : 1
    readonly property real share: (width - Theme.mm(6) - (columns - 1) * Theme.mm(12)) / columns

    contentHeight: sheet.height + Theme.mm(10)

    Column {
        id: sheet

        spacing: Theme.mm(12)
        width: overview.width - Theme.mm(6)

        Row {
            spacing: Theme.mm(12)

            Repeater {
                model: overview.columns

                Column {
                    id: column

                    required property int index

                    spacing: Theme.mm(12)

                    Repeater {
                        model: Bench.parties.filter((party, n) => n % overview.columns === column.index)

                        PartyCard {
                            required property var modelData

                            height: implicitHeight
                            party: modelData
                            width: overview.share
                        }
                    }

                    Accounts {
                        height: implicitHeight
                        visible: column.index === 0 && Bench.accounts.length > 0
                        width: overview.share
                    }
                }
            }
        }
    }
}
