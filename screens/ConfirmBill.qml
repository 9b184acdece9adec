pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Is this your household's bill?
ScreenFrame {
    id: screen

    required property string account
    required property string address
    readonly property bool beside: Theme.landscape
    required property string holder
    required property string lateFee
    readonly property int leftWidth: Math.round((room.width - Theme.gap) * (Theme.large ? 0.52 : 0.46))
    readonly property var lines: {
        const only = periods.length === 1;
        const found = [];
        for (const period of periods) {
            found.push({
                "label": Words.say(only ? "screen.ConfirmBill.used" : "screen.ConfirmBill.months", period),
                "figure": only ? Words.say("screen.volume", {
                    "volume": period.volumeM3
                }) : period.amount,
                "strong": true
            });
            for (const line of period.lines)
                found.push({
                    "label": line.tier === 0 ? Words.say("screen.ConfirmBill.late_fee") : Words.say("screen.ConfirmBill.tier", {
                        "tier": Words.say("tier." + line.tier),
                        "volume": line.volumeM3,
                        "price": line.unitPrice
                    }),
                    "figure": line.amount,
                    "strong": false
                });
        }
        if (!only)
            found.push({
                "label": Words.say("screen.ConfirmBill.late_fees"),
                "figure": lateFee,
                "strong": false
            });
        found.push({
            "label": Words.say("screen.ConfirmBill.this_cycle"),
            "figure": Words.say("screen.volume", {
                "volume": usedThisCycleM3
            }),
            "strong": false
        });
        return found;
    }
    required property var periods
    required property string total
    required property string usedThisCycleM3

    heading: Words.say("screen.ConfirmBill.title")
    primaryText: Words.say("screen.ConfirmBill.primary", {
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

            amount: screen.total
            anchors.top: leftHead.bottom
            height: implicitHeight
            label: Words.say("screen.total")
            width: parent.width
        }
    }

    Card {
        id: sheet

        height: Math.min(Math.ceil(rows.implicitHeight) + 2 * Theme.grid, parent.height - (screen.beside || !note.visible ? 0 : note.implicitHeight + Theme.gap))
        width: parent.width - x
        x: screen.beside ? screen.leftWidth + Theme.gap : 0

        Pages {
            id: rows

            inset: Theme.grid

            anchors {
                bottomMargin: Theme.grid
                fill: parent
                topMargin: Theme.grid
            }

            BillHead {
                account: screen.account
                address: screen.address
                brief: Theme.large
                height: implicitHeight
                holder: screen.holder
                visible: !screen.beside
                width: parent.width
            }

            AmountBand {
                amount: screen.total
                height: implicitHeight
                label: Words.say("screen.total")
                visible: !screen.beside
                width: parent.width
            }

            Repeater {
                model: screen.lines

                LedgerRow {
                    required property int index
                    required property var modelData

                    airy: screen.lines.length < 7 && !Theme.tight && !Theme.large
                    figure: modelData.figure
                    height: implicitHeight
                    inset: Theme.radius
                    label: modelData.label
                    ruled: index + 1 < screen.lines.length
                    strong: modelData.strong
                    width: rows.width
                }
            }
        }
    }

    Remark {
        id: note

        text: Words.say("screen.ConfirmBill.not_yours")
        visible: screen.beside ? first.height + Theme.gap + implicitHeight <= screen.room.height : !Theme.large
        width: screen.beside ? screen.leftWidth : parent.width

        anchors {
            left: parent.left
            right: screen.beside ? undefined : parent.right
            top: screen.beside ? first.bottom : sheet.bottom
            topMargin: Theme.gap
        }
    }
}
