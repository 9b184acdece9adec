"""A queue ticket in two touches: the tile, the business."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

from kiosk.devices.health import Health
from kiosk.journeys.gas_account import tell
from kiosk.journeys.id_card import ask_for_card, can_read
from kiosk.journeys.journey import End, Journey
from kiosk.protocol.tickets import UNENDED, TicketRow, TicketSlip
from kiosk.queueing.rules import Business
from kiosk.services import Services, trouble
from kiosk.slips.slip import Slip
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said, catalogue
from kiosk.tickets.desk import Desk, HasTicketError, NoNumberError, QueueClosedError
from kiosk.tickets.slip import ticket_slip
from kiosk.tickets.telling import closed_said, people_said, wait_said, waiting_said, windows
from kiosk.views.common import Notice
from kiosk.views.id_card import OfferIdCard
from kiosk.views.queue import BusinessKey, ChooseBusiness, YourTicket
from kiosk.visit import Visit

WITHOUT_CARD = "id_card.without"
OFFER = OfferIdCard(
    purpose="queue.card.title", points=("queue.card.why", "id_card.hash", "id_card.nothing_kept"), other=WITHOUT_CARD
)


async def queue_ticket(visit: Visit, services: Services) -> End:
    """Business, where the hall wants that an identity card, ticket. What the screen says of the queue stays true while
    somebody reads it."""
    return await ticket_for(visit, services)


async def ticket_for(visit: Visit, services: Services, letter: str = "") -> End:
    """The same, of one business alone where its `letter` is known already."""
    desk = services.queue()
    if desk is None:
        return await tell(visit, "pause", "notice.no_ticket")
    by_card = desk.settings.one_per_person and await can_read(visit, services)
    steps = 3 if by_card else 2
    visit.at(1, steps, "step.business")
    with _News(services, desk) as news:
        chosen = await visit.wait_beside(lambda: _choice(services, desk, letter), asyncio.Event().wait(), news.event)
    answer = str(chosen)
    id_number = ""
    if by_card:
        visit.at(2, steps, "step.id_card")
        card = await ask_for_card(visit, services, OFFER)
        if card is None:
            return await tell(visit, "people", "notice.no_ticket_without_card")
        id_number = card.number
    visit.no_way_back()
    try:
        giving = desk.give(answer[:1], priority=answer.endswith(PRIORITY), id_number=id_number)
        row = await visit.wait_for(giving, saying="working.ticket")
    except NoNumberError as refused:
        return await tell(visit, "clock", f"notice.no_number_{refused.why}")
    except (QueueClosedError, TimeoutError):
        return await tell(visit, "pause", "notice.no_ticket")
    except HasTicketError as had:
        row = had.row
        if not await _once_more(visit, row):
            return "home"
    visit.at(steps, steps, "step.ticket")
    with _News(services, desk) as news:
        return await _Ticket(visit, services, desk, row).show(news)


async def _once_more(visit: Visit, row: TicketRow) -> bool:
    """Somebody who has a number today: whether its slip is wanted once more."""
    over = row.state not in UNENDED
    notice = Notice(
        picture="people",
        title="notice.had_ticket.title" if over else "notice.has_ticket.title",
        body=Said("notice.had_ticket.body" if over else "notice.has_ticket.body", words={"number": row.shown}),
        primary="button.home" if over else "button.slip_again",
        secondary=None if over else "button.home",
    )
    return await visit.ask(notice) == "primary" and not over


PRIORITY = "!"
"""After the letter: the resident belongs to the priority lane."""


class _News:
    """Whatever may change what is on the screen: the queue, or the printer. A context manager."""

    def __init__(self, services: Services, desk: Desk) -> None:
        self._services = services
        self._desk = desk
        self.event = asyncio.Event()
        self._ends: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        self._ends = [self._services.devices.subscribe(self._health), self._desk.subscribe(self.event.set)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in self._ends:
            end()

    async def come(self) -> None:
        """Wait for the next."""
        await self.event.wait()
        self.event.clear()

    def _health(self, name: str, health: Health) -> None:
        if name == self._services.devices.printer.name:
            self.event.set()


class _Ticket:
    """A ticket on the screen, and its slip."""

    def __init__(self, visit: Visit, services: Services, desk: Desk, row: TicketRow) -> None:
        self._visit = visit
        self._services = services
        self._desk = desk
        self._given = row
        self._paper: Slip | None = None
        """The last slip as it was sent to the printer."""
        self._task: asyncio.Task[TicketSlip] | None = None

    async def show(self, news: _News) -> End:
        """Until the resident goes. Whoever has the slip in hand has gone, when nothing was touched for a while."""
        if _no_slip(self._services) is None:
            self._print()
        while True:
            view = self._view()
            try:
                async with asyncio.timeout(self._patience(view)):
                    answer = await self._visit.ask_until(view, news.come())
            except TimeoutError:
                if self._patience(self._view()):
                    continue  # somebody touched it meanwhile
                return "goodbye"
            if answer == "print":
                self._print()
            elif answer is not None:
                return "goodbye"

    def _patience(self, view: YourTicket) -> float | None:
        """How long nobody has to touch the screen from now on until the visit ends without a question."""
        if view.slip_state != "printed":
            return None
        return max(0.0, self._desk.settings.shown_seconds * self._visit.unhurried - self._visit.quiet_seconds)

    def _print(self) -> None:
        if self._task is None or self._task.done():
            self._task = self._desk.print_slip(self._given.matter, self._services.devices.printer, self._send)

    def _send(self, row: TicketRow, *, reprint: bool) -> Slip:
        self._paper = self._make(row, reprint=reprint)
        return self._paper

    def _make(self, row: TicketRow, *, reprint: bool) -> Slip:
        language = self._visit.language
        ahead = self._desk.ahead(row)
        return ticket_slip(
            row,
            self._business,
            catalogue(language),
            self._services.issuer(language),
            ahead=ahead,
            wait=self._desk.wait(self._business, ahead),
            now_ms=self._services.now_ms(),
            come_back_minutes=self._desk.settings.come_back_minutes,
            reprint=reprint,
        )

    @property
    def _business(self) -> Business:
        return next(one for one in self._desk.settings.business if one.letter == self._given.letter)

    def _view(self) -> YourTicket:
        row = self._desk.row(self._given.matter) or self._given
        ahead = self._desk.ahead(row)
        trouble_now = _no_slip(self._services)
        state: TicketSlip = "printing" if self._task is not None and not self._task.done() else row.slip
        if state == "none" and trouble_now:
            state = "not_printed"
        problem = trouble_now or (f"reason.{row.slip_why}" if row.slip_why and state == "not_printed" else None)
        return YourTicket(
            shown=row.shown,
            business=Bilingual(self._business.name, self._business.name_en),
            windows=windows(self._business),
            ahead=people_said(ahead),
            wait=wait_said(self._desk.wait(self._business, ahead)),
            priority=row.priority,
            window=row.window if row.state == "called" else 0,
            over=row.state in ("missed", "finished", "lapsed"),
            slip=self._paper,
            slip_state=state,
            slip_problem=problem if state != "printed" else None,
            can_print=state not in ("printing", "printed") and not self._desk.broken and trouble_now is None,
        )


def _choice(services: Services, desk: Desk, letter: str) -> ChooseBusiness:
    offered = [business for business in desk.settings.business if letter in ("", business.letter)]
    zone = services.issuer("zh_CN").zone
    keys = tuple(
        BusinessKey(
            letter=business.letter,
            name=Bilingual(business.name, business.name_en),
            ahead=people_said(ahead := len(desk.waiting(business.letter))),
            wait=wait_said(desk.wait(business, ahead)),
            paused=closed_said(desk, business, services.now_ms(), zone),
        )
        for business in offered
    )
    lane = any(business.priority and desk.closed(business) is None for business in offered)
    return ChooseBusiness(businesses=keys, priority=lane, no_slip=_no_slip(services))


def _no_slip(services: Services) -> str | None:
    return trouble(services.devices.health(services.devices.printer.name))


def paused(services: Services) -> str | None:
    """Why no ticket can be had, as a message key. Without paper the number counts all the same, and outside the hours
    the screen says when they are."""
    return "reason.no_queue" if services.queue() is None else None


def note(services: Services) -> Said | None:
    """What the tile says of the queue."""
    desk = services.queue()
    if desk is None:
        return None
    if all(desk.closed(business) for business in desk.settings.business):
        zone = services.issuer("zh_CN").zone
        said = [closed_said(desk, business, services.now_ms(), zone) for business in desk.settings.business]
        return said[0] if len(set(map(str, said))) == 1 else Said("queue.closed")
    return waiting_said(desk)


QUEUE_TICKET = Journey(
    name="queue_ticket",
    needs=("receipt_printer",),
    paused=paused,
    run=queue_ticket,
    note=note,
)
