import QtQuick
import screens.theme

// Money: "¥154.00" with a small sign and large tabular figures. Shrinks rather than break.
Item {
    id: amount

    property string text
    property int size: Theme.amount
    property color color: Theme.persimmonInk
    property int horizontalAlignment: Text.AlignRight
    readonly property real natural: figures.implicitWidth + sign.implicitWidth + Theme.half
    readonly property real fit: width > 0 && natural > width ? width / natural : 1

    implicitWidth: natural
    implicitHeight: Math.round(figures.font.pixelSize * 1.2)

    Item {
        id: block

        width: amount.natural
        height: parent.height
        x: amount.horizontalAlignment === Text.AlignRight ? amount.width - width : amount.horizontalAlignment === Text.AlignHCenter ? (amount.width - width) / 2 : 0
        transformOrigin: amount.horizontalAlignment === Text.AlignRight ? Item.Right : amount.horizontalAlignment === Text.AlignHCenter ? Item.Center : Item.Left
        scale: amount.fit

        Text {
            id: sign

            anchors.baseline: figures.baseline
            color: amount.color
            font {
                bold: true
                pixelSize: Math.round(amount.size * 0.55)
            }
            text: amount.text.slice(0, 1)
            textFormat: Text.PlainText
        }

        Text {
            id: figures

            anchors {
                right: parent.right
                verticalCenter: parent.verticalCenter
            }
            color: amount.color
            font {
                bold: true
                features: ({
                        "tnum": 1
                    })
                pixelSize: amount.size
            }
            text: amount.text.slice(1)
            textFormat: Text.PlainText
        }
    }
}
