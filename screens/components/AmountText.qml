import QtQuick
import screens.theme

// Money: "¥154.00" with a small sign and large tabular figures; or a volume, "12.5 m³". Shrinks rather than break.
Item {
    id: amount

    property color color: Theme.persimmonInk
    readonly property real fit: width > 0 && natural > width ? width / natural : 1
    property int horizontalAlignment: Text.AlignRight
    readonly property int marks: text.startsWith("¥") ? 1 : 0
    readonly property real natural: figures.implicitWidth + sign.implicitWidth + Theme.half
    property int size: Theme.amount
    property string text

    implicitHeight: Math.round(figures.font.pixelSize * 1.2)
    implicitWidth: natural

    Item {
        id: block

        height: parent.height
        scale: amount.fit
        transformOrigin: amount.horizontalAlignment === Text.AlignRight ? Item.Right : amount.horizontalAlignment === Text.AlignHCenter ? Item.Center : Item.Left
        width: amount.natural
        x: amount.horizontalAlignment === Text.AlignRight ? amount.width - width : amount.horizontalAlignment === Text.AlignHCenter ? (amount.width - width) / 2 : 0

        Text {
            id: sign

            anchors.baseline: figures.baseline
            color: amount.color
            text: amount.text.slice(0, amount.marks)
            textFormat: Text.PlainText

            font {
                bold: true
                pixelSize: Math.round(amount.size * 0.55)
            }
        }

        Text {
            id: figures

            color: amount.color
            text: amount.text.slice(amount.marks)
            textFormat: Text.PlainText

            anchors {
                right: parent.right
                verticalCenter: parent.verticalCenter
            }

            font {
                bold: true
                features: ({
                        "tnum": 1
                    })
                pixelSize: amount.size
            }
        }
    }
}
