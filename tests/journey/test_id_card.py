"""An identity card at the real engine and a simulated reader: one number for each person, whatever the reader does."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from kiosk.config import load, resolve_simulators
from kiosk.devices.drivers import DeviceConfig
from kiosk.rehearsal.hand import Hand
from kiosk.rehearsal.simulators import Simulators
from kiosk.tickets.settings import QueueSettings
from kiosk.views.common import Home, Notice
from kiosk.views.gas import ChooseAmount, ConfirmBill, EnterAccount
from kiosk.views.id_card import OfferIdCard, PresentIdCard
from kiosk.views.lists import ChooseEntry
from kiosk.views.queue import ChooseBusiness, YourTicket
from kiosk.views.view import View
from tests.journey.conftest import CONFIG, Hall
from tests.journey.terminal import Terminal, standing
from tests.journey.test_queue_ticket import QUEUE, tickets

Beside = tuple[DeviceConfig, ...]
MINE: tuple[type[View], ...] = (OfferIdCard, PresentIdCard, YourTicket, Notice)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with Simulators(tmp_path_factory.mktemp("readers"), ("sdt_id",)) as running:
        yield running


@pytest.fixture
def reader(readers: Simulators) -> Hand:
    """The hand at a reader that is well and has no card on it."""
    hand = readers.hand("sdt_id")
    hand.clear()
    for action in ("hush", "power_on", "plug", "recover", "lift"):
        hand.do(action)
    return hand


@pytest.fixture
def beside(readers: Simulators) -> Beside:
    """The reader as a device of the terminal."""
    config = load(CONFIG)
    mine = tuple(device for device in config.devices if device.role == "id_reader")
    return resolve_simulators(msgspec.structs.replace(config, devices=mine), readers.announcements).devices


def once() -> QueueSettings:
    return msgspec.structs.replace(load(CONFIG).queue, one_per_person=True)


async def lay(reader: Hand, who: str) -> None:
    """Lift what lies there, and lay that card down."""
    for action, what in (("lift", {}), ("lay", {"who": who})):
        await asyncio.to_thread(reader.do, action, **what)


async def asked_for_card(terminal: Terminal) -> None:
    """From the home screen to the wish for a card."""
    person = terminal.person
    await person.at(OfferIdCard)
    person.answer("card")
    await person.at(PresentIdCard)


async def test_one_number_for_each_person(hall: Hall, reader: Hand, beside: Beside) -> None:
    async with standing(hall, journey=QUEUE, queue=once(), beside=beside) as terminal:
        person = terminal.person
        person.stay(*MINE)
        await asked_for_card(terminal)
        await lay(reader, "senior")
        assert (await person.at(YourTicket, lambda view: view.slip_state == "printed")).shown == "A001"
        person.answer("done")
        await person.again("")
        await asked_for_card(terminal)
        await lay(reader, "senior")
        notice = await person.at(Notice)
        assert (notice.title, notice.body.words) == ("notice.has_ticket.title", {"number": "A001"})
        person.answer("primary")
        again = await person.at(YourTicket, lambda view: view.slip_state == "printed")
        assert again.shown == "A001"
        person.answer("done")
        await person.again("")
        await asked_for_card(terminal)
        await lay(reader, "adult")
        assert (await person.at(YourTicket, lambda view: view.slip_state == "printed")).shown == "A002"
        person.answer("done")
        await person.gone()
    assert [row.shown for row in tickets(hall.ledger)] == ["A001", "A002"]
    first, reprint, second = hall.slips()
    assert "补打" not in first + second
    assert "补打" in reprint
    nothing_kept(hall.ledger, "610000194803070021", "李秀兰", "61000019851219003X")


def nothing_kept(folder: Path, *secrets: str) -> None:
    """No byte of the folder says who it was."""
    for path in folder.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in held


async def test_a_card_left_lying_is_not_the_next_residents(hall: Hall, reader: Hand, beside: Beside) -> None:
    async with standing(hall, journey=QUEUE, queue=once(), beside=beside) as terminal:
        person = terminal.person
        person.stay(*MINE)
        await asked_for_card(terminal)
        await lay(reader, "senior")
        await person.at(YourTicket, lambda view: view.slip_state == "printed")
        person.answer("done")
        await person.again("")
        await asked_for_card(terminal)
        looks = reader.books()["looks"]
        for _ in iter(lambda: reader.books()["looks"] > looks + 1, True):
            await asyncio.sleep(0.05)
        assert await person.at(PresentIdCard)
        person.answer("other")
        assert (await person.at(Notice)).title == "notice.no_ticket_without_card.title"
        person.answer("primary")
        await person.at(Home)
    assert [row.shown for row in tickets(hall.ledger)] == ["A001"]


async def test_the_reader_is_unplugged_while_a_card_is_waited_for(hall: Hall, reader: Hand, beside: Beside) -> None:
    """It is said, and tried again."""
    async with standing(hall, journey=QUEUE, queue=once(), beside=beside) as terminal:
        person = terminal.person
        person.stay(*MINE, ChooseBusiness)
        await person.at(ChooseBusiness)
        person.answer("A")
        await asked_for_card(terminal)
        await asyncio.to_thread(reader.do, "unplug")
        assert (await person.at(Notice)).body.key == "notice.no_card.failed"
        await asyncio.to_thread(reader.do, "plug")
        person.answer("primary")
        await person.at(PresentIdCard)
        await lay(reader, "hong_kong")
        await person.at(YourTicket)
        person.answer("done")
        await person.gone()
    (row,) = tickets(hall.ledger)
    assert row.person


async def test_without_a_reader_that_works_numbers_are_given_all_the_same(
    hall: Hall, reader: Hand, beside: Beside
) -> None:
    reader.do("unplug")
    async with standing(hall, journey=QUEUE, queue=once(), beside=beside) as terminal:
        await terminal.person.gone()
    (row,) = tickets(hall.ledger)
    assert (row.shown, row.person) == ("A001", "")
    assert not any(isinstance(view, OfferIdCard) for view in terminal.person.seen)


async def test_back_from_the_card_to_the_businesses(hall: Hall, reader: Hand, beside: Beside) -> None:
    async with standing(hall, journey=QUEUE, queue=once(), beside=beside) as terminal:
        person = terminal.person
        person.stay(*MINE)
        await asked_for_card(terminal)
        person.back()
        await person.at(OfferIdCard)
        person.stay(ChooseBusiness)
        person.back()
        await person.at(ChooseBusiness)
        person.answer("B")
        await asked_for_card(terminal)
        await lay(reader, "senior")
        assert (await person.at(YourTicket)).shown == "B001"
        person.answer("done")
        await person.gone()
    assert [row.shown for row in tickets(hall.ledger)] == ["B001"]


async def test_a_bill_by_the_holders_card(hall: Hall, reader: Hand, beside: Beside) -> None:
    """The card of somebody without a contract first, then of one who has; the number is never typed."""
    hall.owe("0100003870")
    async with standing(hall, beside=beside) as terminal:
        person = terminal.person
        person.stay(*MINE, EnterAccount)
        assert (await person.at(EnterAccount)).by_card
        person.answer("card")
        await asked_for_card(terminal)
        await lay(reader, "adult")
        await person.at(EnterAccount, lambda view: view.problem == "problem.no_account_of_card")
        person.answer("card")
        await asked_for_card(terminal)
        await lay(reader, "householder")
        bill = await person.at(ConfirmBill)
        assert (bill.account, bill.holder) == ("01****3870", "李**")
        await terminal.over()
    (line,) = hall.books()
    assert line.state == "delivered"
    nothing_kept(hall.ledger, "610000196104120017", "李春生", "61000019851219003X")


async def test_one_of_several_accounts(hall: Hall, reader: Hand, beside: Beside) -> None:
    async with standing(hall, journey="smart_meter", beside=beside) as terminal:
        person = terminal.person
        person.stay(*MINE, EnterAccount, ChooseEntry, ChooseAmount)
        await person.at(EnterAccount)
        person.answer("card")
        await asked_for_card(terminal)
        await lay(reader, "senior")
        several = await person.at(ChooseEntry)
        assert [entry.choice for entry in several.entries] == ["0100003862", "0200000172"]
        person.answer("0200000172")
        assert (await person.at(ChooseAmount)).account == "02****0172"
        person.back()
        await person.at(ChooseEntry)


async def test_no_way_by_card_without_a_reader_that_works(hall: Hall, reader: Hand, beside: Beside) -> None:
    reader.do("unplug")
    async with standing(hall, beside=beside) as terminal:
        person = terminal.person
        person.stay(EnterAccount)
        assert not (await person.at(EnterAccount)).by_card
