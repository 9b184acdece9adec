"""One number for each person, business and day: known again by a keyed hash, which tells nobody who it is."""

from pathlib import Path

import msgspec
import pytest

from kiosk.ledger.reading import reading
from kiosk.tickets.desk import Desk, HasTicketError
from tests.tickets.hall import SETTINGS, Clock, desk_on

LI, WANG = "610000194803070021", "61000019851219003X"
ONCE = msgspec.structs.replace(SETTINGS, one_per_person=True)


async def had(desk: Desk, letter: str, number: str) -> str:
    """The number that somebody has already."""
    with pytest.raises(HasTicketError) as error:
        await desk.give(letter, id_number=number)
    return error.value.row.shown


async def test_the_second_time_the_number_is_the_same(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock(), ONCE) as desk:
        assert (await desk.give("A", id_number=LI)).shown == "A001"
        assert await had(desk, "A", LI) == "A001"
        assert (await desk.give("A", id_number=WANG)).shown == "A002"
        assert (await desk.give("B", id_number=LI)).shown == "B001"
        assert await had(desk, "A", LI) == "A001"
        assert desk.waiting_count == 3


async def test_it_is_known_after_a_restart_and_when_it_was_served(tmp_path: Path) -> None:
    clock = Clock()
    async with desk_on(tmp_path, clock, ONCE) as desk:
        await desk.give("A", id_number=LI)
        await desk.next(1)
        await desk.finish(1)
    async with desk_on(tmp_path, clock, ONCE) as desk:
        assert await had(desk, "A", LI) == "A001"


async def test_another_day_is_another_number(tmp_path: Path) -> None:
    clock = Clock("2026-11-30 11:59")
    async with desk_on(tmp_path, clock, ONCE) as desk:
        first = await desk.give("A", id_number=LI)
        clock.set("2026-12-01 09:00")
        second = await desk.give("A", id_number=LI)
    assert (second.shown, second.business_date) == ("A001", "2026-12-01")
    assert first.person != second.person


async def test_nobody_can_tell_who_it_was_or_that_it_was_the_same(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock(), ONCE) as desk:
        at_a = await desk.give("A", id_number=LI)
        at_b = await desk.give("B", id_number=LI)
        without = await desk.give("A")
    assert at_a.person != at_b.person
    assert at_a.hash_key == at_b.hash_key != ""
    assert (without.person, without.hash_key) == ("", "")
    with reading(tmp_path) as db:
        journal = "".join(str(row["body"]) for row in db["journal"].rows)
    assert at_a.person in journal
    for piece in (LI, LI[6:14], LI[-4:]):
        assert piece not in journal
    assert journal.count("person") == 2


async def test_without_a_card_everybody_has_as_many_as_they_want(tmp_path: Path) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        assert [(await desk.give("A")).shown for _ in range(2)] == ["A001", "A002"]
