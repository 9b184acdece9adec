"""Asking for money to be given back, and the second person's answer: parts of the pages of orders."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.commands import CommandBook, Commanded
from hub.frame import Form, Frame, to, words
from hub.orders.asking import Asking, Askings, new_id
from hub.orders.book import Book, Found
from hub.store import Staff
from kiosk.protocol.commands import AnyCommand, GiveBack, SettleRefund
from kiosk.protocol.order.by_staff import ALREADY, no_giving_back, no_settling, refund_of
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import Catalogue
from kiosk.text.numbers import moment, money, order_number


class AskingPages:
    """Their routes, and what they add to the pages of orders."""

    def __init__(self, frame: Frame, book: Book) -> None:
        self._frame = frame
        self._book = book
        self._askings = Askings(frame.store)
        self._commands = CommandBook(frame.store)
        self.routes: list[BaseRoute] = [
            Route("/orders/ask", frame.deed(self._ask, "manager"), methods=["POST"]),
            Route("/orders/decide", frame.deed(self._decide, "manager"), methods=["POST"]),
        ]

    async def seen(self) -> object:
        """Another value whenever this would say something else."""
        return await self._askings.version()

    async def waiting(self, said: Catalogue) -> list[dict[str, str]]:
        """What waits for a second person, for the list of orders."""
        return [
            {
                "path": f"/orders/{each.ledger}/{each.order_no}",
                "what": said.say(
                    "hub.asking.waits",
                    number=order_number(each.order_no),
                    amount=money(each.fen),
                    who=each.asked_by,
                    at=self._moment(each.asked_ms),
                ),
            }
            for each in await self._askings.waiting()
        ]

    async def of_order(self, found: Found | None, who: Staff, said: Catalogue, *, aside: bool) -> dict[str, Any]:
        """What an order's own page says of requests, and what may be asked for."""
        if found is None:
            return {"askings": [], "may_ask": False, "why_not": "", "failed": []}
        rows, story = found.order.rows, Story(said, self._frame.zone)
        askings = await self._askings.of_order(found.ledger, rows.order.order_no)
        may = who.role == "manager" and not aside and not found.order.flaw
        may = may and not any(each.state == "asked" for each in askings)
        why_not = no_giving_back(rows)
        return {
            "askings": [await self._told(each, who, story, said) for each in askings],
            "may_ask": may and not why_not,
            "why_not": said.say(why_not) if may and why_not not in ("", ALREADY) else "",
            "failed": [
                {"n": each.n, "r": each.r, "amount": money(each.amount_fen)}
                for each in rows.refunds
                if may and each.state == "failed"
            ],
        }

    async def _ask(self, request: Request, who: Staff, form: Form) -> Response:
        ledger, number = form.get("ledger", "")[:40], form.get("number", "")[:20]
        found, _ = await self._book.order(ledger, number)
        wish = _wish(form, number, who.name)
        if found is None or wish is None or await self._book.aside_ms(ledger):
            return self._bad(request)
        rows = found.order.rows
        asking = Asking(
            id=new_id(),
            ledger=ledger,
            order_no=number,
            hall=found.hall,
            terminal=found.terminal,
            fen=_fen(rows, wish),
            reason=wish.reason if isinstance(wish, GiveBack) else wish.ref,
            body=msgspec.json.encode(wish).decode(),
            asked_by=who.name,
            asked_ms=self._frame.now_ms(),
        )
        if not _why_not(rows, wish) and await self._askings.ask(asking):
            await self._frame.note(who.name, "asked", f"{order_number(number)} {money(asking.fen)}")
        return to(f"/orders/{ledger}/{number}")

    async def _decide(self, request: Request, who: Staff, form: Form) -> Response:
        asking_id = form.get("asking", "")[:40]
        if form.get("yes"):
            done, deed = await self._askings.approve(asking_id, who.name, self._frame.now_ms()), "approved"
        else:
            done, deed = await self._askings.reject(asking_id, who.name, self._frame.now_ms()), "rejected"
        if done is None:
            return self._bad(request)
        await self._frame.note(who.name, deed, f"{order_number(done.order_no)} {money(done.fen)}")
        return to(f"/orders/{done.ledger}/{done.order_no}")

    async def _told(self, asking: Asking, who: Staff, story: Story, said: Catalogue) -> dict[str, Any]:
        command = await self._commands.command(asking.command) if asking.command else None
        return {
            "id": asking.id,
            "what": self._what(asking, story, said),
            "asked": said.say("hub.asking.asked", who=asking.asked_by, at=self._moment(asking.asked_ms)),
            "stands": self._stands(asking, command, said),
            "may_agree": who.role == "manager" and asking.asked_by != who.name and _may_be_agreed(asking, who),
            "may_refuse": who.role == "manager" and asking.state == "asked",
            "is_own": asking.asked_by == who.name,
        }

    def _what(self, asking: Asking, story: Story, said: Catalogue) -> str:
        match asking.wish:
            case GiveBack() as wish:
                return said.say("hub.asking.give_back", amount=money(asking.fen), reason=wish.reason)
            case SettleRefund() as wish:
                how = story.how(wish.how)
                return said.say("hub.asking.settle", amount=money(asking.fen), how=how, ref=wish.ref)
            case None:
                return said.say("hub.asking.unknown")

    def _stands(self, asking: Asking, command: Commanded | None, said: Catalogue) -> str:
        if asking.state == "asked":
            return said.say("hub.asking.state_asked")
        decided = said.say(f"hub.asking.{asking.state}", who=asking.second, at=self._moment(asking.decided_ms))
        if asking.state == "rejected":
            return decided
        too_late = command and command.state == "waiting" and command.until_ms < self._frame.now_ms()
        told = said.say(f"hub.asking.command_{'too_late' if too_late else command.state if command else 'unsent'}")
        why = said.table.get(command.why, command.why) if command and command.why else ""
        return " ".join(filter(None, (decided, told, why)))

    def _bad(self, request: Request) -> Response:
        return Response(words(request).say("hub.asking.bad"), 409, media_type="text/plain")

    def _moment(self, at_ms: int) -> str:
        return moment(at_ms, self._frame.zone)


def _wish(form: Form, number: str, who: str) -> GiveBack | SettleRefund | None:
    """The command that a form asks for, as a terminal would read it; None where it would not."""
    given = {name: form.get(name, "").strip() for name in ("reason", "how", "ref", "n", "r")}
    common = {"order_no": number, "asked_by": who}
    if form.get("what") == "give_back":
        asked: dict[str, Any] = {"do": "give_back", "reason": given["reason"], **common}
    else:
        counts = {name: int(given[name]) if given[name].isdecimal() else 0 for name in ("n", "r")}
        asked = {"do": "settle_refund", "how": given["how"], "ref": given["ref"], **counts, **common}
    try:
        wish: AnyCommand = msgspec.convert(asked, AnyCommand)
    except msgspec.ValidationError:
        return None
    return wish if isinstance(wish, GiveBack | SettleRefund) else None


def _why_not(rows: Rows, wish: GiveBack | SettleRefund) -> str:
    return no_giving_back(rows) if isinstance(wish, GiveBack) else no_settling(rows, wish.n, wish.r)


def _fen(rows: Rows, wish: GiveBack | SettleRefund) -> int:
    if isinstance(wish, GiveBack):
        return rows.liability_fen
    refund = refund_of(rows, wish.n, wish.r)
    return refund.amount_fen if refund else 0


def _may_be_agreed(asking: Asking, who: Staff) -> bool:
    return asking.state == "asked" or (asking.state, asking.second, asking.command) == ("approved", who.name, "")
