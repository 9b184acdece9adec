"""Which account, by the identity card of its holder: for residents who do not know its number."""

from kiosk.devices.gas import Account, Refused, Unreachable
from kiosk.journeys.id_card import ask_for_card
from kiosk.services import Services
from kiosk.text.bilingual import Bilingual
from kiosk.views.id_card import OfferIdCard
from kiosk.views.lists import ChooseEntry, Entry
from kiosk.visit import Visit

BY_CARD = "card"
OFFER = OfferIdCard(
    purpose="gas.card.title",
    points=("gas.card.why", "gas.card.asked", "id_card.nothing_kept"),
    other="gas.card.number",
)


async def account_of_card(visit: Visit, services: Services) -> Account | Refused | Unreachable | None:
    """The account that the holder of a card chose of theirs; None where the resident rather types its number."""
    card = await ask_for_card(visit, services, OFFER)
    if card is None:
        return None
    try:
        asking = services.devices.gas.find_accounts(card.number, card.name)
        found = await visit.wait_for(asking, saying="working.looking_up")
    except TimeoutError:
        return Unreachable("no answer in the resident's time", sent=True)
    if not isinstance(found, tuple):
        return found
    if len(found) == 1:
        return found[0]
    chosen = await visit.ask(choose_account(found))
    return next((account for account in found if account.number == chosen), found[0])


def choose_account(accounts: tuple[Account, ...]) -> ChooseEntry:
    """Which of several?"""
    return ChooseEntry(
        title="screen.choose_account",
        entries=tuple(
            Entry(choice=account.number, name=Bilingual(account.address_masked), detail=Bilingual(account.number))
            for account in accounts
        ),
    )
