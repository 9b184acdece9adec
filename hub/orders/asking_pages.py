"""Asking for money to be given back, and the second person's answer: parts of the pages of orders."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.commands import CommandBook, Commanded
from hub.frame import Form, Frame, to, words
from hub.orders.asking import BY_HAND, Asking, Askings, ByHand, new_id
from hub.orders.book import Book, Found
from hub.orders.reading import CLOSED
from hub.orders.wishes import by_hand, fen_of, read_wish, why_not, wishes
from hub.store import Staff
from kiosk.protocol.commands import GiveBack, RenewRefund, SettleOrder, SettlePayment, SettleRefund
from kiosk.protocol.order.by_staff import ALREADY, no_giving_back
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
            return {"askings": [], "wishes": [], "why_not": ""}
        rows, story = found.order.rows, Story(said, self._frame.zone)
        askings = await self._askings.of_order(found.ledger, rows.order.order_no)
        now_ms = self._frame.now_ms()
        may = who.role == "manager" and await self._askings.may_ask(
            found.ledger, rows.order.order_no, now_ms, aside=aside
        )
        may = may and found.order.flaw != "unknown" and (not aside or found.rank > CLOSED)
        if aside:
            offered = [by_hand(said)] if may else []
        else:
            offered = list(wishes(rows, story, said)) if may and not found.order.flaw else []
        reason = no_giving_back(rows)
        return {
            "askings": [await self._told(each, who, story, said) for each in askings],
            "wishes": offered,
            "why_not": said.say(reason) if may and not aside and not offered and reason not in ("", ALREADY) else "",
        }

    async def _ask(self, request: Request, who: Staff, form: Form) -> Response:
        ledger, number = form.get("ledger", "")[:40], form.get("number", "")[:20]
        found, _ = await self._book.order(ledger, number)
        wish = read_wish(form, number, who.name)
        aside = await self._book.aside_ms(ledger) > 0
        if found is None or wish is None or isinstance(wish, ByHand) is not aside:
            return self._bad(request)
        rows = found.order.rows
        asking = Asking(
            id=new_id(),
            ledger=ledger,
            order_no=number,
            hall=found.hall,
            terminal=found.terminal,
            fen=fen_of(rows, wish),
            reason=wish.reason if isinstance(wish, GiveBack | RenewRefund | ByHand) else wish.ref,
            body=msgspec.json.encode(wish).decode(),
            asked_by=who.name,
            asked_ms=self._frame.now_ms(),
        )
        if not why_not(rows, wish) and await self._askings.ask(asking):
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
        amount = money(asking.fen)
        match asking.wish:
            case GiveBack(reason=reason):
                return said.say("hub.asking.give_back", amount=amount, reason=reason)
            case SettleRefund(how=how, ref=ref):
                return said.say("hub.asking.settle_refund", amount=amount, how=story.how(how), ref=ref)
            case RenewRefund(reason=reason):
                return said.say("hub.asking.renew_refund", amount=amount, reason=reason)
            case SettlePayment(taken=taken, ref=ref):
                return said.say(f"hub.asking.settle_payment_{taken}", amount=amount, ref=ref)
            case SettleOrder(delivered=delivered, ref=ref):
                return said.say(f"hub.asking.settle_order_{delivered}", amount=amount, ref=ref)
            case ByHand(reason=reason):
                return said.say("hub.asking.by_hand_done", reason=reason)
            case None:
                return said.say("hub.asking.unknown")

    def _stands(self, asking: Asking, command: Commanded | None, said: Catalogue) -> str:
        if asking.state == "asked":
            return said.say("hub.asking.state_asked")
        decided = said.say(f"hub.asking.{asking.state}", who=asking.second, at=self._moment(asking.decided_ms))
        if asking.state == "rejected" or asking.command == BY_HAND:
            return decided
        too_late = command and command.state == "waiting" and command.until_ms < self._frame.now_ms()
        told = said.say(f"hub.asking.command_{'too_late' if too_late else command.state if command else 'unsent'}")
        why = said.table.get(command.why, command.why) if command and command.why else ""
        return " ".join(filter(None, (decided, told, why)))

    def _bad(self, request: Request) -> Response:
        return Response(words(request).say("hub.asking.bad"), 409, media_type="text/plain")

    def _moment(self, at_ms: int) -> str:
        return moment(at_ms, self._frame.zone)


def _may_be_agreed(asking: Asking, who: Staff) -> bool:
    return asking.state == "asked" or (asking.state, asking.second, asking.command) == ("approved", who.name, "")
