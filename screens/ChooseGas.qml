pragma ComponentBehavior: Bound

import QtQuick
import screens.components
import screens.theme

// How much gas? The household, volumes and amounts to touch, and the way to any other volume.
ScreenFrame {
    id: screen

    required property string account
    required property string address
    required property var amounts
    readonly property bool beside: Theme.landscape
    required property string holder
    readonly property bool headed: !Theme.large && !Theme.narrow
    readonly property int keyHeight: Math.max(other.implicitHeight, Math.min(Theme.grid * 14, Math.floor((keys.height - taken - (rows + 1) * keys.spacing) / Math.max(rows, 1))))
    required property string leftInMeterM3
    required property string maxM3
    required property string minM3
    required property string problem
    readonly property int rows: Math.ceil(wishes.length / 2)
    readonly property int taken: other.implicitHeight + limits.implicitHeight + keys.spacing + (beside ? 0 : sheet.implicitHeight + keys.spacing) + (left.visible ? left.implicitHeight + keys.spacing : 0) + (remark.visible ? remark.implicitHeight + keys.spacing : 0)

    required property string usedThisCycleM3
    required property var volumes
    readonly property var wishes: volumes.concat(amounts)

    heading: Words.say("screen.ChooseGas.title")

    Card {
        id: leftSheet

        color: screen.headed ? Theme.paper : Theme.peach
        height: (screen.headed ? leftHead.implicitHeight + Theme.radius : 0) + leftBand.implicitHeight
        visible: screen.beside
        width: Math.round((parent.width - Theme.gap) * 0.46)

        BillHead {
            id: leftHead

            account: screen.account
            address: screen.address
            brief: screen.leftInMeterM3 !== ""
            height: visible ? implicitHeight : 0
            holder: screen.holder
            visible: screen.headed
            width: parent.width
        }

        AmountBand {
            id: leftBand

            amount: Words.say("screen.volume", {
                "volume": screen.usedThisCycleM3
            })
            anchors.top: leftHead.bottom
            color: screen.headed ? Theme.peach : Theme.clear
            height: implicitHeight
            label: Words.say("screen.ChooseGas.used")
            radius: screen.headed ? 0 : Theme.radius
            width: parent.width
        }
    }

    Remark {
        height: implicitHeight
        icon: "meter"
        text: Words.say("screen.ChooseGas.left", {
            "volume": screen.leftInMeterM3
        })
        visible: screen.beside && screen.leftInMeterM3 !== ""
        width: leftSheet.width

        anchors {
            top: leftSheet.bottom
            topMargin: Theme.gap
        }
    }

    Pages {
        id: keys

        spacing: Theme.tight || Theme.large ? Theme.gap : 2 * Theme.gap

        anchors {
            fill: parent
            leftMargin: screen.beside ? Math.round((parent.width - Theme.gap) * 0.46) + Theme.gap : 0
        }

        Card {
            id: sheet

            color: screen.headed ? Theme.paper : Theme.peach
            height: implicitHeight
            implicitHeight: (screen.headed ? head.implicitHeight + Theme.radius : 0) + band.implicitHeight
            visible: !screen.beside
            width: parent.width

            BillHead {
                id: head

                account: screen.account
                address: screen.address
                height: visible ? implicitHeight : 0
                holder: screen.holder
                visible: screen.headed
                width: parent.width
            }

            AmountBand {
                id: band

                amount: Words.say("screen.volume", {
                    "volume": screen.usedThisCycleM3
                })
                anchors.top: head.bottom
                color: screen.headed ? Theme.peach : Theme.clear
                height: implicitHeight
                label: Words.say("screen.ChooseGas.used")
                radius: screen.headed ? 0 : Theme.radius
                width: parent.width
            }
        }

        Remark {
            id: left

            height: implicitHeight
            icon: "meter"
            text: Words.say("screen.ChooseGas.left", {
                "volume": screen.leftInMeterM3
            })
            visible: !screen.beside && screen.leftInMeterM3 !== "" && screen.problem === ""
            width: parent.width
        }

        Remark {
            id: remark

            height: implicitHeight
            text: screen.problem
            urgent: true
            visible: screen.problem !== ""
            width: parent.width
        }

        Repeater {
            model: screen.rows

            Row {
                id: shelf

                required property int index

                height: screen.keyHeight
                spacing: keys.spacing
                width: keys.width

                Repeater {
                    model: screen.wishes.slice(2 * shelf.index, 2 * shelf.index + 2)

                    AmountKey {
                        required property var modelData

                        height: screen.keyHeight
                        objectName: "gas-" + modelData.choice
                        quiet: modelData.yuan !== ""
                        text: modelData.yuan !== "" ? Words.say("screen.ChooseGas.worth", {
                            "yuan": modelData.yuan
                        }) : Words.say("screen.volume", {
                            "volume": modelData.volume
                        })
                        width: (shelf.width - shelf.spacing) / 2

                        onChosen: screen.answered(modelData.choice)
                    }
                }
            }
        }

        AmountKey {
            id: other

            height: implicitHeight
            objectName: "gas-other"
            quiet: true
            text: Words.say("screen.ChooseGas.other")
            width: parent.width

            onChosen: screen.answered("other")
        }

        Remark {
            id: limits

            height: implicitHeight
            text: Words.say("screen.ChooseGas.limits", {
                "least": screen.minM3,
                "most": screen.maxM3
            })
            width: parent.width
        }
    }
}
