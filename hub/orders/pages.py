"""The pages *Orders* and one order: what happened, how it stands, and what is to do."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.frame import Frame, to, typed, words
from hub.orders.asking_pages import AskingPages
from hub.orders.book import MOST, Book, Found, Wanted
from hub.orders.reading import CLOSED, OWED, STAFF, UNDER_WAY
from hub.store import Staff
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import moment, money, order_number

RANKS = {STAFF: "staff", OWED: "owed", UNDER_WAY: "under_way", CLOSED: "closed"}
"""Also the ends of message keys, and classes of the style sheet."""
SEARCH = ("q", "day", "amount", "terminal", "after")
"""The fields of the search, as its address has them."""


class OrderPages:
    """Their routes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._book = Book(frame.store)
        self._askings = AskingPages(frame, self._book)
        self.routes: list[BaseRoute] = [
            Route("/orders", frame.page(self._orders), methods=["GET"]),
            Route("/orders/{ledger}/{number}", frame.page(self._order), methods=["GET"]),
            *self._askings.routes,
        ]

    async def seen(self, _: str) -> object:
        """Another value whenever these pages would show something else."""
        return await self._book.version(), await self._askings.seen()

    async def _orders(self, request: Request, who: Staff) -> Response:
        said, asked = words(request), _asked(request)
        problem, wanted = "", Wanted()
        try:
            wanted = _wanted(asked)
        except ValueError as error:
            problem = said.say(f"hub.orders.bad_{error}")
        found = [] if problem else await self._book.find(wanted)
        if wanted.number and len(found) == 1:
            return to(_path(found[0]))
        older = f"?{urlencode(asked | {'after': _after(found[-1])})}" if len(found) == MOST else ""
        return self._frame.say(
            request,
            "orders",
            who,
            problem=problem,
            asked=asked,
            older=older,
            waiting=await self._askings.waiting(said),
            orders=[self._line(each, said) for each in found],
            sums=[(RANKS[rank], count) for rank, count in sorted((await self._book.ranks()).items(), reverse=True)],
            aside=[
                {"terminal": each.terminal, "hall": each.hall, "at": self._moment(each.at_ms), "count": each.unfinished}
                for each in await self._book.set_aside()
            ],
            terminals=await self._book.terminals(),
        )

    async def _order(self, request: Request, who: Staff) -> Response:
        ledger, number = request.path_params["ledger"], request.path_params["number"]
        found, steps = await self._book.order(ledger, number)
        if not steps:
            return self._frame.say(request, "no_order", who, status=404, number=order_number(number))
        said = words(request)
        story = Story(said, self._frame.zone)
        aside_ms = await self._book.aside_ms(ledger)
        rows = found.order.rows if found else None
        return self._frame.say(
            request,
            "order",
            who,
            number=order_number(number),
            found=found,
            order_no=number,
            **await self._askings.of_order(found, who, said, aside=aside_ms > 0),
            rank=RANKS[found.rank] if found else "closed",
            place=f"{steps[0].terminal} · {found.hall}" if found else steps[0].terminal,
            kind=story.kind(rows.order.kind) if rows else "",
            date=rows.order.business_date if rows else "",
            verdict=story.verdict(rows) if rows else said.say("hub.orders.archived"),
            to_do=self._to_do(found, aside_ms, story, said),
            notes=_notes(found, self._moment(aside_ms) if aside_ms else "", said),
            sums=_sums(found),
            payments=_payments(found, story),
            steps=[
                {"at": story.moment(each.at), "what": story.line(each), "technical": story.technical(each)}
                for each in steps
            ],
        )

    def _line(self, found: Found, said: Catalogue) -> dict[str, str]:
        order = found.order.rows.order
        story = Story(said, self._frame.zone)
        return {
            "path": _path(found),
            "number": order_number(order.order_no),
            "begun": self._moment(order.opened_ms),
            "terminal": found.terminal,
            "hall": found.hall,
            "kind": story.kind(order.kind),
            "due": money(order.due_fen),
            "rank": RANKS[found.rank],
            "stands": _stands(found, story, said),
        }

    def _to_do(self, found: Found | None, aside_ms: int, story: Story, said: Catalogue) -> tuple[str, ...]:
        if found is None:
            return (said.say("story.todo.nothing"),)
        if found.order.flaw == "broken":
            return (said.say("hub.orders.todo_broken"),)
        if aside_ms and found.rank == CLOSED and not found.order.rows.order.closed:
            return (said.say("hub.orders.todo_settled"),)
        if aside_ms and found.rank > CLOSED:
            return (said.say("hub.orders.todo_aside"), *story.to_do(found.order.rows))
        return story.to_do(found.order.rows)

    def _moment(self, at_ms: int) -> str:
        return moment(at_ms, self._frame.zone)


def _asked(request: Request) -> dict[str, str]:
    """What was filled in."""
    return {name: typed(request.query_params.get(name, "")) for name in SEARCH}


def _stands(found: Found, story: Story, said: Catalogue) -> str:
    return said.say("hub.orders.broken") if found.order.flaw == "broken" else story.stands(found.order.rows)


def _wanted(asked: dict[str, str]) -> Wanted:
    """Raises `ValueError` with what of it cannot be."""
    day, amount, place, after = (asked[name] for name in SEARCH[1:])
    if day:
        try:
            day = date.fromisoformat(day).isoformat()
        except ValueError as error:
            raise ValueError("day") from error
    hall, _, terminal = place.partition("/")
    return Wanted(
        number=asked["q"][:80],
        day=day,
        fen=_fen(amount) if amount else None,
        hall=hall,
        terminal=terminal,
        after=_read_after(after),
    )


def _fen(amount: str) -> int:
    try:
        fen = Decimal(amount.lstrip("¥").replace(",", "")) * 100
        if fen != fen.to_integral_value() or not 0 <= fen < 10**12:
            raise ValueError("amount")
    except ArithmeticError as error:
        raise ValueError("amount") from error
    return int(fen)


def _after(found: Found) -> str:
    order = found.order.rows.order
    return f"{found.rank}.{order.opened_ms}.{order.order_no}"


def _read_after(after: str) -> tuple[int, int, str] | None:
    found = re.fullmatch(r"(\d)\.(\d{1,16})\.([0-9A-Z]{1,20})", after, re.ASCII)
    return (int(found[1]), int(found[2]), found[3]) if found else None


def _path(found: Found) -> str:
    return f"/orders/{found.ledger}/{found.order.rows.order.order_no}"


def _sums(found: Found | None) -> dict[str, str]:
    if found is None:
        return {}
    rows = found.order.rows
    return {
        "due": money(rows.order.due_fen),
        "captured": money(rows.captured_fen),
        "refunded": money(rows.refunded_fen),
        "delivered": money(rows.delivered_fen),
        "owed": money(rows.liability_fen),
    }


def _payments(found: Found | None, story: Story) -> list[dict[str, str]]:
    return [
        {
            "channel": story.channel(attempt.channel),
            "state": attempt.state,
            "amount": money(attempt.captured_fen or attempt.amount_fen),
            "number": attempt.key,
            "ref": attempt.ref,
        }
        for attempt in (found.order.rows.attempts if found else ())
    ]


def _notes(found: Found | None, aside: str, said: Catalogue) -> list[str]:
    """What is to be known beside the story."""
    told = [said.say("hub.orders.was_set_aside", at=aside)] if aside else []
    if found and found.order.flaw:
        told.append(said.say(f"hub.orders.flaw_{found.order.flaw}"))
    return told
