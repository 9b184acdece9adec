"""A ticket in two touches, at the real engine: what a resident sees, holds, and what stays when things go wrong."""

import asyncio
import re
import signal
import socket
from pathlib import Path

import aiohttp
import msgspec
import pytest

from kiosk.config import load
from kiosk.control.client import ask
from kiosk.devices.secret import Secret
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.tables import matters_where
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.wishes import QueueFinish, QueueNext
from kiosk.tickets.settings import ClerkPage, QueueSettings
from kiosk.views.common import Attract, Goodbye, Home, Notice
from kiosk.views.lists import ChooseEntry
from kiosk.views.notice import ShowItem
from kiosk.views.queue import ChooseBusiness, YourTicket
from kiosk.views.view import Answered
from tests.journey.conftest import CONFIG, Hall
from tests.journey.terminal import VISIT, standing

QUEUE = "queue_ticket"
GIVEN = "after record menkou.ticket.given.v1"


def demo_queue() -> QueueSettings:
    return load(CONFIG).queue


def tickets(folder: Path) -> list[TicketRow]:
    with reading(folder) as db:
        assert [wrong for _, wrong in verify(db, None) if wrong] == []
        return sorted(matters_where(db, TicketRow, {}), key=lambda row: (row.business_date, row.letter, row.number))


async def test_two_touches_and_the_number_is_in_hand(hall: Hall) -> None:
    async with standing(hall, journey=QUEUE) as terminal:
        person = terminal.person
        person.stay(YourTicket)
        shown = await person.at(YourTicket, lambda view: view.slip_state == "printed")
        person.answer("done")
        await person.gone()
    assert [type(view) for view in person.seen if not isinstance(view, Home)][:2] == [ChooseBusiness, YourTicket]
    assert (shown.shown, shown.ahead.key) == ("A001", "queue.ahead_none")
    (slip,) = hall.slips()
    assert "A001" in slip
    assert "前面还有0人" in slip
    assert "窗口1,2" in slip
    assert "补打" not in slip
    (row,) = tickets(hall.ledger)
    assert (row.state, row.slip, row.priority) == ("waiting", "printed", False)
    home = [view for view in person.seen if isinstance(view, Home)]
    assert [tile.note.key for tile in home[0].tiles if tile.journey == QUEUE and tile.note] == ["queue.nobody_waits"]


async def test_a_double_tap_makes_one_ticket(hall: Hall) -> None:
    async with standing(hall, journey=QUEUE) as terminal:
        person = terminal.person
        person.stay(ChooseBusiness)
        await person.at(ChooseBusiness)
        assert person.page is not None
        for _ in range(3):
            person.take(Answered(person.page.number, "A!"))
        await person.gone()
    (row,) = tickets(hall.ledger)
    assert (row.shown, row.priority) == ("A001", True)


async def test_paper_ends_between_the_number_and_its_slip(hall: Hall) -> None:
    """The number counts, the screen says it and why there is no slip; after the new roll it is printed, unmarked."""

    def out_of_paper(name: str) -> None:
        if name == GIVEN:
            hall.simulators.do("escpos", "paper_out")

    async with standing(hall, journey=QUEUE, observe=out_of_paper) as terminal:
        person = terminal.person
        person.stay(YourTicket)
        shown = await person.at(YourTicket, lambda view: view.slip_state == "not_printed")
        assert (shown.shown, shown.slip_problem) == ("A001", "reason.paper_out")
        assert hall.slips() == []
        hall.simulators.do("escpos", "refill")
        await person.at(YourTicket, lambda view: view.can_print)
        person.answer("print")
        await person.at(YourTicket, lambda view: view.slip_state == "printed")
        person.answer("done")
        await person.gone()
    (slip,) = hall.slips()
    assert "A001" in slip
    assert "补打" not in slip
    assert [row.slip for row in tickets(hall.ledger)] == ["printed"]


async def test_no_paper_is_said_before_and_the_number_is_given_all_the_same(hall: Hall) -> None:
    hall.simulators.do("escpos", "paper_out")
    async with standing(hall, journey=QUEUE) as terminal:
        person = terminal.person
        person.stay(ChooseBusiness, YourTicket)
        await person.at(ChooseBusiness, lambda view: view.no_slip == "reason.paper_out")
        person.answer("A")
        shown = await person.at(YourTicket)
        person.answer("done")
        await person.gone()
    assert (shown.slip_state, shown.slip_problem) == ("not_printed", "reason.paper_out")
    assert [row.slips for row in tickets(hall.ledger)] == [0]


async def test_a_slip_that_may_be_out_is_printed_again_marked(hall: Hall) -> None:
    hall.simulators.arm("escpos", "power_off_mid_slip", times=1)
    async with standing(hall, journey=QUEUE) as terminal:
        person = terminal.person
        person.stay(YourTicket)
        await person.at(YourTicket, lambda view: view.slip_state == "unknown")
        hall.simulators.do("escpos", "power_on")
        await person.at(YourTicket, lambda view: view.can_print)
        person.answer("print")
        await person.at(YourTicket, lambda view: view.slip_state == "printed")
        person.answer("done")
        await person.gone()
    assert "补打" in hall.slips()[-1]


async def test_the_call_shows_on_the_ticket_and_on_the_attract_screen(hall: Hall) -> None:
    visit = msgspec.structs.replace(VISIT, idle_seconds=5)
    async with standing(hall, journey=QUEUE, visit=visit) as terminal:
        person = terminal.person
        person.stay(YourTicket, Attract)
        await person.at(YourTicket, lambda view: view.slip_state == "printed")
        assert (await asyncio.to_thread(ask, hall.ledger, QueueNext(window=2))).ok
        assert (await person.at(YourTicket, lambda view: view.window == 2)).shown == "A001"
        person.answer("done")
        await person.at(Goodbye)
        attract = await person.at(Attract)
        assert [(call.shown, call.window) for call in attract.called] == [("A001", 2)]
        assert (await asyncio.to_thread(ask, hall.ledger, QueueFinish(window=2))).ok
        await person.at(Attract, lambda view: view.called == ())


async def test_clerks_have_their_page_at_the_running_terminal(hall: Hall, tmp_path: Path) -> None:
    """Opened by the PIN; without one that is right, residents take their numbers all the same."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pin = tmp_path / "pin"
    queue = msgspec.structs.replace(demo_queue(), page=ClerkPage(pin=Secret("file:pin", tmp_path), port=port))
    for content, opens in (("2468", True), ("none", False)):
        pin.write_text(content)
        async with standing(hall, journey=QUEUE, queue=queue) as terminal, aiohttp.ClientSession() as browser:
            await terminal.person.gone()
            try:
                async with browser.get(f"http://127.0.0.1:{port}/login") as answer:
                    assert opens
                    assert "叫号" in await answer.text()
            except aiohttp.ClientConnectorError:
                assert not opens
    assert len(tickets(hall.ledger)) == 2


async def test_who_has_the_slip_and_goes_need_not_say_so(hall: Hall) -> None:
    async with standing(hall, journey=QUEUE) as terminal:
        person, engine = terminal.person, terminal.engine
        person.stay(ChooseBusiness, YourTicket)
        await person.at(ChooseBusiness)
        assert engine.counter.desk is not None
        engine.counter.desk.settings = msgspec.structs.replace(engine.counter.desk.settings, shown_seconds=5.0)
        person.answer("A")
        await person.at(Goodbye)
    assert [question for question in person.questions if question is not None] == []


async def test_a_ledger_that_fails_at_the_number_gives_none_and_says_so(hall: Hall) -> None:
    async with standing(hall, journey=QUEUE) as terminal:
        person, engine = terminal.person, terminal.engine

        def fails() -> None:
            assert engine.ledger is not None
            engine.ledger._store._shut = "the disk is gone"

        person.before[ChooseBusiness] = fails
        notice = await person.at(Notice)
        assert notice.title == "notice.no_ticket.title"
    assert tickets(hall.ledger) == []


@pytest.mark.timeout(240)
def test_power_cut_at_every_step_of_a_ticket(hall: Hall) -> None:
    """No number twice, none lost: each is one that the ledger holds, in order; what was printed is one of them."""
    for kill_at in range(50):
        code, lines = hall.run("somebody", journey=QUEUE, kill_at=kill_at)
        if code == 0:
            break
        assert code == -signal.SIGKILL, lines
    else:
        raise AssertionError("a visit was cut more often than it has steps")
    rows = tickets(hall.ledger)
    numbers = [row.number for row in rows]
    assert numbers == list(range(1, len(rows) + 1))
    assert kill_at >= 8  # the steps of one visit, and what the cut before it left to record
    assert {row.slip for row in rows} <= {"none", "unknown", "printed"}
    printed = [re.findall(r"A[0-9]{3}", slip)[0] for slip in hall.slips()]
    assert len(set(printed)) == len(printed)
    assert set(printed) <= {row.shown for row in rows}
    assert {row.shown for row in rows if row.slip == "printed"} <= set(printed)


async def test_back_from_the_choice_takes_no_number(hall: Hall) -> None:
    async with standing(hall, journey=QUEUE) as terminal:
        person = terminal.person
        person.stay(ChooseBusiness)
        await person.at(ChooseBusiness)
        person.back()
        await person.at(Home)
    assert tickets(hall.ledger) == []


async def test_an_item_leads_to_its_business_and_back(hall: Hall) -> None:
    """The yearly review of the senior allowance is done at the windows of C: no other business is asked about."""
    async with standing(hall, journey="notice") as terminal:
        person = terminal.person
        person.stay(ChooseEntry, ShowItem, ChooseBusiness, YourTicket)
        await person.at(ChooseEntry)
        person.answer("01001")
        assert (await person.at(ShowItem)).queue
        person.answer("queue")
        asked = await person.at(ChooseBusiness)
        assert [business.letter for business in asked.businesses] == ["C"]
        person.back()
        await person.at(ShowItem)
        person.answer("queue")
        await person.at(ChooseBusiness)
        person.answer("C")
        assert (await person.at(YourTicket)).shown == "C001"
        person.answer("done")
        await person.gone()
