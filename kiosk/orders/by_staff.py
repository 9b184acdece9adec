"""What two of the staff order through the hub, carried out on the orders of this terminal."""

import asyncio
from collections.abc import Awaitable, Callable

from kiosk.orders.orders import Orders
from kiosk.orders.runner import Running
from kiosk.protocol import events as ev
from kiosk.protocol.commands import GiveBack, RenewRefund, SettleOrder, SettlePayment, SettleRefund
from kiosk.protocol.order.by_staff import (
    ALREADY,
    no_giving_back,
    no_renewing,
    no_settling,
    no_settling_order,
    no_settling_payment,
)
from kiosk.protocol.order.rows import Rows
from kiosk.sync.carrying import End, Taken

OPEN_S = 60.0
"""How long a command waits for the money path, which opens a moment after the ledger."""


class ByStaff:
    """The handlers of these commands."""

    def __init__(self, orders: Callable[[], Awaitable[Orders]], now_ms: Callable[[], int]) -> None:
        """`orders` comes once money is open."""
        self._orders = orders
        self._now_ms = now_ms

    async def give_back(self, command: GiveBack, taken: Taken) -> End:
        """Give up an order that was paid and not delivered."""
        running = await self._find(command.order_no)
        if isinstance(running, End):
            return running
        why = no_giving_back(running.rows)
        if why in ("", ALREADY):
            await running.give_up_goods()
            why = no_giving_back(running.rows)
        return _end(why)

    async def settle_refund(self, command: SettleRefund, taken: Taken) -> End:
        """Write down how people returned a refund that the channel would not."""
        settled = ev.RefundSettled(
            order_no=command.order_no,
            n=command.n,
            r=command.r,
            how=command.how,
            ref=command.ref,
            by=command.asked_by,
            second=taken.who,
            at_ms=self._now_ms(),
        )
        return await self._settle(settled, lambda rows: no_settling(rows, command.n, command.r))

    async def renew_refund(self, command: RenewRefund, taken: Taken) -> End:
        """Have a refund asked for under another number, once the channel proves that this one is dead."""
        renewing = ev.RefundRenewing(
            order_no=command.order_no,
            n=command.n,
            r=command.r,
            reason=command.reason,
            by=command.asked_by,
            second=taken.who,
            at_ms=self._now_ms(),
        )
        return await self._settle(renewing, lambda rows: no_renewing(rows, command.n, command.r))

    async def settle_payment(self, command: SettlePayment, taken: Taken) -> End:
        """Write down whether a payment took its money, which the channel could not tell."""
        running = await self._find(command.order_no)
        if isinstance(running, End):
            return running
        fen = next((attempt.amount_fen for attempt in running.rows.attempts if attempt.n == command.n), 0)
        settled = ev.AttemptSettled(
            order_no=command.order_no,
            n=command.n,
            fen=fen if command.taken else 0,
            ref=command.ref,
            by=command.asked_by,
            second=taken.who,
            at_ms=self._now_ms(),
        )
        return await self._settle(settled, lambda rows: no_settling_payment(rows, command.n, taken=command.taken))

    async def settle_order(self, command: SettleOrder, taken: Taken) -> End:
        """Write down whether the gas is on the card, which the card did not tell."""
        settled = ev.OrderSettled(
            order_no=command.order_no,
            delivered=command.delivered,
            ref=command.ref,
            by=command.asked_by,
            second=taken.who,
            at_ms=self._now_ms(),
        )
        return await self._settle(settled, lambda rows: no_settling_order(rows, delivered=command.delivered))

    async def _settle(self, event: ev.Event, why_not: Callable[[Rows], str]) -> End:
        running = await self._find(event.order_no)
        if isinstance(running, End):
            return running
        return _end(await running.settle(event, why_not) or ALREADY)

    async def _find(self, order_no: str) -> Running | End:
        try:
            async with asyncio.timeout(OPEN_S):
                orders = await self._orders()
        except TimeoutError:
            return End(result="refused", why="by_staff.money_closed")
        return await orders.look_up(order_no) or End(result="refused", why="by_staff.no_such_order")


def _end(why: str) -> End:
    return End() if why == ALREADY else End(result="refused", why=why)
