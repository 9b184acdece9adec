import QtQuick
import screens.components
import screens.theme

// Is this the form, and how many? Its pages as they will be printed.
ScreenFrame {
    id: screen

    readonly property bool beside: Theme.landscape
    required property bool canFill
    required property bool filled
    required property int mostCopies
    required property string notice
    required property string number
    required property var pages
    required property int pagesLeft
    required property string purpose
    required property string title

    heading: beside || Theme.large && Theme.narrow ? "" : title
    primaryText: Words.say(filled ? "screen.ShowForm.print" : "screen.ShowForm.print_blank")
    primaryUsable: mostCopies > 0

    onPrimaryChosen: answered("print-" + copies.count)

    PageView {
        id: preview

        height: screen.beside ? parent.height : controls.y - y - Theme.gap - Theme.half
        pages: screen.pages
        width: screen.beside ? Math.max(Math.round(parent.height / ratio), screen.pages.length > 1 ? Theme.target * (Theme.large ? 8 : 7) : 0) : parent.width
        y: screen.beside ? 0 : words.visible ? words.height + Theme.grid : 0
    }

    Column {
        id: words

        spacing: Theme.half
        visible: screen.beside || !Theme.large
        width: parent.width - x
        x: screen.beside ? preview.width + Theme.margin : 0

        TitleText {
            say: screen.title
            visible: screen.beside
            width: parent.width
        }

        Prose {
            font.pixelSize: Theme.lead
            say: screen.purpose
            visible: screen.beside && !screen.filled && !Theme.large
            width: parent.width
        }

        Prose {
            color: Theme.second
            say: screen.filled ? Words.say("screen.ShowForm.check") : screen.notice
            visible: !(screen.beside && Theme.large)
            width: parent.width
        }
    }

    Column {
        id: controls

        anchors.bottom: parent.bottom
        spacing: Theme.gap
        width: words.width
        x: words.x

        Remark {
            height: implicitHeight
            text: screen.mostCopies === 0 ? Words.say("screen.ShowForm.used_up") : Words.say("screen.ShowForm.left", {
                "pages": screen.pagesLeft
            })
            urgent: screen.mostCopies === 0
            visible: screen.mostCopies === 0 || !Theme.large && !screen.beside
            width: parent.width
        }

        Stepper {
            id: copies

            height: implicitHeight
            most: Math.max(1, screen.mostCopies)
            text: Words.say("screen.ShowForm.copies", {
                "copies": count
            })
            visible: screen.mostCopies > 1
            width: screen.beside ? parent.width : Math.min(parent.width, Math.max(implicitWidth, Math.round(parent.width * 0.6)))
            x: (parent.width - width) / 2
        }

        QuietButton {
            height: implicitHeight
            icon: "form"
            objectName: "fill"
            text: Words.say("screen.ShowForm.fill")
            visible: screen.canFill && screen.mostCopies > 0
            width: parent.width

            onChosen: screen.answered("fill")
        }
    }
}
