"""The loop around the machine, with devices made of answers: what happens between a decision and its effect."""

import asyncio
import inspect
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
import pytest

from kiosk.devices import gas, payment
from kiosk.devices.scanner import Scanned
from kiosk.ledger.ledger import Ledger
from kiosk.orders.orders import Orders
from kiosk.orders.runner import Running
from kiosk.orders.settings import OrderSettings
from kiosk.orders.steps import Method
from kiosk.orders.within import within
from kiosk.orders.world import World
from kiosk.protocol import events as ev
from kiosk.protocol.order.truth import truth
from tests.orders.test_kinds import BILL

CARD = Method("card", "card", hold=True)
QUICK = OrderSettings(poll_seconds=0.01, retry_first_seconds=0.01, retry_most_seconds=0.01, late_watch_hours=0)


class Scripted:
    """A device whose calls answer as told; `calls` are their names in order."""

    def __init__(self, **answers: Callable[..., object]) -> None:
        self.calls: list[str] = []
        self._answers = answers

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, object]]:
        async def call(*given: object) -> object:
            self.calls.append(name)
            return self._answers[name](*given)

        return call


def company(**answers: Callable[..., object]) -> Scripted:
    usual: dict[str, Callable[..., object]] = {
        "open_order": lambda *_: gas.Opened(int(time.time() * 1000) + 600_000, BILL.quote.total_fen, "G"),
        "confirm_paid": lambda *_: gas.Delivered("N"),
        "query": lambda *_: gas.NotFound(),
        "cancel": lambda *_: gas.Cancelled(),
    }
    return Scripted(**(usual | answers))


class Desk:
    """Orders over a real ledger."""

    def __init__(self, ledger: Ledger, peer: Scripted, methods: dict[str, Scripted], now: Callable[[], int]) -> None:
        self.broken = False
        world = World(
            journal=ledger,
            gas_company=cast("gas.GasCompany[msgspec.Struct]", peer),
            methods=cast("dict[str, payment.PaymentMethod[msgspec.Struct]]", methods),
            settings=QUICK,
            now_ms=now,
            wording=str,
        )
        self.ledger = ledger
        self.orders = Orders(ledger, world, ZoneInfo("Asia/Shanghai"), self._break)

    def _break(self) -> None:
        self.broken = True

    async def close(self) -> None:
        await self.orders.aclose()
        await self.ledger.aclose()


async def desk(
    folder: Path, peer: Scripted, now: Callable[[], int] = lambda: int(time.time() * 1000), **methods: Scripted
) -> Desk:
    return Desk(await Ledger.open(folder, "T1"), peer, methods, now)


async def until(running: Running, true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            running.seen()
            await running.change()


async def test_resident_leaves_while_the_intent_is_written_and_nothing_is_rung_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = Scripted(prepare=lambda: payment.Ready("P"), start=lambda *_: payment.Open())
    counter = await desk(tmp_path, company(), card=card)
    running = await counter.orders.begin(BILL, "zh_CN")
    await until(running, lambda: running.rows.order.state == "open")
    genuine = counter.ledger.record

    async def record(*events: ev.Event, **given: Any) -> None:
        await genuine(*events, **given)
        if isinstance(events[0], ev.AttemptSent):
            running.leave()

    monkeypatch.setattr(counter.ledger, "record", record)
    running.pay_with(CARD)
    async with asyncio.timeout(10):
        await running.closed.wait()
    assert "start" not in card.calls
    assert truth(running.rows) == "no_money_kept"
    await counter.close()


async def test_call_that_a_driver_gave_up_is_made_again(tmp_path: Path) -> None:
    given_up = 0

    def confirm(*_: object) -> object:
        nonlocal given_up
        given_up += 1
        if given_up == 1:
            raise asyncio.CancelledError
        return gas.Delivered("N")

    paid = payment.Captured(BILL.quote.total_fen, "W")
    wechat = Scripted(start=lambda *_: payment.Open(), find=lambda *_: paid)
    counter = await desk(tmp_path, company(confirm_paid=confirm), wechat=wechat)
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    async with asyncio.timeout(10):
        await running.closed.wait()
    assert given_up == 2
    assert truth(running.rows) == "done"
    assert not counter.broken
    await counter.close()


@pytest.mark.parametrize(("waits_s", "shown_s"), [(45.0, 45), (600.0, 120)])
async def test_attempt_waits_no_longer_than_its_channel_has_it(tmp_path: Path, waits_s: float, shown_s: int) -> None:
    wechat = Scripted(start=lambda *_: payment.Open(), find=lambda *_: payment.Open())
    counter = await desk(tmp_path, company(), wechat=wechat)
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat", waits_s=waits_s))
    await until(running, lambda: running.rows.live is not None)
    [attempt] = running.rows.attempts
    assert attempt.show_until_ms - attempt.sent_ms == shown_s * 1000
    await counter.close()


async def test_clock_set_back_by_hours_delays_no_retry(tmp_path: Path) -> None:
    shift_ms = 8 * 3_600_000
    paid = payment.Captured(BILL.quote.total_fen, "W")
    looks = 0

    def find(*_: object) -> object:
        nonlocal looks, shift_ms
        looks += 1
        shift_ms = 0  # the clock was eight hours ahead, and is set
        return paid if looks > 3 else payment.Open()

    counter = await desk(
        tmp_path,
        company(open_order=lambda *_: gas.Opened(int(time.time() * 1000) + 86_400_000, BILL.quote.total_fen, "G")),
        lambda: int(time.time() * 1000) + shift_ms,
        wechat=Scripted(start=lambda *_: payment.Open(), find=find),
    )
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    async with asyncio.timeout(10):
        await running.closed.wait()
    assert truth(running.rows) == "done"
    await counter.close()


async def test_order_with_a_defect_stands_still_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    wechat = Scripted(start=lambda *_: gas.Delivered("an answer that this call can never have"))
    counter = await desk(tmp_path, company(), wechat=wechat)
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: running.broken)
    assert not counter.broken
    assert counter.orders.unfinished(BILL.number) is running
    assert "stands still" in caplog.text
    await counter.close()


async def test_late_money_is_found_though_the_look_for_it_was_not_answered(tmp_path: Path) -> None:
    """The one look that the settings ask for fails; the money came meanwhile, and goes back."""
    looks: list[payment.Outcome] = [payment.Unknown("500"), payment.Unknown("500")]
    total = BILL.quote.total_fen

    def find(*_: object) -> payment.Outcome:
        return looks.pop(0) if looks else payment.Captured(total, "W")

    wechat = Scripted(
        start=lambda *_: payment.Open(),
        close=lambda *_: payment.Dead("closed"),
        find=find,
        refund=lambda *_: payment.Refunded("R"),
    )
    watched = msgspec.structs.replace(QUICK, late_watch_hours=1, late_looks_seconds=(0.05,), poll_seconds=60)
    counter = await desk(tmp_path, company(), wechat=wechat)
    counter.orders.world.settings = watched
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: running.rows.live is not None and running.rows.live.state == "open")
    running.leave()
    await until(running, lambda: running.rows.refunded_fen == total)
    assert running.rows.order.closed
    assert truth(running.rows) == "no_money_kept"
    await counter.close()


async def test_call_that_is_given_up_before_it_begins_is_closed() -> None:
    async def call() -> None:
        raise AssertionError("it must not begin")

    begun = call()
    waiting = asyncio.create_task(within(1, begun))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert waiting.cancelled()
    assert inspect.getcoroutinestate(begun) == inspect.CORO_CLOSED


async def test_whoever_ends_an_attempt_knows_whether_that_was_asked_before(tmp_path: Path) -> None:
    """The first call of a life that recorded the closing is the first of all; after a restart it may not be."""
    asked: list[bool] = []
    twice, restarted = asyncio.Event(), asyncio.Event()
    alive = payment.Open()

    def close(attempt: payment.Attempt) -> payment.Outcome:
        asked.append(attempt.close_asked)
        if len(asked) == 2:
            twice.set()
        return payment.Dead("closed") if restarted.is_set() else payment.Unknown("no answer")

    wallet = Scripted(start=lambda *_: alive, find=lambda *_: alive, close=close)
    counter = await desk(tmp_path, company(), alipay=wallet)
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(Method("alipay", "alipay"))
    await until(running, lambda: running.rows.live is not None and running.rows.live.state == "open")
    running.leave()
    await twice.wait()
    await counter.close()
    before = len(asked)
    restarted.set()
    again = await desk(tmp_path, company(), alipay=wallet)
    await again.orders.recover()
    await again.orders.all_closed()
    assert asked[0] is False
    assert all(asked[1:])
    assert len(asked) > before
    await again.close()


async def test_nothing_is_given_back_at_a_card_terminal_that_another_payment_is_at(tmp_path: Path) -> None:
    """A bank's library names a refund as its last transaction: one of the same amount would pass for the payment whose
    answer was lost, and what was never paid would be delivered."""
    total = BILL.quote.total_fen
    answers: list[payment.Outcome] = [payment.Captured(total, "C")]
    refused, resolved = asyncio.Event(), asyncio.Event()

    def confirm(*_: object) -> object:
        return gas.Refused("quote_expired") if refused.is_set() else gas.Unreachable("away", sent=False)

    def find(attempt: payment.Attempt) -> payment.Outcome:
        if answers:
            return answers.pop()
        if "refund" in card.calls:
            return payment.Captured(total, "R")  # what is last now
        return payment.Dead("never_arrived") if resolved.is_set() else payment.Unknown("its answer was lost")

    card = Scripted(
        prepare=lambda: payment.Ready("P"),
        start=lambda *_: payment.Open(),
        find=find,
        close=find,
        refund=lambda *_: payment.Refunded("R"),
    )
    counter = await desk(tmp_path, company(confirm_paid=confirm), card=card)
    first = await counter.orders.begin(BILL, "zh_CN")
    first.pay_with(CARD)
    await until(first, lambda: first.rows.order.state == "held")
    first.leave()
    second = await counter.orders.begin(msgspec.structs.replace(BILL, number="0100003870"), "zh_CN")
    second.pay_with(CARD)
    await until(second, lambda: second.rows.live is not None and second.rows.live.state == "open")
    second.leave()
    refused.set()
    await until(first, lambda: first.rows.order.state == "cancelled")
    for _ in range(20):
        first.nudge()
        second.nudge()
        await asyncio.sleep(0.01)
    assert "refund" not in card.calls
    resolved.set()
    await until(second, lambda: second.rows.live is None)
    first.nudge()
    await counter.orders.all_closed()
    assert [truth(one.rows) for one in (first, second)] == ["no_money_kept", "no_money_kept"]
    assert (first.rows.refunded_fen, second.rows.captured_fen) == (total, 0)
    await counter.close()


async def test_last_sale_of_a_device_is_no_word_about_another(tmp_path: Path) -> None:
    """The resident chooses anew while the card terminal is asked: late money at the wallet is still looked for."""
    asked, answer = asyncio.Event(), asyncio.Event()

    class Slow(Scripted):
        async def prepare(self) -> payment.Ready:
            asked.set()
            await answer.wait()
            return payment.Ready("P")

    wechat = Scripted(start=lambda *_: payment.Open(), find=lambda *_: payment.Open())
    counter = await desk(tmp_path, company(), card=Slow(), wechat=wechat)
    running = await counter.orders.begin(BILL, "zh_CN")
    running.pay_with(CARD)
    await asked.wait()
    running.pay_with(Method("wechat", "wechat"))
    answer.set()
    await until(running, lambda: bool(running.rows.attempts))
    assert running.rows.attempts[0].predecessor == ""
    await counter.close()


async def test_code_of_another_wallet_shown_while_the_intent_is_written_waits_for_its_own_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[tuple[str, str]] = []

    def start(attempt: payment.Attempt, _: object) -> payment.Outcome:
        assert attempt.shown is not None
        codes.append((attempt.key[-2:], attempt.shown.text))
        return payment.Dead("refused")

    counter = await desk(tmp_path, company(), wechat=Scripted(start=start), alipay=Scripted(start=start))
    running = await counter.orders.begin(BILL, "zh_CN")
    genuine = counter.ledger.record

    async def record(*events: ev.Event, **given: Any) -> None:
        await genuine(*events, **given)
        if isinstance(events[0], ev.AttemptSent) and events[0].n == 1:
            running.pay_with(Method("alipay", "alipay_code", shown=Scanned("28")))

    monkeypatch.setattr(counter.ledger, "record", record)
    running.pay_with(Method("wechat", "wechat_code", shown=Scanned("13")))
    await until(running, lambda: len(codes) == 2)
    assert codes == [("A1", "13"), ("A2", "28")]
    assert [attempt.device for attempt in running.rows.attempts] == ["wechat", "alipay"]
    await counter.close()
