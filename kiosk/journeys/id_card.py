"""Reading an identity card: asked for, laid down, read, and gone with the visit."""

import asyncio

from msgspec.structs import replace

from kiosk.devices.id_reader import (
    CardRead,
    IdCard,
    IdOutcome,
    IdProgress,
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


async def can_read(visit: Visit, services: Services) -> bool:
    """Whether there is a reader of identity cards that works. After Back it is what it was: the questions that follow
    from it have been asked."""

    async def now() -> bool:
        try:
            found = services.devices.id_reader
        except LookupError:
            return False
        return trouble(services.devices.health(found.name)) is None

    return await visit.wait_for(now(), saying="working.looking_up")


async def ask_for_card(visit: Visit, services: Services, offer: OfferIdCard) -> IdCard | None:
    """The card of a resident who agrees that it is read, as `offer` says; None where the other way is chosen. Only
    where it `can_read`. The values belong to the visit: keep them nowhere else."""
    if await visit.ask(offer) != "card":
        return None
    while True:
        outcome = await _Presenting(visit, services, offer.other).outcome()
        match outcome:
            case CardRead(card=card):
                return card
            case str():
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

    def __init__(self, visit: Visit, services: Services, other: str) -> None:
        self._visit = visit
        self._reader = services.devices.id_reader
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
