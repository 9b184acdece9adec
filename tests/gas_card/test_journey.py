"""From the card in the reader to the gas in the meter, with a real pcscd and the company over HTTP."""

from decimal import Decimal
from typing import Any

import pytest

from drivers.pcsc_gas_card import simulator_layout as layout
from kiosk.ledger.cli import ledger_command
from kiosk.text.catalogue import catalogue
from kiosk.views.common import Outcome
from kiosk.views.gas_card import ChooseGas, ConfirmGas, EnterGas, InsertCard
from kiosk.views.payment import ChooseMethod
from kiosk.views.view import View
from tests.gas_card.counter import Counter, Does, lines
from tests.pcsc_gas_card import company

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAGES = ["ChooseGas", "ConfirmGas", "ChooseMethod"]


def inserting(counter: Counter, *cards: str) -> Any:
    """At each request, the next of these cards."""
    left = list(cards)

    async def insert(_: InsertCard) -> None:
        if left:
            await counter.hall.hand("pull")
            await counter.hall.hand("insert", card=left.pop(0))

    return insert


def telling(told: list[Outcome]) -> Does:
    """Keep the ends that are told, and go when the slip is there."""

    def outcome(view: Outcome) -> str | None:
        told.append(view)
        return "done" if view.slip_state == "printed" else None

    return outcome


async def test_gas_is_bought_written_once_and_reported(counter: Counter) -> None:
    assert await counter.visit({InsertCard: inserting(counter, "household")}) == "goodbye"
    await counter.closed()
    assert counter.seen == ["InsertCard insert", *PAGES, "Outcome"]
    assert counter.hall.landed[-1] == {"number": "0200000284", "count": 7, "gas_m3": "20.00"}
    assert counter.books()["cards"]["0200000284"] == {"count": 7, "total_m3": "315", "owed_m3": "0"}
    [slip] = counter.printer.slips
    assert "20 m³" in lines(slip)
    await counter.hall.hand("meter", card="household")
    assert await counter.visit({InsertCard: inserting(counter, "household")}) == "goodbye"  # empty again
    assert counter.hall.landed[-1]["count"] == 8


async def test_what_the_meter_wrote_is_shown_and_the_company_has_it(counter: Counter) -> None:
    """The company has it by the image that it is sent anyway."""
    asked: list[ChooseGas] = []

    def choose(view: ChooseGas) -> str:
        asked.append(view)
        return "m3-20"

    assert await counter.visit({InsertCard: inserting(counter, "household"), ChooseGas: choose}) == "goodbye"
    await counter.hall.hand("meter", card="household", state=["battery low", "valve shut"])
    assert await counter.visit({InsertCard: inserting(counter, "household"), ChooseGas: choose}) == "goodbye"
    told = ["notice.meter_valve_shut.title", "notice.meter_battery_low.title"]
    assert [page for page in counter.seen if "InsertCard" not in page] == [*told, *PAGES, "Outcome"]
    assert [view.left_in_meter_m3 for view in asked] == [Decimal("3.2"), Decimal("23.2")]
    assert counter.books()["meters"]["0200000284"] == {"left_m3": "23.2", "state": 3, "day": "20261101"}
    assert counter.hall.machine.books()["cards"][0]["meter"] == "23.20 m³ left, battery low, valve shut"


async def test_card_that_is_pulled_in_the_middle_is_written_to_the_end_when_it_is_back(counter: Counter) -> None:
    landed = len(counter.hall.landed)
    counter.hall.arm("pull_mid_write", after=1)
    assert await counter.visit({InsertCard: inserting(counter, "household", "household")}) == "goodbye"
    await counter.closed()
    assert counter.seen == ["InsertCard insert", *PAGES, "InsertCard again", "Outcome"]
    assert len(counter.hall.landed) == landed + 1
    assert counter.books()["oddities"] == []


async def test_another_card_is_left_alone_and_asked_back(counter: Counter) -> None:
    put_in = {"insert": "household", "again": "cpu", "other": "household"}

    async def insert(view: InsertCard) -> None:
        if card := put_in.pop(view.step, None):  # while a card is out, the first one is asked for again
            await counter.hall.hand("pull")
            await counter.hall.hand("insert", card=card)

    counter.hall.arm("pull_mid_write", after=1)
    assert await counter.visit({InsertCard: insert}) == "goodbye"
    await counter.closed()
    assert counter.seen[:6] == ["InsertCard insert", *PAGES, "InsertCard again", "InsertCard other"]
    assert counter.seen[-1] == "Outcome"
    assert counter.hall.landed[-1]["number"] == "0200000284"


async def test_who_leaves_with_a_write_cut_off_finds_it_finished_at_the_next_visit(
    counter: Counter, capsys: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []

    def outcome(view: Outcome) -> str | None:
        told.append(view.truth)
        return "done" if view.slip_state == "printed" else None

    insert = inserting(counter, "household")

    async def leaves(view: InsertCard) -> str | None:
        return "later" if view.can_leave else await insert(view)

    counter.hall.arm("pull_mid_write", after=1)
    assert await counter.visit({InsertCard: leaves, Outcome: outcome}) == "goodbye"
    assert told[-1] == "not_finished"
    [rows] = await counter.orders_on_disk()
    assert rows.job is not None
    [write] = await counter.writes(rows)
    assert write.after is None
    await counter.again()
    assert await counter.visit({InsertCard: inserting(counter, "household"), Outcome: outcome}) == "goodbye"
    await counter.closed()
    assert counter.seen == ["InsertCard insert", "Outcome"]
    assert told[-1] == "done"
    assert counter.books()["cards"]["0200000284"]["count"] == 7
    [write] = await counter.writes(rows)
    assert (layout.read(write.before), write.after) == (layout.Purchase("0200000284", 6, 0, 29_500), write.meant)
    assert write.after == bytes(counter.hall.machine._card("household").memory)
    assert ledger_command(["show", rows.order.order_no, "--card", "--data", str(counter.folder)]) == 0
    shown = capsys.readouterr().out
    assert f"  20  {write.before[0x20:0x30].hex(' ').upper()}  as it was\n" in shown
    assert f"  20  {write.meant[0x20:0x30].hex(' ').upper()}  read back\n" in shown
    assert not any(b"MKGC" in path.read_bytes() for path in counter.folder.rglob("*") if path.is_file())


async def test_gas_by_money_is_whole_cubic_meters_and_every_tier_is_told(counter: Counter) -> None:
    """A worked case of the public sheets: ¥100 in the last 10 m³ of tier 1; what buys no whole m³ is not charged."""
    asked: list[ConfirmGas] = []

    def confirm(view: ConfirmGas) -> str:
        asked.append(view)
        return "pay"

    does: dict[type[View], Does] = {InsertCard: inserting(counter, "cpu"), ChooseGas: lambda _: "yuan-100"}
    assert await counter.visit(does | {ConfirmGas: confirm}) == "goodbye"
    await counter.closed()
    [view] = asked
    assert (view.gas_m3, view.total_fen, view.after_m3) == (Decimal(39), 98_17, Decimal(529))
    assert [(line.tier, str(line.volume_m3), str(line.unit_price), line.amount_fen) for line in view.lines] == [
        (1, "10", "2.19", 21_90),
        (2, "29", "2.63", 76_27),
    ]
    assert counter.wallet == [98_17]
    assert counter.hall.landed[-1] == {"number": "0200000314", "count": 251, "gas_m3": "39.00"}
    [slip] = counter.printer.slips
    assert all(word in lines(slip) for word in ("10 m³ × 2.19", "29 m³ × 2.63", "21.90", "76.27", "¥98.17"))


async def test_too_little_and_too_much_are_told_before_any_money(counter: Counter) -> None:
    """By the company for money that buys no whole m³, by the terminal for what is typed."""
    wishes, typed = ["yuan-1", "other"], ["301", "0", "300"]
    told: list[str] = []

    def choose(view: ChooseGas) -> str:
        told.extend([catalogue("en").tell(view.problem)] if view.problem else [])
        return wishes.pop(0)

    def enter(view: EnterGas) -> str:
        told.extend([catalogue("en").tell(view.problem)] if view.problem else [])
        return typed.pop(0)

    does: dict[type[View], Does] = {InsertCard: inserting(counter, "household"), ChooseGas: choose, EnterGas: enter}
    assert await counter.visit(does) == "goodbye"
    assert told == ["Only 1 to 300 m³."] * 3
    assert counter.hall.landed[-1]["gas_m3"] == "300.00"
    await counter.hall.hand("meter", card="household")
    orders = len(counter.company.books()["orders"])
    does = {InsertCard: inserting(counter, "household"), ChooseGas: lambda _: "yuan-1"}
    assert await counter.visit(does) == "home"
    assert counter.seen[-1] == "notice.limits_changed.title"
    assert len(counter.company.books()["orders"]) == orders


async def test_gas_that_came_onto_the_card_meanwhile_is_for_the_meter_first_and_then_the_order_goes_on(
    counter: Counter,
) -> None:
    told: list[Outcome] = []

    async def takes_it_out(_: ChooseMethod) -> str:
        await counter.hall.hand("pull")
        return "wechat"

    async def insert(view: InsertCard) -> None:
        if view.step == "again":
            await counter.hall.hand("write", card="household", at=0x20, hex=(company.record(6, 500, 29_500) * 2).hex())
        await inserting(counter, "household")(view)

    does: dict[type[View], Does] = {InsertCard: insert, Outcome: telling(told)}
    assert await counter.visit(does | {ChooseMethod: takes_it_out}) == "goodbye"
    assert [line.key for line in told[-1].lines] == ["truth.money.received", "truth.goods.meter_first"]
    await counter.hall.hand("meter", card="household")
    assert await counter.visit({InsertCard: inserting(counter, "household"), Outcome: telling(told)}) == "goodbye"
    await counter.closed()
    assert told[-1].truth == "done"
    assert counter.hall.landed[-1] == {"number": "0200000284", "count": 7, "gas_m3": "20.00"}


async def test_card_that_was_locked_meanwhile_is_told_so_at_once_and_goes_on_when_it_is_unlocked(
    counter: Counter,
) -> None:
    told: list[Outcome] = []

    async def insert(view: InsertCard) -> None:
        if view.step == "again":
            await counter.hall.hand("lose_try", card="household", times=3)
        await inserting(counter, "household")(view)

    counter.hall.arm("pull_at", ins="D0")
    assert await counter.visit({InsertCard: insert, Outcome: telling(told)}) == "goodbye"
    assert [line.key for line in told[-1].lines] == ["truth.money.received", "truth.goods.card_locked"]
    assert "counter" in catalogue("en").tell(told[-1].lines[-1])
    [rows] = await counter.orders_on_disk()
    assert (rows.order.state, rows.order.why) == ("held", "card_locked")
    assert await counter.visit({InsertCard: inserting(counter, "household"), Outcome: telling(told)}) == "goodbye"
    assert [line.key for line in told[-1].lines] == ["truth.money.received", "truth.goods.card_locked"]
    await counter.hall.hand("renew", card="household")
    await counter.again()
    assert await counter.visit({InsertCard: inserting(counter, "household"), Outcome: telling(told)}) == "goodbye"
    await counter.closed()
    assert told[-1].truth == "done"
    assert counter.hall.landed[-1] == {"number": "0200000284", "count": 7, "gas_m3": "20.00"}


async def test_gas_on_the_card_stops_it_before_any_money(counter: Counter) -> None:
    assert await counter.visit({InsertCard: inserting(counter, "unused")}) == "home"
    assert counter.seen == ["InsertCard insert", "notice.gas_on_card.title"]
    assert counter.company.books()["orders"] == {}


async def test_what_is_owed_comes_first_and_costs_nothing(counter: Counter) -> None:
    assert await counter.visit({InsertCard: inserting(counter, "memory")}) == "goodbye"
    await counter.closed()
    assert counter.seen == ["InsertCard insert", "ConfirmGas", "Outcome"]
    assert counter.hall.landed[-1] == {"number": "0200000306", "count": 13, "gas_m3": "12.50"}
    assert counter.books()["cards"]["0200000306"]["owed_m3"] == "30"
    assert "¥0.00" in lines(counter.printer.slips[0])


@pytest.mark.parametrize(("card", "step"), [("bank", "foreign"), ("blank", "foreign")])
async def test_cards_that_are_none_are_handed_back(counter: Counter, card: str, step: str) -> None:
    assert await counter.visit({InsertCard: inserting(counter, card, "household")}) == "goodbye"
    assert counter.seen[:2] == ["InsertCard insert", f"InsertCard {step}"]


async def test_keys_of_a_cpu_card_and_its_many_purchases(counter: Counter) -> None:
    assert await counter.visit({InsertCard: inserting(counter, "cpu")}) == "goodbye"
    assert counter.hall.landed[-1] == {"number": "0200000314", "count": 251, "gas_m3": "20.00"}
