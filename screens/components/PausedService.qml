import QtQuick
import screens.theme

// The only service there is cannot work now: which, why, and where it is done instead.
Rectangle {
    id: service

    property string icon
    property string reason
    property string title

    color: Theme.paper
    radius: Theme.radius

    border {
        color: Theme.line
        width: Theme.hairline
    }

    Column {
        spacing: Theme.tight ? Theme.grid : 2 * Theme.grid
        width: parent.width - 2 * Theme.margin
        x: Theme.margin
        y: Math.max(Theme.half, Math.round((parent.height - height) * 0.44))

        Medallion {
            anchors.horizontalCenter: parent.horizontalCenter
            ink: Theme.second
            name: service.icon
            side: Math.round(Theme.pictureLarge * (Theme.landscape || Theme.large && Theme.narrow ? 1 : Theme.large ? 1.3 : 2))
            tint: Theme.quietTint
        }

        TitleText {
            horizontalAlignment: Text.AlignHCenter
            say: service.title
            width: parent.width
        }

        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.half

            Icon {
                id: mark

                ink: Theme.persimmonInk
                name: "pause"
                side: Math.round(Theme.lead * 1.1)
                tint: Theme.peach
                y: Math.round(Theme.lead * 0.2)
            }

            Prose {
                color: Theme.persimmonInk
                font.pixelSize: Theme.lead
                say: service.reason
                width: Math.min(metrics.advanceWidth(say) + 1, service.width - 2 * Theme.margin - mark.width - parent.spacing)

                FontMetrics {
                    id: metrics

                    font.pixelSize: Theme.lead
                }
            }
        }

        Prose {
            font.bold: true
            font.pixelSize: Theme.lead
            horizontalAlignment: Text.AlignHCenter
            say: Words.say("screen.OutOfService.phone", {
                "phone": Hall.phone
            })
            width: parent.width
        }
    }
}
