pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Shall this gas go onto your card? What it costs tier by tier, or that it is yours already.
ScreenFrame {
    id: screen

    required property string account
    required property string address
    required property string afterM3
    readonly property bool beside: Theme.landscape
    required property bool free
    required property string gasM3
    required property string holder
    readonly property int leftWidth: Math.round((room.width - Theme.gap) * 0.46)
    required property var lines
    readonly property var rows: {
        const found = [
            {
                "label": Words.say(free ? "screen.ConfirmGas.nothing" : "screen.ConfirmGas.gas"),
                "figure": free ? total : volume,
                "strong": true
            }
        ];
        for (const line of lines)
            found.push({
                "label": Words.say("screen.ConfirmBill.tier", {
                    "tier": Words.say("tier." + line.tier),
                    "volume": line.volumeM3,
                    "price": line.unitPrice
                }),
                "figure": line.amount,
                "strong": false
            });
        if (!free)
            found.push({
                "label": Words.say("screen.ConfirmGas.this_cycle"),
                "figure": Words.say("screen.volume", {
                    "volume": usedThisCycleM3 + " → " + afterM3
                }),
                "strong": false
            });
        return found;
    }
    required property string total
    required property string usedThisCycleM3
    readonly property string volume: Words.say("screen.volume", {
        "volume": gasM3
    })

    heading: Words.say(free ? "screen.ConfirmGas.title_free" : "screen.ConfirmGas.title")
    primaryText: free ? Words.say("screen.ConfirmGas.load") : Words.say("screen.ConfirmTopUp.primary", {
        "amount": total
    })

    onPrimaryChosen: answered("pay")

    Card {
        id: first

        height: leftHead.implicitHeight + leftBand.implicitHeight + Theme.radius
        visible: screen.beside
        width: screen.leftWidth

        BillHead {
            id: leftHead

            account: screen.account
            address: screen.address
            brief: Theme.large
            height: implicitHeight
            holder: screen.holder
            width: parent.width
        }

        AmountBand {
            id: leftBand

            amount: screen.free ? screen.volume : screen.total
            anchors.top: leftHead.bottom
            height: implicitHeight
            label: Words.say(screen.free ? "screen.ConfirmGas.gas" : "screen.ConfirmGas.amount")
            width: parent.width
        }
    }

    Card {
        id: sheet

        height: Math.min(Math.ceil(ledger.implicitHeight) + 2 * Theme.grid, parent.height - (screen.beside || !notes.visible ? 0 : notes.implicitHeight + Theme.gap))
        width: parent.width - x
        x: screen.beside ? screen.leftWidth + Theme.gap : 0

        Pages {
            id: ledger

            anchors {
                bottomMargin: Theme.grid
                fill: parent
                topMargin: Theme.grid
            }

            BillHead {
                account: screen.account
                address: screen.address
                brief: Theme.large || Theme.narrow
                height: implicitHeight
                holder: screen.holder
                visible: !screen.beside
                width: parent.width
            }

            AmountBand {
                amount: screen.free ? screen.volume : screen.total
                height: implicitHeight
                label: Words.say(screen.free ? "screen.ConfirmGas.gas" : "screen.ConfirmGas.amount")
                visible: !screen.beside
                width: parent.width
            }

            Repeater {
                model: screen.rows

                LedgerRow {
                    required property int index
                    required property var modelData

                    airy: screen.rows.length < 6 && !Theme.tight && !Theme.large
                    figure: modelData.figure
                    height: implicitHeight
                    inset: Theme.radius
                    label: modelData.label
                    ruled: index + 1 < screen.rows.length
                    strong: modelData.strong
                    width: ledger.width
                }
            }
        }
    }

    Column {
        id: notes

        spacing: Theme.half
        visible: screen.beside ? first.height + Theme.gap + implicitHeight <= screen.room.height : !Theme.large && !Theme.tight
        width: screen.beside ? screen.leftWidth : parent.width

        anchors {
            left: parent.left
            top: screen.beside ? first.bottom : sheet.bottom
            topMargin: Theme.gap
        }

        Remark {
            text: Words.say(screen.free ? "screen.ConfirmGas.owed" : "screen.ConfirmGas.stay")
            width: parent.width
        }

        Remark {
            text: Words.say("screen.ConfirmBill.not_yours")
            width: parent.width
        }
    }
}
