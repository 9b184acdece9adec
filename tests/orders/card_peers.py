"""The gas card of the searched world, and a company that owes it gas: the card is what decides, and anybody may write
it, pull it, swap it or put it into its meter meanwhile."""

from decimal import Decimal
from typing import Literal, NamedTuple

from kiosk.devices import gas, gas_card
from kiosk.orders import steps
from tests.orders.peers import PAY_BY_MS, Company

GAS = "30"
OLD, NEW = b"as it was", b"as it shall be"
CARD = gas_card.GasCard(number="1", gas_m3=Decimal(0), count=2, image=NEW)
JOB = gas.WriteJob(number="J", count=2, gas_m3=Decimal(GAS), old_hash=gas_card.image_hash(OLD), image=NEW)
LANDED = gas_card.Landed(CARD)


Said = gas.Opened | gas.Owed | gas.WriteJob | gas.Reported | gas.Refused | gas.Delivered | gas.Cancelled


class Card(NamedTuple):
    """The card, and what the process remembers of it."""

    place: Literal["in", "out", "other"] = "out"
    """`other`: another card is in the reader."""
    image: Literal["old", "mixed", "new", "emptied", "odd"] = "old"
    """`emptied`: the meter took the gas, and the count stands; `odd`: neither the old nor the new."""
    landed: int = 0
    """How often the count moved."""
    elsewhere: bool = False
    """Whether another terminal wrote it and its report is still on the way."""
    seen: bool = False
    """Whether the process thinks that it was read since the reader's last answer."""
    fresh: bool = False
    """Whether the process knows that the write was never handed to the reader."""

    def forgotten(self) -> "Card":
        """After an answer of the reader, or a crash."""
        return self._replace(seen=False, fresh=False)


def look(card: Card) -> gas_card.JobOutcome:
    """What a reader says of the job."""
    if card.place == "out":
        return gas_card.NoCard()
    if card.place == "other":
        return gas_card.OtherCard()
    if card.image == "odd":
        return gas_card.Torn("data")
    return LANDED if card.landed else gas_card.Absent(mixed=card.image == "mixed")


def written(card: Card) -> Card:
    """The card with the whole job on it. A card on which it landed is left alone."""
    can = card.place == "in" and card.image in ("old", "mixed")
    return card._replace(image="new", landed=card.landed + 1) if can else card


def broken_off(card: Card) -> list[tuple[str, Card, gas_card.JobOutcome]]:
    """What else a write can come to, for a card on which it has not landed."""
    lost = gas_card.CardUnknown("lost")
    mixed, odd = card._replace(image="mixed"), card._replace(image="odd")
    ends: list[tuple[str, Card, gas_card.JobOutcome]] = [
        ("pulled before the first byte", card._replace(place="out"), lost),
        ("pulled in the middle", mixed._replace(place="out"), lost),
        ("pulled at the end", written(card)._replace(place="out"), lost),
        ("broken off", mixed, gas_card.Absent(mixed=True)),
        ("torn", odd, gas_card.Torn("data")),
        ("torn and pulled", odd._replace(place="out"), lost),
        ("written, answer lost", written(card), lost),
    ]
    if card.image == "old":
        ends.append(("refused by the card", card, gas_card.Absent()))
    return ends


def company_call(company: Company, due_fen: int, effect: steps.Effect, *, landed: bool) -> tuple[Company, Said]:
    """Each acts once by number. What it owes is locked to one job, whichever terminal asks. `landed`: what it is told
    of a write."""
    opened = gas.Opened(pay_by_ms=PAY_BY_MS, due_fen=due_fen, provider_ref="G")
    match company.state, effect:
        case _, steps.Report():
            return company._replace(state="delivered") if landed else company, gas.Reported()
        case "unknown", steps.OpenOrder():
            state: Literal["open", "owed"] = "open" if due_fen else "owed"
            return company._replace(state=state), opened
        case (("open" | "owed"), steps.OpenOrder()):
            return company, opened
        case "open", steps.Confirm() if company.elsewhere:
            return company, gas.Refused("already_paid")
        case (("open" | "owed"), steps.Confirm()):
            return company._replace(state="owed"), gas.Owed()
        case "owed", steps.Fetch():
            return company, JOB
        case (("unknown" | "open" | "owed"), steps.Cancel()):
            return company._replace(state="cancelled"), gas.Cancelled()
        case "delivered", _:
            return company, gas.Delivered("N")
        case "cancelled", (steps.Cancel() | steps.Fetch() | steps.Ask()):
            return company, gas.Cancelled()
        case _, steps.Ask():
            return company, gas.Owed() if company.state == "owed" else opened
        case _:
            return company, gas.Refused("not_now")
