"""Whose pages they are, in a hall that counts them by person and day."""

from typing import NamedTuple

from kiosk.devices.id_reader import IdCard
from kiosk.forms.service import NOBODY, Forms, Owner
from kiosk.journeys.id_card import ask_for_card, can_read
from kiosk.services import Services
from kiosk.views.id_card import OfferIdCard
from kiosk.visit import Visit

OFFER = OfferIdCard(
    purpose="print_form.card.title",
    points=("print_form.card.why", "id_card.hash", "id_card.nothing_kept"),
    other="id_card.without",
)


class Whose(NamedTuple):
    """Who prints, and the card that said so, if one was laid down just now."""

    owner: Owner
    card: IdCard | None = None


async def whose(visit: Visit, services: Services, forms: Forms) -> Whose | None:
    """Who prints: nobody in particular where that does not matter or cannot be known; None without a card that matters.

    Raises `LedgerError`, `TimeoutError` where nobody can say what they have printed today.
    """
    known = forms.owner(visit)
    if known.person or not forms.settings.day_pages or not await can_read(visit, services):
        return Whose(known if known.person else NOBODY)
    card = await ask_for_card(visit, services, OFFER)
    if card is None:
        return None
    person, used = await visit.wait_for(forms.desk.used_today(card.number), saying="working.looking_up")
    return Whose(Owner(person, max(0, forms.settings.day_pages - used)), card)
