"""The conversation about an item, and a request, without a screen: a printer in the test's hands, a real ledger."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import UTC
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
import pytest

from kiosk.devices.health import Health, NeedsAttention, Ready
from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown
from kiosk.host import Host
from kiosk.items import shelf
from kiosk.items.catalogue import Catalogue, read, write
from kiosk.items.requests_cli import requests_command
from kiosk.journeys.notice import NOTICE
from kiosk.journeys.settings import RatingSettings
from kiosk.ledger.checks import envelopes
from kiosk.ledger.errors import LedgerDoubtError
from kiosk.ledger.files import Files
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.reading import reading, verify
from kiosk.orders.receipt import Issuer
from kiosk.protocol.requests import RequestRow
from kiosk.rehearsal.demo_items import DEMO
from kiosk.services import Services
from kiosk.slips.slip import Pair, Qr, Slip, Text
from kiosk.views.common import Goodbye, Home, Notice
from kiosk.views.lists import ChooseEntry, FindEntry
from kiosk.views.notice import ShowItem, TakeSlip
from kiosk.views.request import ConfirmRequest, Consent
from kiosk.views.typing import EnterText
from kiosk.views.view import Answered, Page, StillHere, View, WentBack
from kiosk.visit import VisitSettings

NAME, PHONE, ADDRESS = "欧阳文静", "13812341234", "天福和园3号楼2单元501"
ITEMS = read(DEMO)
NOW_MS = 1_795_400_000_000  # 23 November 2026, a Monday


V = TypeVar("V", bound=View)


class Printer:
    name = "receipts"

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.outcome: PrintOutcome = Printed()

    async def print(self, slip: Slip) -> PrintOutcome:
        self.slips.append(slip)
        return self.outcome


class Devices:
    """The printer, and what is known of it."""

    def __init__(self) -> None:
        self.printer = Printer()
        self.now: Health = Ready()
        self._told: list[Callable[[str, Health], None]] = []

    def health(self, name: str) -> Health:
        return self.now

    def subscribe(self, subscriber: Callable[[str, Health], None]) -> Callable[[], None]:
        self._told.append(subscriber)
        return lambda: self._told.remove(subscriber)

    def become(self, health: Health) -> None:
        self.now = health
        for told in list(self._told):
            told("receipts", health)


class Hall:
    """A host with the one service, and who stands before it."""

    def __init__(self, ledger: Ledger | None, items: Catalogue | None = None) -> None:
        self.pages: list[Page] = []
        self.devices = Devices()
        self._changed = asyncio.Event()
        self.services = Services(
            devices=cast("Any", self.devices),
            orders=lambda: None,
            ledger=lambda: ledger,
            issuer=lambda _: Issuer(hall="天福和园", terminal="T1", hotline="028-8888 1234", zone=UTC),
            now_ms=lambda: NOW_MS,
            zone=UTC,
            journeys=("notice",),
            items=lambda: items or ITEMS,
            rating=RatingSettings(after_each=False),
        )
        self.host = Host(self, {"notice": NOTICE}, self.services, VisitSettings(), lambda: None)

    def show(self, page: Page) -> None:
        self.pages.append(page)
        self._changed.set()

    def ask_still_here(self, question: StillHere | None) -> None:
        pass

    async def at(self, kind: type[V], which: Callable[[V], bool] = lambda _: True) -> V:
        """Wait for a view."""
        async with asyncio.timeout(10):
            while True:
                view = self.pages[-1].view if self.pages else None
                if isinstance(view, kind) and which(view):
                    return view
                self._changed.clear()
                await self._changed.wait()

    def answer(self, value: str, times: int = 1) -> None:
        """Answer the page, or press `times` before anything can change."""
        for _ in range(times):
            self.host.take(Answered(self.pages[-1].number, value))

    async def open(self, code: str) -> ShowItem:
        """From the home screen to an item."""
        await self.at(Home)
        self.answer("notice")
        await self.at(ChooseEntry)
        self.answer(code)
        return await self.at(ShowItem)

    async def ask_for(self, way: str, *, send: int = 1) -> TakeSlip:
        """Fill a request in, to its slip."""
        self.answer(way)
        await self.at(Consent)
        self.answer("agreed")
        for kind, text in (("name", NAME), ("phone", PHONE), ("address", ADDRESS)):
            await self.at(EnterText, asks(kind))
            self.answer(text)
        if way == "at_home":
            choose = await self.at(ChooseEntry)
            self.answer(choose.entries[1].choice)
        await self.at(ConfirmRequest)
        self.answer("send", times=send)
        return await self.at(TakeSlip, lambda view: view.slip_state != "printing")


@contextlib.asynccontextmanager
async def standing(folder: Path | None = None) -> AsyncIterator[tuple[Hall, Ledger | None]]:
    ledger = await Ledger.open(folder, "T1") if folder else None
    hall = Hall(ledger)
    task = asyncio.create_task(hall.host.run())
    try:
        yield hall, ledger
    finally:
        task.cancel()
        await asyncio.wait([task])
        if ledger:
            await ledger.aclose()


def text_of(slip: Slip) -> str:
    parts = []
    for line in slip.lines:
        match line:
            case Text(text=text) | Qr(text=text):
                parts.append(text)
            case Pair(left=left, right=right):
                parts += [left, right]
            case _:
                pass
    return "\n".join(parts)


def asks(kind: str) -> Callable[[EnterText], bool]:
    return lambda view: view.kind == kind


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def count(kept: shelf.Shelf) -> int:
    return len(kept.catalogue.items) if kept.catalogue else 0


async def test_by_search_to_a_slip_with_everything() -> None:
    async with standing() as (hall, _):
        await hall.at(Home)
        hall.answer("notice")
        front = await hall.at(ChooseEntry)
        assert [entry.name.zh for entry in front.entries][:2] == ["高龄补贴年审", "身份证首次申领、换领、补领"]
        hall.answer("search")
        await hall.at(FindEntry)
        for typed in ("g", "gl", "glbt"):
            hall.answer(f"find:{typed}")
        found = await hall.at(FindEntry, lambda view: view.query == "glbt")
        assert [entry.choice for entry in found.entries] == ["01001", "01002"]
        hall.answer("01001")
        item = await hall.at(ShowItem)
        assert (item.slip_problem, item.photo_code, item.at_home) == (None, None, False)
        hall.host.take(WentBack(hall.pages[-1].number))
        assert (await hall.at(FindEntry)).query == "glbt"
        hall.answer("01001")
        await hall.at(ShowItem)
        hall.answer("print", times=3)
        await hall.at(TakeSlip, lambda view: view.slip_state == "printed")
        hall.answer("done")
        await hall.at(Goodbye)
    [slip] = hall.devices.printer.slips
    said = text_of(slip)
    kept = ITEMS.item("01001")
    assert kept is not None
    for words in (
        *(f"□ {paper.name.zh}" for paper in kept.materials if not paper.form),
        "□ 高龄补贴年审登记表（表 101）",
        *(condition.zh for condition in kept.conditions),
        *(step.zh for step in kept.steps),
        *(law.zh for law in kept.basis),
        "1 个工作日",
        "20 个工作日",
        "不收费",
        kept.window.zh,
        kept.phone,
        kept.complaint_phone,
        "原件 1 复印件 1",
    ):
        assert words in said
    assert Qr("01001") in slip.lines


async def test_by_department() -> None:
    async with standing() as (hall, _):
        await hall.at(Home)
        hall.answer("notice")
        await hall.at(ChooseEntry)
        hall.answer("groups")
        departments = await hall.at(ChooseEntry, lambda view: len(view.entries) == 20)
        assert departments.entries[3].detail.zh == "28 项"
        hall.answer("3")
        police = await hall.at(ChooseEntry, lambda view: view.group.zh == "公安户籍")
        assert len(police.entries) == 28


async def test_without_paper_the_screen_tells_everything_and_a_code() -> None:
    async with standing() as (hall, _):
        hall.devices.become(NeedsAttention(("paper_out",)))
        item = await hall.open("01001")
        assert (item.slip_problem, item.photo_code) == ("reason.paper_out", "01001")
        assert NOTICE.paused(hall.services) is None


async def test_a_slip_that_may_have_come_is_marked_when_it_is_printed_again() -> None:
    async with standing() as (hall, _):
        await hall.open("01001")
        hall.devices.printer.outcome = PrintUnknown("no proof")
        hall.answer("print")
        shown = await hall.at(TakeSlip, lambda view: view.slip_state == "unknown")
        assert (shown.can_print, shown.photo_code) == (True, "01001")
        hall.devices.printer.outcome = Printed()
        hall.answer("print")
        await hall.at(TakeSlip, lambda view: view.slip_state == "printed")
    first, second = map(text_of, hall.devices.printer.slips)
    assert "补打" not in first
    assert "补打" in second


async def test_a_slip_that_did_not_come_is_no_reprint() -> None:
    async with standing() as (hall, _):
        await hall.open("01001")
        hall.devices.printer.outcome = NotPrinted("paper_out")
        hall.answer("print")
        shown = await hall.at(TakeSlip, lambda view: view.slip_state == "not_printed")
        assert shown.slip_problem == "reason.paper_out"
        hall.devices.become(NeedsAttention(("paper_out",)))
        assert not (await hall.at(TakeSlip, lambda view: not view.can_print)).can_print
        hall.devices.become(Ready())
        hall.devices.printer.outcome = Printed()
        await hall.at(TakeSlip, lambda view: view.can_print and view.slip_problem is None)
        hall.answer("print")
        await hall.at(TakeSlip, lambda view: view.slip_state == "printed")
    assert all("补打" not in text_of(slip) for slip in hall.devices.printer.slips)


async def test_a_request_is_sealed_and_its_slip_masked(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with standing(tmp_path) as (hall, ledger):
        assert (await hall.open("01001")).at_home
        taken = await hall.ask_for("at_home", send=3)
        assert taken.title == "screen.TakeSlip.at_home"
        assert ledger is not None
        [row] = await ledger.matters(RequestRow)
        assert (row.item, row.way, row.business_date) == ("01001", "at_home", "2026-11-23")
        sealed = await ledger.private(row.subject)
        assert sealed is not None
        assert json.loads(sealed) == {"name": NAME, "phone": PHONE, "address": ADDRESS, "wish": "2026-11-24 pm"}
        hall.answer("done")
        await hall.at(Goodbye)
    [slip] = hall.devices.printer.slips
    said = text_of(slip)
    for words in ("欧阳**", "138****1234", "天福和园 ***", "11 月 24 日 星期二下午", row.number):
        assert words in said
    with reading(tmp_path) as db:
        [envelope] = envelopes(db)
        assert [wrong for _, wrong in verify(db, None) if wrong] == []
    assert envelope.type == "menkou.request.made.v1"
    stored = msgspec.json.encode(envelope).decode() + caplog.text + said
    raw = everything_in(tmp_path)
    for secret in (NAME, PHONE, "3号楼", "2单元", "文静"):
        assert secret not in stored
        assert secret.encode() not in raw
    assert Files(tmp_path).database.exists()


async def test_staff_read_whom_to_call(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with standing(tmp_path) as (hall, ledger):
        await hall.open("01001")
        await hall.ask_for("at_home")
        assert ledger is not None
        assert requests_command(["--data", str(tmp_path)]) == 0
        said = capsys.readouterr().out
        assert all(words in said for words in (NAME, PHONE, ADDRESS, "2026-11-24 pm", "item 01001"))
        assert requests_command(["--data", str(tmp_path), "--json", "--day", "2026-11-23"]) == 0
        assert json.loads(capsys.readouterr().out)["phone"] == PHONE
        assert requests_command(["--data", str(tmp_path), "--day", "2026-11-22"]) == 0
        assert capsys.readouterr().out == "there are no requests\n"
    Files(tmp_path).seal_key.unlink()
    assert requests_command(["--data", str(tmp_path)]) == 1
    assert "unseals them" in capsys.readouterr().err
    assert requests_command(["--data", str(tmp_path / "none")]) == 1


async def test_the_same_wish_twice_a_day_is_one_request(tmp_path: Path) -> None:
    async with standing(tmp_path) as (hall, ledger):
        await hall.open("03003")
        await hall.ask_for("on_behalf")
        hall.answer("another")
        await hall.open("03003")
        again = await hall.ask_for("on_behalf")
        assert again.title == "screen.TakeSlip.before"
        assert ledger is not None
        [row] = await ledger.matters(RequestRow)
        hall.answer("another")
        await hall.open("01001")
        other = await hall.ask_for("on_behalf")
        assert other.title == "screen.TakeSlip.on_behalf"
        assert len(await ledger.matters(RequestRow)) == 2
    first, second, _ = map(text_of, hall.devices.printer.slips)
    assert row.number in first
    assert row.number in second
    assert ("补打" in first, "补打" in second) == (False, True)


async def test_what_cannot_be_a_telephone_number_is_asked_for_again(tmp_path: Path) -> None:
    async with standing(tmp_path) as (hall, _):
        await hall.open("01001")
        hall.answer("on_behalf")
        await hall.at(Consent)
        hall.answer("agreed")
        await hall.at(EnterText)
        hall.answer(NAME)
        await hall.at(EnterText, lambda view: view.kind == "phone")
        hall.answer("138123")
        again = await hall.at(EnterText, lambda view: view.problem is not None)
        assert again.text == "138123"
        hall.answer("02888881234")
        await hall.at(EnterText, lambda view: view.kind == "address")


async def test_nothing_is_offered_that_cannot_be_kept_and_nothing_said_that_was_not(tmp_path: Path) -> None:
    async with standing(tmp_path) as (hall, ledger):
        await hall.open("01001")
        hall.answer("on_behalf")
        await hall.at(Consent)
        hall.answer("agreed")
        for kind, text in (("name", NAME), ("phone", PHONE), ("address", ADDRESS)):
            await hall.at(EnterText, asks(kind))
            hall.answer(text)
        await hall.at(ConfirmRequest)
        assert ledger is not None
        await ledger.aclose()
        hall.answer("send")
        assert (await hall.at(Notice)).title == "notice.not_kept.title"
    assert hall.devices.printer.slips == []
    async with standing() as (hall, _):
        assert not (await hall.open("01001")).at_home


async def test_a_disk_that_hangs_is_no_proof_of_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def doubt(*_: object, **__: object) -> None:
        raise LedgerDoubtError("the disk is gone")

    async with standing(tmp_path) as (hall, ledger):
        monkeypatch.setattr(ledger, "note", doubt)
        await hall.open("01001")
        hall.answer("on_behalf")
        await hall.at(Consent)
        hall.answer("agreed")
        for kind, text in (("name", NAME), ("phone", PHONE), ("address", ADDRESS)):
            await hall.at(EnterText, asks(kind))
            hall.answer(text)
        await hall.at(ConfirmRequest)
        hall.answer("send")
        assert (await hall.at(Notice)).title == "notice.maybe_kept.title"
    assert hall.devices.printer.slips == []


async def test_an_imported_catalogue_is_seen_and_a_damaged_one_leaves_what_there_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shelf, "LOOK_SECONDS", 0.01)
    path = tmp_path / "items.json"
    changed = asyncio.Event()
    kept = shelf.Shelf(path, changed.set)
    looking = asyncio.create_task(kept.keep_looking())
    await kept.looked.wait()
    assert count(kept) == 0
    write(path, ITEMS.listed[:2])
    await changed.wait()
    path.write_bytes(b"{")
    async with asyncio.timeout(10):
        await kept.look(path)
    assert count(kept) == 2
    changed.clear()
    write(path, ITEMS.listed[:3])
    await changed.wait()
    assert count(kept) == 3
    assert caplog.text.count("holds no catalogue") == 1
    looking.cancel()
    await asyncio.wait([looking])
