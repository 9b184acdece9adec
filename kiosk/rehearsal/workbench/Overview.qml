pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// Everybody the terminal speaks with, at a glance. A card is made once: where it stands is a matter of the width alone.
ScrollSheet {
    id: overview

    readonly property int columns: width > Theme.mm(560) ? 2 : 1
    readonly property real gap: Theme.mm(12)
    readonly property real share: (width - Theme.mm(6) - (columns - 1) * gap) / columns

    function last(column: int): Item {
        return cards.itemAt(cards.count - 1 - (cards.count - 1 - column) % columns);
    }

    function under(card: Item): real {
        return card ? card.y + card.height + gap : 0;
    }

    contentHeight: Math.max(accounts.visible ? under(accounts) : accounts.y, under(last(columns - 1)))

    Repeater {
        id: cards

        model: Bench.parties

        PartyCard {
            required property int index
            required property var modelData

            height: implicitHeight
            party: modelData
            width: overview.share
            x: index % overview.columns * (overview.share + overview.gap)
            y: overview.under(index < overview.columns ? null : cards.itemAt(index - overview.columns))
        }
    }

    Accounts {
        id: accounts

        height: implicitHeight
        visible: Bench.accounts.length > 0
        width: overview.share
        y: overview.under(overview.last(0))
    }
}
