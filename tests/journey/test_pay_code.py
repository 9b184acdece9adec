"""Paying by the payment code on a phone: shown to a scanner, used once, stored nowhere (money path, rows 37-40)."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from kiosk.devices.health import Ready
from kiosk.devices.scanner import Scanned
from kiosk.journeys.pay_code import SCANNED, PayCode
from kiosk.orders.steps import Method as Way
from kiosk.rehearsal.books import ledger_rows
from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.ways import CODES
from kiosk.services import Services
from kiosk.views.common import Outcome, StaffCalled
from kiosk.views.payment import ChooseMethod, Method, ShowPayCode
from kiosk.views.view import Answered, CalledStaff, View
from kiosk.visit import VisitSettings
from tests.journey.conftest import Hall, joined
from tests.journey.terminal import Terminal, standing
from tests.test_visit import Screen, visit_at

WECHAT = CODES[:2]
"""The scanner, and WeChat's payment codes alone."""
QUICK: dict[str, dict[str, object]] = {
    "wechat_code": {"reverse_after_s": 0, "request_lifetime_s": 1, "code_lifetime_s": 0},
    "alipay_code": {"cancel_pause_s": 0.05, "request_lifetime_s": 1, "code_lifetime_s": 0},
}


@pytest.fixture(scope="module")
def counter(simulators: Simulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """The hall's simulators, a scanner, and a WeChat that reverses at once."""
    folder = tmp_path_factory.mktemp("codes")
    at_once = ["--reverse-after-s", "0"]
    with joined(simulators, folder, "serial_scanner", "wechat_pay", wechat_pay=at_once) as both:
        yield both


@pytest.fixture
def there(hall: Hall, counter: Simulators, tmp_path: Path) -> Hall:
    """A hall with a scanner, which `hall` has made whole otherwise."""
    assert hall.simulators.names
    for name in ("serial_scanner", "wechat_pay"):
        counter.clear(name)
    for action in ("unplug", "plug"):  # which puts out the light of the terminal before
        counter.do("serial_scanner", action)
    return Hall(counter, tmp_path)


async def shown(terminal: Terminal, code: str = "", wallet: str = "wechat_pay") -> str:
    """Show a payment code to the scanner as soon as it is lit; the code."""
    simulators = terminal.hall.simulators
    code = code or simulators.do(wallet, "show_code")["code"]
    await terminal.person.at(ShowPayCode, lambda view: view.step == "show")
    while not simulators.do("serial_scanner", "show", text=code)["done"]:
        await terminal.passes()
    return code


def booked(hall: Hall, n: int) -> dict[str, object]:
    """The order's attempt number `n` in WeChat's books."""
    [rows] = ledger_rows(hall.ledger)
    order: dict[str, object] = hall.simulators.books("wechat_pay")["orders"][f"{rows.order.order_no}A{n}"]
    return order


async def test_code_is_shown_and_the_bill_paid(there: Hall, caplog: pytest.LogCaptureFixture) -> None:
    there.owe(there.account)
    caplog.set_level(logging.DEBUG, "kiosk")
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        terminal.person.channel = "wechat_code"
        code = await shown(terminal)
        await terminal.person.told("done")
        await terminal.over()
    assert booked(there, 1)["state"] == "SUCCESS"
    assert "微信付款码" in there.slips()[-1]
    kept = b"".join(path.read_bytes() for path in there.ledger.rglob("*") if path.is_file())
    assert code.encode() not in kept
    assert code not in caplog.text


async def test_phone_asks_for_the_password(there: Hall) -> None:
    there.owe(there.account)
    there.simulators.arm("wechat_pay", "userpaying")
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        person = terminal.person
        person.channel = "wechat_code"
        await shown(terminal)
        await person.at(ShowPayCode, lambda view: view.step == "confirm")
        assert there.simulators.do("wechat_pay", "pay")["paid"]
        await person.told("done")
        await terminal.over()


async def test_used_code_is_refused_and_a_new_one_is_a_new_number(there: Hall) -> None:
    """Row 40: attempt n + 1, under a number of its own."""
    there.owe(there.account)
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        person = terminal.person
        person.channel = person._second = "wechat_code"
        await shown(terminal, "130000000000000000")
        again = await person.at(ChooseMethod, lambda view: view.remark is not None)
        assert again.remark is not None
        assert again.remark.key == "remark.declined"
        await shown(terminal)
        await person.told("done")
        await terminal.over()
    [rows] = ledger_rows(there.ledger)
    assert [(attempt.n, attempt.state, attempt.proof) for attempt in rows.attempts] == [
        (1, "dead", "refused"),
        (2, "captured", ""),
    ]
    assert booked(there, 2)["state"] == "SUCCESS"


async def test_back_while_the_phone_asks_reverses_it(there: Hall) -> None:
    """Row 39 at the screen: reversed, and paid another way."""
    there.owe(there.account)
    there.simulators.arm("wechat_pay", "userpaying")
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        person = terminal.person
        person.channel = "wechat_code"
        await shown(terminal)
        await person.at(ShowPayCode, lambda view: view.step == "confirm")
        person.answer("cancel")
        await terminal.over()
    assert booked(there, 1)["state"] == "REVOKED"
    assert [view.truth for view in person.seen if isinstance(view, Outcome)][-1] == "no_money_kept"


async def test_answer_is_lost_and_nothing_is_sent_again(there: Hall) -> None:
    """Row 37: the query tells. What was paid before it was known is reversed or kept, and all books agree."""
    there.owe(there.account)
    there.simulators.arm("wechat_pay", "lost_answer", path="/v3/pay/transactions/codepay")
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        terminal.person.channel = "wechat_code"
        await shown(terminal)
        await terminal.person.told("done")
        await terminal.over()
    [line] = there.books()
    assert line.charged == line.delivered > 0


async def test_back_before_any_code_was_shown_chooses_again(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        person = terminal.person
        person.channel, person._second = "wechat_code", "wechat"
        person.stay(ChooseMethod)
        await person.at(ChooseMethod)
        person.answer("wechat_code")
        await person.at(ShowPayCode)
        person.answer("cancel")
        await person.at(ChooseMethod)
        person.answers.clear()
        person.answer("wechat")
        await person.told("done")
        await terminal.over()


async def test_no_scanner_pauses_it_and_says_why(there: Hall) -> None:
    there.owe(there.account)
    there.simulators.do("serial_scanner", "unplug")
    async with standing(there, drivers=QUICK, fit=WECHAT) as terminal:
        person = terminal.person
        person.stay(ChooseMethod)
        view = await person.at(ChooseMethod)
        assert {method.channel: method.paused for method in view.methods}["wechat_code"] == "reason.no_scanner"
        person.answers.clear()
        person.answer("wechat")
        await terminal.over()
    there.simulators.do("serial_scanner", "plug")


async def test_the_code_says_whose_it_is(there: Hall, caplog: pytest.LogCaptureFixture) -> None:
    """One way for all payment codes: one that nobody here takes is told so, and Alipay's is paid at Alipay."""
    there.owe(there.account)
    caplog.set_level(logging.DEBUG, "kiosk")
    there.simulators.arm("alipay", "userpaying")
    async with standing(there, drivers=QUICK, fit=CODES) as terminal:
        person = terminal.person
        person.channel = "pay_code"
        union = await shown(terminal, "6212345678901234567")
        await person.at(ShowPayCode, lambda view: view.problem is not None)
        for _ in range(2):  # what is left lying there keeps nobody's time from running out
            await shown(terminal, "https://example.com/")
        code = await shown(terminal, wallet="alipay")
        asks = await person.at(ShowPayCode, lambda view: view.step == "confirm")
        assert (asks.channel, asks.problem) == ("alipay_code", None)
        assert there.simulators.do("alipay", "pay")["paid"]
        await person.told("done")
        await terminal.over()
    asked = [page.number for page in person.pages if isinstance(page.view, ShowPayCode) and page.view.problem]
    assert len(set(asked)) == 1
    offered = next(view for view in person.seen if isinstance(view, ChooseMethod))
    assert [method.channel for method in offered.methods] == ["wechat", "card", "pay_code"]
    [rows] = ledger_rows(there.ledger)
    [attempt] = rows.attempts
    assert (attempt.channel, attempt.state) == ("alipay_code", "captured")
    assert "支付宝付款码" in there.slips()[-1]
    kept = b"".join(path.read_bytes() for path in there.ledger.rglob("*") if path.is_file())
    for text in (union, code):
        assert text.encode() not in kept
        assert text not in caplog.text


async def test_too_little_in_the_wallet_is_told_and_another_way_chosen(there: Hall) -> None:
    there.owe(there.account)
    there.simulators.arm("alipay", "code_declined")
    async with standing(there, drivers=QUICK, fit=CODES) as terminal:
        person = terminal.person
        person.channel, person._second = "pay_code", "wechat"
        await shown(terminal, wallet="alipay")
        await person.told("done")
        await terminal.over()
    remark = next(view.remark for view in person.seen if isinstance(view, ChooseMethod) and view.remark)
    assert (remark.key, remark.keys["channel"]) == ("remark.declined", "channel.alipay_code")


async def test_one_wallet_away_leaves_the_codes_of_the_other(there: Hall) -> None:
    there.owe(there.account)
    there.simulators.do("alipay", "unplug")
    async with standing(there, drivers=QUICK, fit=CODES) as terminal:
        person = terminal.person
        person.stay(ChooseMethod)
        view = await person.at(ChooseMethod)
        there.simulators.do("alipay", "plug")
        assert view.methods[-1] == Method(channel="wechat_code")
        person.answers.clear()
        person.answer("wechat")
        await person.told("done")
        await terminal.over()


async def test_code_that_the_page_over_it_swallowed_is_not_the_last_one_read() -> None:
    """Shown while "staff is coming" is on the screen, it answers nothing; the next one does."""
    codes: asyncio.Queue[str] = asyncio.Queue()
    screen = Screen(lambda _: CalledStaff())
    scans, again = 0, asyncio.Event()

    async def scan() -> Scanned:
        nonlocal scans
        scans += 1
        if scans == 2:
            again.set()
        return Scanned(await codes.get())

    async def shows(kind: type[View]) -> None:
        for _ in range(100):
            if screen.pages and isinstance(screen.views[-1], kind):
                return
            await asyncio.sleep(0)
        raise AssertionError(screen.views)

    wallet = SimpleNamespace(name="wechat_code", channel="wechat_code", scans=True, takes=lambda code: len(code) == 18)
    scanner = SimpleNamespace(name="scanner", scan=scan)
    devices = SimpleNamespace(methods=[wallet], scanner=scanner, health=lambda _: Ready())
    services = cast("Services", SimpleNamespace(devices=devices))
    visit = visit_at(screen, VisitSettings())
    desk = PayCode(visit, services)
    desk.needs((Way("wechat_code", "wechat_code"),))
    health = asyncio.Queue[None](1)
    page = ShowPayCode(channel="wechat_code", amount_fen=1, step="show")
    asking = asyncio.create_task(desk.ask(lambda: page, health.get))
    await shows(StaffCalled)
    codes.put_nowait("1" * 18)
    await again.wait()
    visit.take(Answered(screen.pages[-1].number, "primary"))
    await shows(ShowPayCode)
    for _ in range(3):
        await health.put(None)
    assert scans == 2, "the light went out because a device came or went"
    codes.put_nowait("2" * 18)
    async with asyncio.timeout(10):
        assert await asking == SCANNED
    way = desk.take()
    assert way is not None
    assert way.shown is not None
    assert way.shown.text == "2" * 18
