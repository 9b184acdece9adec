"""The runner and a gas card: what is asked of reader and company, in which order, over a real ledger and through the
end of a process."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from kiosk.devices import gas, gas_card, payment
from kiosk.ledger.seal import Sealed
from kiosk.orders.orders import AlreadyRunningError
from kiosk.orders.private import CardLoadPrivate, CardPrivate, CardWrite, GasCardPrivate, unseal
from kiosk.orders.runner import Running
from kiosk.orders.steps import Method
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.truth import telling, truth
from tests.orders.test_kinds import ACCOUNT, LINES
from tests.orders.test_runner import Desk, Scripted, company, desk, until

CARD_NO = "0200000284"
QUOTE = gas.CardQuote(
    quote_id="C1",
    account=replace(ACCOUNT, number="0200000284", meter_kind="card", arrears_fen=0),
    card=CARD_NO,
    gas_m3=Decimal(50),
    total_fen=15_400,
    lines=LINES,
    used_this_cycle_m3=Decimal(380),
    price_version="2026-1",
    expires_ms=1,
)
BUYS = GasCardPrivate("0200000284", CARD_NO, QUOTE)
LOADS = CardLoadPrivate("0200000284", CARD_NO, replace(QUOTE, total_fen=0, lines=()))
OLD, NEW, HALF = b"old", b"new", b"half"
JOB = gas.WriteJob(number="J7", count=8, gas_m3=Decimal(50), old_hash=gas_card.image_hash(OLD), image=NEW)


class Slot:
    """A reader with one card, which is its image. `breaks` makes the next write end early."""

    def __init__(self, image: bytes = OLD, number: str = CARD_NO) -> None:
        self.image, self.number = image, number
        self.there = True
        self.breaks: bytes | None = None
        self.calls: list[str] = []

    def card(self) -> gas_card.GasCard:
        new = self.image == NEW
        return gas_card.GasCard(number=self.number, gas_m3=Decimal(50 * new), count=8 if new else 7, image=self.image)

    async def find(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        self.calls.append("find")
        return self._judged(job)

    async def write(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        assert job.old_hash == gas_card.image_hash(OLD)
        self.calls.append("write")
        outcome = self._judged(job)
        if not isinstance(outcome, gas_card.Absent):
            return outcome
        if self.breaks is not None:
            self.image, self.breaks = self.breaks, None
            return gas_card.CardUnknown("pulled")
        self.image = job.new_image
        return self._judged(job)

    def _judged(self, job: gas_card.CardJob) -> gas_card.JobOutcome:
        if not self.there:
            return gas_card.NoCard()
        if self.number != job.card:
            return gas_card.OtherCard(self.card())
        if self.image == NEW:
            return gas_card.Landed(self.card())
        if self.image not in (OLD, HALF):
            return gas_card.Torn("data", self.image)
        return gas_card.Absent(mixed=self.image == HALF, image=self.image)


def peer(**answers: Callable[..., object]) -> Scripted:
    usual: dict[str, Callable[..., object]] = {
        "confirm_paid": lambda *_: gas.Owed(),
        "write_data": lambda *_: JOB,
        "report_write": lambda *_: gas.Reported(),
    }
    return company(**(usual | answers))


async def at(folder: Path, slot: Slot, there: Scripted) -> Desk:
    paid = Scripted(start=lambda *_: payment.Captured(15_400, "W"), refund=lambda *_: payment.Refunded("R"))
    counter = await desk(folder, there, wechat=paid)
    counter.orders.world.cards = cast("Any", slot)
    return counter


async def begun(counter: Desk, slot: Slot, private: CardPrivate = BUYS) -> Running:
    running = await counter.orders.begin(private, "zh_CN")
    running.card_in(slot.card())
    if private == BUYS:
        running.pay_with(Method("wechat", "wechat"))
    return running


async def closed(running: Running) -> None:
    async with asyncio.timeout(10):
        await running.closed.wait()


async def test_company_is_told_then_asked_then_the_card_is_written_once_and_reported(tmp_path: Path) -> None:
    slot, there = Slot(), peer()
    counter = await at(tmp_path, slot, there)
    running = await begun(counter, slot)
    await closed(running)
    assert there.calls == ["open_order", "confirm_paid", "write_data", "report_write"]
    assert slot.calls == ["write"]
    assert truth(running.rows) == "done"
    assert telling(running.rows)[0].words == {"volume": "50"}
    await counter.close()


async def test_what_is_owed_already_is_loaded_without_a_payment(tmp_path: Path) -> None:
    slot, there = (
        Slot(),
        peer(open_order=lambda *_: gas.Opened(pay_by_ms=4_000_000_000_000, due_fen=0, provider_ref="G")),
    )
    counter = await at(tmp_path, slot, there)
    running = await begun(counter, slot, LOADS)
    await closed(running)
    assert there.calls == ["open_order", "write_data", "report_write"]
    assert [line.key for line in telling(running.rows)] == ["truth.money.nothing", "truth.goods.on_card"]
    await counter.close()


async def test_card_swapped_after_the_payment_is_left_alone_and_its_own_is_written_later(tmp_path: Path) -> None:
    slot, there = Slot(), peer()
    counter = await at(tmp_path, slot, there)
    running = await begun(counter, slot)
    slot.number = "9"
    await until(running, lambda: running.rows.order.state == "held")
    assert slot.image == OLD
    running.leave()
    with pytest.raises(AlreadyRunningError):
        await counter.orders.begin(replace(BUYS, number="another account"), "zh_CN")
    found = counter.orders.unfinished_card(CARD_NO)
    assert found is running
    slot.number = CARD_NO
    running.card_in(slot.card())
    await closed(running)
    assert truth(running.rows) == "done"
    await counter.close()


async def cut_off(folder: Path, slot: Slot, breaks: bytes) -> None:
    """The card is pulled in the middle of a write, and the process ends."""
    slot.breaks = breaks
    counter = await at(folder, slot, peer())
    running = await begun(counter, slot)
    await until(running, lambda: slot.breaks is None and running.rows.job is not None)
    await counter.close()
    slot.calls.clear()


async def recovered(folder: Path, slot: Slot, there: Scripted) -> tuple[Desk, Running]:
    counter = await at(folder, slot, there)
    assert await counter.orders.recover() == 1
    running = counter.orders.unfinished_card(CARD_NO)
    assert running is not None
    return counter, running


async def test_write_that_was_cut_off_and_landed_is_seen_at_the_next_read_and_not_repeated(tmp_path: Path) -> None:
    slot, there = Slot(), peer(query=lambda *_: gas.Owed())
    await cut_off(tmp_path, slot, NEW)
    counter, running = await recovered(tmp_path, slot, there)
    await asyncio.sleep(0)
    assert slot.calls == []  # nobody has read the card yet
    running.card_in(slot.card())
    await closed(running)
    assert slot.calls == ["find"]
    assert "write_data" not in there.calls
    assert truth(running.rows) == "done"
    await counter.close()


async def test_write_that_was_cut_off_in_the_middle_gets_the_same_bytes_again(tmp_path: Path) -> None:
    asked: list[tuple[object, ...]] = []

    def again(*given: object) -> gas.WriteJob:
        asked.append(given)
        return JOB

    slot = Slot()
    await cut_off(tmp_path, slot, HALF)
    counter, running = await recovered(tmp_path, slot, peer(write_data=again, query=lambda *_: gas.Owed()))
    running.card_in(None)  # it contradicts itself
    await closed(running)
    assert slot.calls == ["find", "write"]
    assert asked == [(running.rows.order.order_no, b"", "J7")]
    assert truth(running.rows) == "done"
    await counter.close()


async def test_other_bytes_than_were_recorded_are_never_written_over_half_of_them(tmp_path: Path) -> None:
    slot = Slot()
    await cut_off(tmp_path, slot, HALF)
    other = peer(write_data=lambda *_: replace(JOB, image=b"other"), query=lambda *_: gas.Owed())
    counter, running = await recovered(tmp_path, slot, other)
    running.card_in(None)
    await until(running, lambda: "write_data" in other.calls and not running.card.there)
    assert slot.calls == ["find"]
    assert running.rows.job is not None
    assert slot.image == HALF
    await counter.close()


async def test_write_that_was_cut_off_before_its_first_byte_is_absent_and_made_again(tmp_path: Path) -> None:
    slot = Slot()
    await cut_off(tmp_path, slot, OLD)
    counter, running = await recovered(tmp_path, slot, peer(query=lambda *_: gas.Owed()))
    running.card_in(slot.card())
    await until(running, lambda: running.rows.order.state == "held")
    assert slot.calls == ["find"]
    running.card_in(slot.card())
    await closed(running)
    assert [job.state for job in running.rows.jobs] == ["absent", "landed"]
    assert slot.calls == ["find", "write"]
    await counter.close()


async def test_company_is_not_asked_for_a_card_that_cannot_be_read(tmp_path: Path) -> None:
    """It has lost a try, say: what the company would answer is for a card as it was read."""
    slot, there = Slot(), peer(query=lambda *_: gas.Owed())
    counter = await at(tmp_path, slot, there)
    running = await counter.orders.begin(BUYS, "zh_CN")
    running.card_in(None)
    running.pay_with(Method("wechat", "wechat"))
    await until(running, lambda: running.rows.order.owed and running.rows.order.state == "held")
    assert "write_data" not in there.calls
    running.card_in(slot.card())
    await closed(running)
    assert truth(running.rows) == "done"
    await counter.close()


async def test_another_volume_than_was_bought_is_never_written(tmp_path: Path) -> None:
    asked, thrice = 0, asyncio.Event()

    def less(*_: object) -> gas.WriteJob:
        nonlocal asked
        asked += 1
        if asked == 3:
            thrice.set()
        return replace(JOB, gas_m3=Decimal(49))

    slot = Slot()
    counter = await at(tmp_path, slot, peer(write_data=less))
    running = await begun(counter, slot)
    async with asyncio.timeout(10):
        await thrice.wait()
    assert slot.calls == []
    assert running.rows.jobs == ()
    await counter.close()


async def test_images_of_a_write_are_sealed_in_the_step_of_its_intent_and_in_that_of_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step of their own, and as long as the order's other values."""
    slot = Slot()
    counter = await at(tmp_path, slot, peer())
    genuine = counter.ledger.record
    sealed: list[tuple[str, tuple[CardWrite, ...], int]] = []

    async def record(*events: ev.Event, rows: Rows, subject: Sealed | None = None) -> None:
        await genuine(*events, rows=rows, subject=subject)
        if subject is not None:
            assert subject.subject == rows.order.subject
            private = unseal(await counter.ledger.private(subject.subject) or b"")
            assert isinstance(private, GasCardPrivate)
            sealed.append((type(events[0]).__name__, private.writes, subject.expires_ms - rows.order.opened_ms))

    monkeypatch.setattr(counter.ledger, "record", record)
    await closed(await begun(counter, slot))
    before = CardWrite(n=1, before=OLD, meant=NEW)
    days = counter.orders.world.settings.private_days * 86_400_000
    assert sealed == [
        ("OrderOpening", (), days),
        ("JobSent", (before,), days),
        ("JobLanded", (replace(before, after=NEW),), days),
    ]
    await counter.close()


async def test_image_of_a_card_that_was_torn_is_kept_for_the_staff(tmp_path: Path) -> None:
    slot = Slot()
    counter = await at(tmp_path, slot, peer())
    slot.breaks = b"odd"
    running = await begun(counter, slot)
    await until(running, lambda: running.rows.job is not None and slot.calls == ["write"])
    running.card_in(None)
    await until(running, lambda: running.rows.order.state == "manual")
    [rows] = await counter.ledger.unclosed()
    private = unseal(await counter.ledger.private(rows.order.subject) or b"")
    assert isinstance(private, GasCardPrivate)
    assert private.writes == (CardWrite(n=1, before=OLD, meant=NEW, after=b"odd"),)
    await counter.close()
