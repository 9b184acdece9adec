"""The gas card in its reader: waiting for it, and seeing to it that what is owed comes onto it."""

import asyncio
from typing import Any

from kiosk.devices.gas_card import (
    BadCard,
    GasCard,
    GasCardReader,
    LockedCard,
    NotAGasCard,
    Presence,
    ReaderAway,
    Reading,
)
from kiosk.journeys.paper import Slips
from kiosk.orders.runner import Running
from kiosk.protocol.order.rows import CARD_LOCKED, GAS_ON_CARD
from kiosk.services import Services
from kiosk.views.common import Working
from kiosk.views.gas_card import CardStep, InsertCard
from kiosk.visit import Visit

MOST_TRIES = 4
"""How often one card is written in one visit before the staff must look at card or reader."""

Known = GasCard | BadCard | LockedCard


async def ask_for_card(visit: Visit, services: Services) -> Known | ReaderAway:
    """A gas card in the reader, whatever state it is in; Back leads away."""
    reader = services.devices.gas_cards
    step: CardStep = "insert"
    while True:
        seen = reader.presence()
        if seen.slot == "card":
            match await _reading(visit, reader):
                case GasCard() | BadCard() | LockedCard() | ReaderAway() as reading:
                    return reading
                case NotAGasCard(why=why):
                    step = "mute" if why == "mute" else "foreign"
                case _:
                    step = "insert"
        else:
            step = "mute" if seen.slot == "mute" else "insert"
        await visit.ask_until(InsertCard(step=step), _moved(reader, seen))


class CardDesk:
    """See the module; of one order. `of` and `step`: where its pages stand in the journey."""

    def __init__(self, visit: Visit, services: Services, slips: Slips) -> None:
        self._visit = visit
        self._services = services
        self._slips = slips
        self._reader = services.devices.gas_cards
        self._tries = 0

    @property
    def _running(self) -> Running:
        return self._slips.running

    @property
    def _number(self) -> str:
        """The order's card."""
        return getattr(self._running.private, "card", "")

    async def load(self) -> None:
        """Until the gas is on the card, or there is nothing more to do with it here and only the truth to tell."""
        waited_since = self._now()
        while self._goes_on():
            self._running.seen()
            card = self._running.card
            if card.there or card.busy:
                await self._visit.ask_until(Working(saying="working.writing_card"), self._slips.news(1.0))
                waited_since = self._now()
                continue
            left = waited_since + self._services.gas_card.wait_seconds - self._now()
            if left <= 0 or self._tries >= MOST_TRIES:
                return
            seen = self._reader.presence()
            step = await self._offer_card(seen)
            if step is None:
                continue
            view = InsertCard(step=step, can_leave=True)
            if await self._visit.ask_until(view, self._news(seen, left)) == "later":
                return

    def _goes_on(self) -> bool:
        order = self._running.rows.order
        if self._running.broken or not order.owed:
            return False
        if order.state == "manual":  # the card may say that it landed, once
            return self._running.rows.job is not None and self._tries == 0
        if order.why in (GAS_ON_CARD, CARD_LOCKED) and self._tries:  # it was so just now: once a visit
            return self._running.card.there or self._running.card.busy
        return order.state in ("delivering", "held")

    async def _offer_card(self, seen: Presence) -> CardStep | None:
        """Hand the card to the order, if it is its own; else what to ask for."""
        if seen.slot != "card":
            return "mute" if seen.slot == "mute" else "again"
        match await _reading(self._visit, self._reader):
            case GasCard(number=number) as card if number == self._number:
                self._tries += 1
                self._running.card_in(card)
                return None
            case BadCard(number=number) | LockedCard(number=number) as card if number == self._number:
                self._tries += 1
                self._running.card_in(card if isinstance(card, LockedCard) else None)
                return None
            case GasCard() | BadCard() | LockedCard():
                return "other"
            case NotAGasCard(why=why):
                return "mute" if why == "mute" else "other"
            case _:
                return "again"

    async def _news(self, seen: Presence, patience: float) -> None:
        """The card was moved, the order went on, or patience ends."""
        waits = [asyncio.ensure_future(_moved(self._reader, seen)), asyncio.ensure_future(self._slips.news(patience))]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


async def _reading(visit: Visit, reader: GasCardReader[Any]) -> Reading:
    """What is in the slot, while the screen says that it is being read."""
    task = asyncio.ensure_future(reader.read())
    try:
        await asyncio.wait({task}, timeout=visit.settings.working_after_seconds)
        while not task.done():
            await visit.ask_until(Working(saying="working.reading_card"), _done(task))
        return task.result()
    finally:
        task.cancel()


async def _done(task: "asyncio.Future[Reading]") -> None:
    await asyncio.wait({task})


async def _moved(reader: GasCardReader[Any], seen: Presence) -> None:
    await reader.changed(seen)
