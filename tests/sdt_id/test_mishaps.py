"""A bad line, a dead reader, a card that will not: what the driver says, and that it goes on afterwards."""

import asyncio
import logging
import os
import pty
import threading
import tty
from datetime import date

import msgspec
import pytest

from drivers.sdt_id.driver import SdtId
from drivers.sdt_id.settings import SdtIdSettings
from kiosk.devices.health import Health, NeedsAttention, Offline, Ready
from kiosk.devices.id_reader import CardRead, LayAgain, ReaderFailed, Reading, Waiting
from tests.sdt_id.conftest import HASTY, QUICK, Counter

ONCE = ["wrong_sum", "length_lies", "cut", "bytewise", "noise", "silent", "late", "garbled_request"]


async def becomes(driver: SdtId, health: Health) -> None:
    """Until it is so."""
    async with asyncio.timeout(10):
        while True:
            if await driver.status() == health:
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("fault", ONCE)
async def test_one_bad_answer_costs_nobody_anything(counter: Counter, fault: str) -> None:
    """Whichever of the answers until a card is read."""
    driver = counter.driver(**HASTY)
    await driver.open()
    for who, code in zip(("senior", "adult", "long_name"), ("2001", "2002", "3001"), strict=True):
        await counter.lay(who)
        counter.arm(fault, code=code)
        outcome = await counter.read(driver)
        assert isinstance(outcome, CardRead)
        assert counter.reads[-1] == who
        assert counter.machine.faults.armed == []


async def test_a_length_that_says_less(counter: Counter) -> None:
    driver = counter.driver(**HASTY)
    await driver.open()
    counter.arm("length_lies", 2, less=True)
    assert await driver.status() == Ready()


async def test_unknown_errors_are_forgiven_once(counter: Counter) -> None:
    driver = counter.driver()
    await driver.open()
    await counter.lay()
    counter.arm("status", 1, code="2001", status="24")
    assert isinstance(await counter.read(driver), CardRead)
    assert counter.heard().count("2001") == 3  # twice, and once after the read


@pytest.mark.parametrize("fault", ["silent", "wrong_sum", "cut", "garbled_request", "late"])
async def test_a_line_that_stays_bad_is_no_card(counter: Counter, fault: str) -> None:
    driver = counter.driver(**HASTY)
    await driver.open()
    counter.arm(fault, -1)
    await counter.lay()
    assert isinstance(await counter.read(driver), ReaderFailed)
    assert isinstance(await driver.status(), Offline)
    counter.machine.faults.clear()
    await becomes(driver, Ready())
    assert (await counter.card(driver)).name == "李秀兰"


@pytest.mark.parametrize("status", ["31", "32", "33", "40"])
@pytest.mark.parametrize("code", ["2002", "3001"])
async def test_a_card_that_is_not_accepted_is_asked_for_again(counter: Counter, status: str, code: str) -> None:
    driver = counter.driver()
    counter.arm("status", 2, code=code, status=status)
    await counter.lay()
    reading = counter.reading(driver)
    await counter.until_told(LayAgain("not_accepted"))
    await counter.hand("lift")
    await counter.lay()
    assert isinstance(await reading, CardRead)
    assert counter.told == [Waiting(), Reading(), LayAgain("not_accepted"), Reading()]


async def test_once_not_accepted_is_only_badly_laid(counter: Counter) -> None:
    counter.arm("status", 1, code="2002", status="31")
    await counter.lay()
    assert isinstance(await counter.read(counter.driver()), CardRead)
    assert counter.told == [Waiting(), Reading()]


async def test_a_card_taken_away_too_soon(counter: Counter) -> None:
    counter.arm("card_moves")
    await counter.lay()
    reading = counter.reading(counter.driver())
    await counter.until_told(LayAgain("moved"))
    assert counter.reads == []
    await counter.lay("adult")
    outcome = await reading
    assert isinstance(outcome, CardRead)
    assert outcome.card.name == "欧阳建国"


@pytest.mark.parametrize("fault", ["bad_number", "strange_layout", "short_text"])
async def test_what_a_card_says_must_make_sense(counter: Counter, fault: str) -> None:
    counter.arm(fault)
    await counter.lay()
    reading = counter.reading(counter.driver())
    await counter.until_told(LayAgain("other_card"))
    assert not reading.done()
    await counter.lay("hong_kong")
    assert isinstance(await reading, CardRead)


@pytest.mark.parametrize(
    ("action", "reason"), [("fail_self_test", "reader_broken"), ("lose_authority", "reader_not_authorized")]
)
async def test_a_security_module_that_cannot_work(counter: Counter, action: str, reason: str) -> None:
    driver = counter.driver()
    await counter.hand(action)
    health = await driver.status()
    assert isinstance(health, NeedsAttention)
    assert health.reasons == (reason,)
    await counter.lay()
    assert isinstance(await counter.read(driver), ReaderFailed)
    await counter.hand("recover")
    await becomes(driver, Ready())
    assert isinstance(await counter.read(driver), CardRead)


async def test_the_module_fails_while_a_card_is_waited_for(counter: Counter) -> None:
    driver = counter.driver()
    reading = counter.reading(driver)
    await counter.until_heard("2001")
    counter.arm("status", 1, code="2001", status="47")
    assert isinstance(await reading, ReaderFailed)


@pytest.mark.parametrize("moment", ["2001", "2002", "3001"])
async def test_the_cable_is_pulled(counter: Counter, moment: str) -> None:
    driver = counter.driver(**HASTY)
    counter.arm("silent", 1, code=moment)
    await counter.lay()
    reading = counter.reading(driver)
    await counter.until_heard(moment)
    await counter.hand("unplug")
    assert isinstance(await reading, ReaderFailed)
    assert isinstance(await driver.status(), Offline)
    await counter.hand("plug")
    await becomes(driver, Ready())
    await counter.hand("lift")
    await counter.lay("adult")
    assert (await counter.card(driver)).name == "欧阳建国"


async def test_switched_off_and_on(counter: Counter) -> None:
    driver = counter.driver(**HASTY)
    await becomes(driver, Ready())
    await counter.hand("power_off")
    assert await driver.status() == Offline("it does not answer")
    await counter.hand("power_on")
    await becomes(driver, Ready())


async def test_babble_is_no_reader(counter: Counter) -> None:
    driver = counter.driver(**HASTY)
    await becomes(driver, Ready())
    await counter.hand("babble")
    async with asyncio.timeout(10):
        while not isinstance(await driver.status(), Offline):
            pass
    await counter.lay()
    assert isinstance(await counter.read(driver), ReaderFailed)
    await counter.hand("hush")
    await becomes(driver, Ready())


async def test_a_device_that_is_no_reader() -> None:
    """It echoes."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    loop = asyncio.get_running_loop()
    loop.add_reader(ours, lambda: os.write(ours, os.read(ours, 4096)))
    driver = SdtId("identity", f"serial://{os.ttyname(theirs)}", msgspec.convert(QUICK | HASTY, SdtIdSettings))
    try:
        assert isinstance(await driver.status(), Offline)
        assert driver.identity == ""
    finally:
        await driver.aclose()
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)


async def test_nobody_there() -> None:
    driver = SdtId("identity", "serial:///dev/no-such-reader", msgspec.convert(QUICK | HASTY, SdtIdSettings))
    await driver.open()
    assert isinstance(await driver.status(), Offline)
    assert isinstance(await driver.read(lambda _: None), ReaderFailed)
    await driver.aclose()


async def test_closing_while_a_card_is_waited_for_leaves_no_thread(counter: Counter) -> None:
    driver = counter.driver()
    reading = counter.reading(driver)
    await counter.until_heard("2001")
    await driver.aclose()
    await driver.aclose()
    assert isinstance(await reading, ReaderFailed)
    assert isinstance(await driver.status(), Offline)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("port ")]


async def test_the_reader_is_known_by_its_module_which_no_log_shows_whole(counter: Counter) -> None:
    driver = counter.driver(reset=True)
    assert driver.identity == ""
    await driver.open()
    assert driver.identity == "SAM 05.01-****0002"
    assert counter.heard()[:3] == ["10FF", "11FF", "12FF"]


async def test_nothing_of_a_card_is_logged_or_kept(counter: Counter, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    driver = counter.driver()
    await counter.lay("senior")
    outcome = await counter.read(driver)
    assert isinstance(outcome, CardRead)
    assert outcome.card.born == date(1948, 3, 7)
    held = repr({**vars(driver), **vars(driver._link)}) + caplog.text + repr(outcome)
    for secret in ("李秀兰", "6100001948", "天福和园"):
        assert secret not in held
    assert driver._link is not None
    assert "李".encode("utf-16-le") not in bytes(driver._link._inbox._held) + bytes(driver._link._port._input)
    assert not any("李" in line["what"] for line in counter.machine.talk.after(0)["lines"])
