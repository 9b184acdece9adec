"""Tickets given and called on a real ledger: numbers, days, races and what a restart leaves."""

import asyncio
from pathlib import Path
from typing import cast

import msgspec
import pytest
from msgspec.structs import replace

from kiosk.devices.printer import PrintOutcome, ReceiptPrinter
from kiosk.ledger.reading import reading, verify
from kiosk.protocol.tickets import TicketGiven, TicketRow
from kiosk.slips.slip import Slip
from kiosk.tickets.desk import NoNumberError, QueueClosedError, RefusedError
from tests.tickets.cut import Paper, slip_of
from tests.tickets.hall import SETTINGS, Clock, desk_on


def damage(folder: Path) -> None:
    for path in folder.glob("ledger.db*"):
        path.write_bytes(b"not a database")


async def test_a_restart_goes_on_where_it_was(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_on(tmp_path, clock) as desk:
        for letter in "AAB":
            await desk.give(letter)
        assert (await desk.next(1)).shown == "A001"
        before = desk.rows
    async with desk_on(tmp_path, clock) as desk:
        assert sorted(desk.rows, key=lambda row: row.place) == before
        assert [(called.shown, called.window) for called in desk.called()] == [("A001", 1)]
        assert (await desk.give("A")).shown == "A003"
        assert [(await desk.next(2)).shown for _ in range(3)] == ["A002", "B001", "A003"]


async def test_midnight_during_a_visit(tmp_path: Path) -> None:
    """Asked for before midnight and given after, a ticket is one of the new day, with its first number."""
    clock = Clock("2026-11-30 23:59:59")
    async with desk_on(tmp_path, clock) as desk:
        old = await desk.give("A")
        asked = asyncio.create_task(desk.give("A"))
        clock.set("2026-12-01 00:00:00")
        new = await asked
        assert (old.shown, old.business_date) == ("A001", "2026-11-30")
        assert (new.shown, new.business_date) == ("A001", "2026-12-01")
        assert [row.matter for row in desk.rows] == [new.matter]
        kept = desk.row(old.matter)
        assert kept
        assert kept.state == "lapsed"
        assert (await desk.next(1)).matter == new.matter
    with reading(tmp_path) as db:
        assert [wrong for _, wrong in verify(db, None) if wrong] == []


async def test_midnight_while_a_slip_is_printed(tmp_path: Path) -> None:
    """What became of the slip is recorded for the ticket of the day that has ended."""
    clock = Clock("2026-11-30 23:59:59")
    paper = tmp_path / "paper"

    class Slow(Paper):
        async def print(self, slip: Slip) -> PrintOutcome:
            clock.set("2026-12-01 00:00:00")
            await desk.tick()
            return await super().print(slip)

    async with desk_on(tmp_path / "hall", clock) as desk:
        row = await desk.give("A")
        printer = cast("ReceiptPrinter[msgspec.Struct]", Slow(paper))
        assert await desk.print_slip(row.matter, printer, slip_of) == "printed"
        kept = desk.row(row.matter)
        assert kept
        assert (kept.state, kept.slip) == ("lapsed", "printed")
        assert desk.rows == []
    assert paper.read_text() == "A001\n"


async def test_a_clock_that_jumps_to_another_day_and_back_repeats_no_number(tmp_path: Path) -> None:
    clock = Clock("2026-11-30 10:00")
    given: list[TicketRow] = []
    async with desk_on(tmp_path, clock) as desk:
        for day in ("2026-11-30 10:00", "2026-12-01 10:00", "2026-11-30 10:01", "2025-01-01 10:00", "2026-11-30 10:02"):
            clock.set(day)
            given += [await desk.give("A"), await desk.give("A")]
    names = [(row.business_date, row.number) for row in given]
    assert len(set(names)) == len(names)
    assert [row.number for row in given if row.business_date == "2026-11-30"] == [1, 2, 3, 4, 5, 6]


async def test_two_residents_racing_two_terminals(tmp_path: Path) -> None:
    """Each terminal has a ledger of its own and knows nothing of the other: no number is given by both."""
    clock = Clock()
    first, second = (replace(SETTINGS, share=share) for share in ("1/2", "2/2"))
    async with desk_on(tmp_path / "1", clock, first) as one, desk_on(tmp_path / "2", clock, second) as two:
        rows = await asyncio.gather(*(desk.give("A") for _ in range(20) for desk in (one, two)))
    numbers = sorted(row.number for row in rows)
    assert numbers == list(range(1, 41))
    assert len({row.matter for row in rows}) == 40


async def test_many_at_once_at_one_terminal(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        rows = await asyncio.gather(*(desk.give("A") for _ in range(30)))
        assert sorted(row.number for row in rows) == list(range(1, 31))
        assert sorted(row.place for row in rows) == list(range(1, 31))


async def test_two_clerks_who_press_at_once_call_two_people(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        for _ in range(2):
            await desk.give("A")
        called = await asyncio.gather(desk.next(1), desk.next(2))
        assert sorted(row.shown for row in called) == ["A001", "A002"]


async def test_a_button_pressed_twice_does_nothing_the_second_time(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        for _ in range(3):
            await desk.give("A")
        results = await asyncio.gather(desk.next(1, ""), desk.next(1, ""), return_exceptions=True)
        assert [type(result) for result in results] == [TicketRow, RefusedError]
        assert desk.waiting_count == 2
        with pytest.raises(RefusedError, match="changed"):
            await desk.finish(1, "A009")
        assert (await desk.next(1, "A001")).shown == "A002"


async def test_the_quota_ends_the_numbers_of_a_day(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_on(tmp_path, clock) as desk:
        for _ in range(3):
            await desk.give("B")
        with pytest.raises(NoNumberError, match="quota"):
            await desk.give("B")
        assert (await desk.give("A")).shown == "A001"
        clock.set("2026-12-01 09:00")
        assert (await desk.give("B")).shown == "B001"


async def test_outside_its_hours_a_business_gives_no_number(tmp_path: Path) -> None:
    clock = Clock("2026-11-30 12:00")
    async with desk_on(tmp_path, clock) as desk:
        with pytest.raises(NoNumberError, match="hours"):
            await desk.give("B")
        news: list[int] = []
        desk.subscribe(lambda: news.append(clock.ms))
        await desk.tick()
        clock.set("2026-12-01 08:30")
        await desk.tick()
        assert clock.ms in news
        assert (await desk.give("B")).shown == "B001"


async def test_a_number_that_was_called_often_enough_is_skipped(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        await desk.give("A")
        await desk.next(1)
        assert [(await desk.recall(1)).times for _ in range(2)] == [2, 3]
        assert (await desk.recall(1)).state == "missed"
        assert desk.called() == []


async def test_who_comes_back_too_late_takes_a_new_number(tmp_path: Path) -> None:
    clock = Clock("2026-11-30 09:00")
    async with desk_on(tmp_path, clock) as desk:
        for _ in range(2):
            await desk.give("A")
            await desk.next(1)
            await desk.no_show(1)
        clock.set("2026-11-30 09:30")
        assert (await desk.come_back("a001 ")).state == "waiting"
        clock.set("2026-11-30 09:31")
        with pytest.raises(RefusedError, match="too_late"):
            await desk.come_back("A002")
        for number, why in (("A001", "not_missed"), ("A777", "no_such_ticket")):
            with pytest.raises(RefusedError, match=why):
                await desk.come_back(number)


async def test_a_transfer_keeps_the_number_and_is_next(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        await desk.give("A")
        await desk.give("B")
        await desk.next(1)
        for letter, why in (("C", "no_such_business"), ("A", "same_business")):
            with pytest.raises(RefusedError, match=why):
                await desk.transfer(1, letter)
        moved = await desk.transfer(1, "B")
        assert (moved.shown, moved.business) == ("A001", "B")
        assert (await desk.next(2)).shown == "A001"
        assert desk.at(1) is None


async def test_what_a_clerk_cannot_do_is_refused_in_a_word(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        for wish, why in (
            (desk.next(1), "nobody_waits"),
            (desk.next(9), "no_such_window"),
            (desk.recall(1), "nobody_here"),
            (desk.no_show(1), "nobody_here"),
            (desk.finish(2), "nobody_here"),
            (desk.transfer(1, "B"), "nobody_here"),
        ):
            with pytest.raises(RefusedError, match=why):
                await wish


async def test_a_resident_who_leaves_before_the_number_is_there_is_never_called(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        giving = asyncio.create_task(desk.give("A"))
        await asyncio.sleep(0)
        giving.cancel()
        await asyncio.gather(giving, return_exceptions=True)
        await desk.aclose()
        assert [row.state for row in desk.rows] in ([], ["lapsed"])
        later = await desk.give("A")
        assert (await desk.next(1)).matter == later.matter


async def test_a_ledger_that_had_to_be_set_aside_repeats_no_number_of_the_day(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_on(tmp_path, clock) as desk:
        numbers = [(await desk.give("A")).number for _ in range(60)]
    damage(tmp_path)
    async with desk_on(tmp_path, clock) as desk:
        assert desk.rows == []
        more = [(await desk.give("A")).number for _ in range(3)]
        assert not set(more) & set(numbers)
        other = await desk.give("B")
        assert other.shown == "B001"
        clock.set("2026-12-01 09:00")
        assert (await desk.give("A")).shown == "A001"


async def test_ten_thousand_tickets_in_a_day(tmp_path: Path) -> None:
    """All of one letter: the numbers go on, a restart knows them all, and who is next is found in a moment."""
    clock = Clock()
    async with desk_on(tmp_path, clock) as desk:
        for first in range(1, 9_991, 555):
            await desk._ledger.note(
                *(
                    TicketGiven(
                        matter=f"{number:016x}",
                        letter="A",
                        number=number,
                        business_date="2026-11-30",
                        priority=number % 10 == 0,
                        place=number,
                        at_ms=clock.ms,
                    )
                    for number in range(first, first + 555)
                )
            )
    async with desk_on(tmp_path, clock) as desk:
        given = [await desk.give("A") for _ in range(10)]
        assert [row.number for row in given] == list(range(9_991, 10_001))
        assert given[-1].shown == "A10000"
        assert desk.waiting_count == 10_000
        assert desk.ahead(given[-1]) == 9_999
        called = [(await desk.next(window)).shown for window in (1, 2, 1, 2)]
        assert called == ["A010", "A020", "A001", "A002"]


async def test_a_ledger_that_fails_closes_the_queue_and_gives_nothing(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        await desk.give("A")
        await desk._ledger.aclose()
        for _ in range(2):
            with pytest.raises(QueueClosedError):
                await desk.give("A")
        assert desk.broken
        assert len(desk.rows) == 1
