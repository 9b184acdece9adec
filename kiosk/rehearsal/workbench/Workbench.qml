pragma ComponentBehavior: Bound

import QtQuick
import screens.theme

// The window: where one is, what can be done now, and the page.
Rectangle {
    id: root

    color: Theme.ground

    Item {
        id: head

        height: Math.max(Theme.mm(26), tabs.height)
        width: parent.width - 2 * x
        x: Theme.mm(14)
        y: Theme.mm(10)

        Label {
            anchors.verticalCenter: parent.verticalCenter
            font.bold: true
            font.pixelSize: Theme.mm(16)
            text: Bench.say("Workbench")
            visible: head.width > implicitWidth + tabs.oneLine
        }

        Flow {
            id: tabs

            readonly property real oneLine: children.reduce((sum, chip) => sum + (chip.width > 0 ? chip.width + spacing : 0), 0)

            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.mm(5)
            width: Math.min(oneLine, parent.width)

            Chip {
                chosenNow: Bench.page === ""
                objectName: "page-all"
                text: Bench.say("Everybody")

                onChosen: Bench.page = ""
            }

            Repeater {
                model: Bench.parties

                Chip {
                    required property var modelData

                    chosenNow: Bench.page === modelData.name
                    objectName: "page-" + modelData.name
                    text: (modelData.alive ? "" : "✕ ") + modelData.title + (modelData.armed.length > 0 ? " ⚡" + modelData.armed.length : "")

                    onChosen: Bench.page = modelData.name
                }
            }

            Chip {
                chosenNow: Bench.page === "books"
                objectName: "page-books"
                text: Bench.say("Books")

                onChosen: Bench.page = "books"
            }

            Chip {
                chosenNow: Bench.page === "talk"
                objectName: "page-talk"
                text: Bench.say("Talk")

                onChosen: Bench.page = "talk"
            }

            Chip {
                objectName: "language"
                text: Bench.language === "en" ? "中文" : "English"

                onChosen: Bench.choseLanguage()
            }
        }
    }

    HintBar {
        id: hints

        anchors.left: head.left
        anchors.right: head.right
        anchors.top: head.bottom
        anchors.topMargin: Theme.mm(8)
    }

    Item {
        id: body

        readonly property var party: Bench.parties.find(party => party.name === Bench.page)

        anchors.bottom: status.top
        anchors.left: head.left
        anchors.right: head.right
        anchors.top: hints.bottom
        anchors.topMargin: Theme.mm(12)

        Loader {
            anchors.fill: parent
            sourceComponent: Bench.page === "" ? overview : Bench.page === "books" ? books : Bench.page === "talk" ? talk : body.party ? partyPage : overview
        }
    }

    Label {
        id: status

        anchors.bottom: parent.bottom
        anchors.left: head.left
        anchors.right: head.right
        color: Theme.second
        height: Theme.mm(16)
        text: Bench.tip
        verticalAlignment: Text.AlignVCenter
    }

    Component {
        id: overview

        Overview {}
    }

    Component {
        id: books

        BooksPage {}
    }

    Component {
        id: talk

        TalkPage {}
    }

    Component {
        id: partyPage

        PartyPage {
            party: body.party
        }
    }
}
