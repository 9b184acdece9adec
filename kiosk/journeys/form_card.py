"""A form's fields from an identity card: what fits them, shown masked, and only with the resident's word."""

from datetime import date
from typing import assert_never

from kiosk.devices.id_reader import IdCard
from kiosk.forms.form import Field, Form, wrong
from kiosk.journeys.id_card import ask_for_card, can_read
from kiosk.services import Services
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.text.masking import mask_address, mask_id_number, mask_name
from kiosk.text.nations import nation_name
from kiosk.views.id_card import CardLine, CheckIdCard, OfferIdCard
from kiosk.visit import Visit

TYPE = "id_card.type"
OFFER = OfferIdCard(
    purpose="id_card.prefill.title",
    points=("id_card.prefill.what", "id_card.prefill.whose", "id_card.nothing_kept"),
    other=TYPE,
)


async def from_card(visit: Visit, services: Services, form: Form, laid: IdCard | None) -> dict[str, str]:
    """The answers that a card gives, by field; none where the form has no such field, or the resident types. A card
    that was `laid` down already, for something else, is asked about all the same."""
    if not any(field.prefill for field in form.fields) or not (laid or await can_read(visit, services)):
        return {}
    if laid is None:
        card = await ask_for_card(visit, services, OFFER)
    else:
        card = laid if await visit.ask(OFFER) == "card" else None
    known = {} if card is None else answers(form, card)
    if not known:
        return {}
    check = CheckIdCard(lines=lines(form, known), other=TYPE, remark=Said("screen.CheckIdCard.masked"))
    return known if await visit.ask(check) == "use" else {}


def answers(form: Form, card: IdCard) -> dict[str, str]:
    """What of the card can stand in the form, by field."""
    found = {field.key: _answer(field, card) for field in form.fields if field.prefill}
    return {
        field.key: found[field.key] for field in form.fields if field.prefill and not wrong(field, found[field.key])
    }


def _answer(field: Field, card: IdCard) -> str:
    match field.prefill:
        case None:
            return ""
        case "id_card.name":
            return card.name
        case "id_card.number":
            return card.number
        case "id_card.address":
            return card.address
        case "id_card.nation":
            return nation_name(card.nation)
        case "id_card.born":
            return card.born.isoformat() if card.born else ""
        case "id_card.sex":
            if card.sex == "unknown" or field.kind == "choice":
                return "" if card.sex == "unknown" else card.sex
            return {"male": "男", "female": "女"}[card.sex]
        case _:
            assert_never(field.prefill)


def lines(form: Form, known: dict[str, str]) -> tuple[CardLine, ...]:
    """What was found, as much as others may see."""
    return tuple(
        CardLine(label=Bilingual(field.label, field.label_en), shown=_shown(field, known[field.key]))
        for field in form.fields
        if field.key in known
    )


def _shown(field: Field, answer: str) -> Bilingual:
    match field.prefill:
        case "id_card.name":
            return Bilingual(mask_name(answer))
        case "id_card.number":
            return Bilingual(mask_id_number(answer))
        case "id_card.address":
            return Bilingual(mask_address(answer))
        case "id_card.born":
            year = date.fromisoformat(answer).year
            return Bilingual(f"{year}-**-**")
        case _:
            choice = next((choice for choice in field.choices if choice.value == answer), None)
            return Bilingual(choice.label, choice.label_en) if choice else Bilingual(answer)
