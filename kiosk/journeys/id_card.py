"""Reading an identity card: asked for, laid down, read, and gone with the visit."""

import asyncio

import msgspec
from msgspec.structs import replace

from kiosk.devices.id_reader import (
    CardRead,
    IdCard,
    IdOutcome,
    IdProgress,
    IdReader,
    LayAgain,
    ReaderFailed,
    Reading,
    Waiting,
)
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said
from kiosk.views.common import Notice
from kiosk.views.id_card import CardStep, OfferIdCard, PresentIdCard
from kiosk.visit import Visit


def reader(services: Services) -> IdReader[msgspec.Struct] | None:
    """The reader of identity cards, where there is one that works now."""
    try:
        found = services.devices.id_reader
    except LookupError:
        return None
    return None if trouble(services.devices.health(found.name)) else found


async def ask_for_card(visit: Visit, services: Services, offer: OfferIdCard) -> IdCard | None:
    """The card of a resident who agrees that it is read, as `offer` says; None where the other way is chosen, or no
    card can be read now. The values belong to the visit: keep them nowhere else."""
    found = reader(services)
    if found is None or await visit.ask(offer) != "card":
        return None
    while True:
        outcome = await _Presenting(visit, services, found, offer.other).outcome()
        match outcome:
            case CardRead(card=card):
                return card
            case "other":
                return None
            case _:
                body = "failed" if isinstance(outcome, ReaderFailed) else "late"
        notice = Notice(
            picture="id_card",
            title="notice.no_card.title",
            body=Said(f"notice.no_card.{body}"),
            primary="button.lay_again",
        )
        await visit.ask(notice)


class _Presenting:
    """The page that says where to lay the card, for as long as somebody may take for that."""

    def __init__(self, visit: Visit, services: Services, found: IdReader[msgspec.Struct], other: str) -> None:
        self._visit = visit
        self._reader = found
        self._seconds = services.id_card.wait_seconds * visit.unhurried
        until_ms = services.now_ms() + round(self._seconds * 1000)
        self._page = PresentIdCard(step="waiting", until_ms=until_ms, other=other)
        self._news = asyncio.Event()

    async def outcome(self) -> IdOutcome | str | None:
        """What the reader says, `other`, or None when the time was over."""
        return await self._visit.wait_beside(lambda: self._page, self._read(), self._news)

    async def _read(self) -> IdOutcome | None:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._reader.read(self._tell)
        except TimeoutError:
            return None

    def _tell(self, progress: IdProgress) -> None:
        self._page = replace(self._page, step=_step(progress))
        self._news.set()


def _step(progress: IdProgress) -> CardStep:
    match progress:
        case Waiting():
            return "waiting"
        case Reading():
            return "reading"
        case LayAgain(why=why):
            return why
