pragma ComponentBehavior: Bound

import QtQuick
import screens.components

// A simulator as a thing one can point at.
Item {
    id: picture

    required property var party

    Loader {
        anchors.fill: parent
        sourceComponent: picture.party.picture === "phone" ? phone : picture.party.picture === "reader" ? reader : picture.party.picture === "printer" ? printer : picture.party.picture === "company" ? company : picture.party.picture === "cards" ? cards : picture.party.picture === "identity" ? identity : device
    }

    Component {
        id: phone

        PhonePicture {
            party: picture.party
        }
    }

    Component {
        id: reader

        ReaderPicture {
            party: picture.party
        }
    }

    Component {
        id: printer

        PrinterPicture {
            party: picture.party
        }
    }

    Component {
        id: company

        CompanyPicture {
            party: picture.party
        }
    }

    Component {
        id: cards

        CardSlotPicture {
            party: picture.party
        }
    }

    Component {
        id: identity

        IdentityPicture {
            party: picture.party
        }
    }

    Component {
        id: device

        Item {
            Medallion {
                anchors.centerIn: parent
                name: picture.party.icon
            }
        }
    }
}
