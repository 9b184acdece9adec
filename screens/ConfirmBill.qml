pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// Is this your household's bill?
ScreenFrame {
    id: screen

    required property string holder
    required property string address
    required property string account
    required property string total
    required property string lateFee
    required property string usedThisCycleM3
    required property var periods

    readonly property bool beside: Theme.landscape && !Theme.large
    readonly property int leftWidth: Math.round((room.width - Theme.gap) * 0.46)

    primaryText: Words.say("screen.ConfirmBill.primary", {
        "amount": total
    })
    heading: Words.say("screen.ConfirmBill.title")
    onPrimaryChosen: answered("pay")

    Card {
        id: first

        visible: screen.beside
        width: screen.leftWidth
        height: leftHead.implicitHeight + leftBand.implicitHeight + Theme.radius

        BillHead {
            id: leftHead

            width: parent.width
            height: implicitHeight
            account: screen.account
            address: screen.address
            holder: screen.holder
        }

        AmountBand {
            id: leftBand

            anchors.top: leftHead.bottom
            width: parent.width
            height: implicitHeight
            amount: screen.total
            label: Words.say("screen.total")
        }
    }

    Card {
        id: sheet

        x: screen.beside ? screen.leftWidth + Theme.gap : 0
        width: parent.width - x
        height: Math.min(rows.implicitHeight + Theme.radius, parent.height - (screen.beside || !note.visible ? 0 : note.implicitHeight + Theme.gap))

        Pages {
            id: rows

            anchors {
                fill: parent
                bottomMargin: Theme.grid
                topMargin: Theme.grid
            }

            BillHead {
                visible: !screen.beside
                width: parent.width
                height: implicitHeight
                account: screen.account
                address: screen.address
                holder: screen.holder
            }

            AmountBand {
                visible: !screen.beside
                width: parent.width
                height: implicitHeight
                amount: screen.total
                label: Words.say("screen.total")
            }

            Repeater {
                model: screen.lines

                LedgerRow {
                    required property int index
                    required property var modelData

                    width: rows.width
                    height: implicitHeight
                    figure: modelData.figure
                    inset: Theme.radius
                    label: modelData.label
                    ruled: index + 1 < screen.lines.length
                    strong: modelData.strong
                }
            }
        }
    }

    Remark {
        id: note

        anchors {
            left: parent.left
            right: screen.beside ? undefined : parent.right
            top: screen.beside ? first.bottom : sheet.bottom
            topMargin: Theme.gap
        }
        width: screen.beside ? screen.leftWidth : parent.width
        text: Words.say("screen.ConfirmBill.not_yours")
        visible: screen.beside ? first.height + Theme.gap + implicitHeight <= screen.room.height : !Theme.large
    }

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
}
