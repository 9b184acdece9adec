"""Noise, loss, a pulled cable, a dead terminal: at every moment of a sale. What the driver says in the end is what the
terminal's books say."""

import asyncio
import os
import pty
import termios
import threading
import tty
from collections.abc import Iterator

import pytest

from drivers.transbank_pos import wire
from kiosk.devices.health import Offline, Ready
from kiosk.devices.payment import Captured, Dead, Open, Unknown
from tests.transbank_pos.conftest import Counter, new_attempt

LONG = 3600.0
MOMENTS = ["request", "acknowledged", "card", "pin", "bank", "booked", "answer", "answered"]


@pytest.mark.parametrize("fault", ["bad_lrc", "bit_flip", "half_frame", "garbage"])
@pytest.mark.parametrize("function", ["0900", "0210"])
async def test_a_spoiled_frame_is_asked_for_again(counter: Counter, fault: str, function: str) -> None:
    driver = counter.driver(answer_seconds=LONG)
    counter.arm(fault, function=function)
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)
    assert counter.steps[0] == "present_card"


@pytest.mark.parametrize("fault", ["bad_lrc", "bit_flip", "half_frame", "garbage", "doubled_answer", "nak", "no_ack"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_questions_about_the_last_sale_on_a_bad_line(counter: Counter, fault: str, when: str) -> None:
    await counter.hand("other_sale", ticket="17")
    driver = counter.driver()
    if when == "before":
        counter.arm(fault)
    attempt = await counter.begun(driver)
    assert attempt.predecessor.startswith("70012345 17 777 ")
    await driver.aclose()
    await counter.hand("pay")
    if when == "after":
        counter.arm(fault)
    assert isinstance(await counter.found(counter.driver(), attempt), Captured)


@pytest.mark.parametrize("fault", ["bad_lrc", "nak", "lost_request"])
async def test_a_line_that_never_gets_better_proves_nothing(counter: Counter, fault: str) -> None:
    driver = counter.driver()
    attempt = await counter.begun(driver)
    await counter.hand("cancel")
    await counter.quiet()
    await driver.aclose()
    counter.arm(fault, -1)
    again = counter.driver()
    assert isinstance(await again.find(attempt), Unknown)
    assert isinstance(await again.prepare(), Unknown)


async def test_the_acknowledgement_is_lost_but_the_terminal_asks_for_the_card(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG)
    counter.arm("no_ack", function="0200")
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)
    assert len(counter.sales) == 1


async def test_the_request_is_refused_once_and_sent_again(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG)
    counter.arm("nak", function="0200")
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)
    assert len(counter.sales) == 1


async def test_the_sale_is_never_sent_twice_into_silence(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG)
    attempt = await counter.prepared(driver)
    counter.arm("silent", -1)
    assert isinstance(await driver.start(attempt, counter.tell), Unknown)
    assert [what for what in counter.heard() if what.startswith("0200")] == [
        f"0200 sale of 12840 with ticket {attempt.key}"
    ]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("mishap", ["unplug", "dies"])
@pytest.mark.parametrize("restart", [False, True])
async def test_cable_or_power_gone_at_every_moment(counter: Counter, mishap: str, moment: str, restart: bool) -> None:
    await counter.hand("other_sale", ticket="17")
    driver = counter.driver(answer_seconds=0.15)
    attempt = await counter.prepared(driver)
    counter.arm(mishap, moment=moment)
    assert isinstance(await driver.start(attempt, counter.tell), Open | Unknown)
    await counter.hand("pay")
    if restart:
        await driver.aclose()
        driver = counter.driver(answer_seconds=0.15)
    assert not isinstance(await driver.find(attempt), Dead)
    await counter.hand("power_on")
    await counter.hand("plug")
    outcome = await counter.found(driver, attempt)
    ours = [sale for sale in counter.sales if sale["ticket"] == attempt.key]
    assert isinstance(outcome, Captured) == bool(ours)
    assert isinstance(outcome, Captured | Dead)
    assert len(ours) <= 1
    assert counter.oddities == []
    assert await driver.status() == Ready()


async def test_the_resident_pays_while_the_cable_is_out(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG)
    attempt = await counter.begun(driver)
    await counter.hand("unplug")
    await counter.until_offline(driver)
    assert isinstance(await driver.find(attempt), Unknown)
    paying = asyncio.create_task(counter.hand("pay"))
    await counter.hand("plug")
    assert (await paying)["paid"]
    assert isinstance(await counter.found(driver, attempt), Captured)


async def test_an_answer_that_comes_after_the_waiting_is_heard(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=0.05)
    attempt = await counter.begun(driver)
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Unknown)
    await counter.hand("pay")
    assert isinstance(await driver.find(attempt), Captured)


async def test_an_absent_terminal_was_sent_nothing(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await counter.prepared(driver)
    await counter.hand("unplug")
    await counter.until_offline(driver)
    assert await driver.start(attempt, counter.tell) == Dead("never_arrived")


async def test_a_terminal_that_takes_no_bytes_was_sent_nothing(counter: Counter) -> None:
    ours, theirs = pty.openpty()
    try:
        tty.setraw(theirs)
        termios.tcflow(theirs, termios.TCOOFF)
        counter.announced["port"] = os.ttyname(theirs)
        driver = counter.driver(write_timeout_s=0.1)
        assert await driver.start(new_attempt(predecessor="none"), counter.tell) == Dead("never_arrived")
        assert isinstance(await driver.status(), Offline)
        await driver.aclose()
    finally:
        os.close(ours)
        os.close(theirs)


async def test_nothing_is_left_behind(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG, ack_timeout_s=60)
    attempt = await counter.prepared(driver)
    counter.arm("silent", -1)
    starting = asyncio.create_task(driver.start(attempt, counter.tell))
    waiting = asyncio.create_task(driver.prepare())
    await counter.until_heard("0200")
    async with asyncio.timeout(2):
        await driver.aclose()
        assert isinstance(await starting, Unknown)
        assert isinstance(await waiting, Unknown)
        await driver.aclose()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("port ")]
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "card terminal"]


async def test_status_that_is_cancelled_at_any_time_leaves_a_working_driver(counter: Counter) -> None:
    driver = counter.driver(ack_timeout_s=60)
    counter.arm("silent", 1)
    asking = asyncio.create_task(driver.status())
    await counter.until_heard("0100")
    asking.cancel()
    await asyncio.wait([asking])
    assert await driver.status() == Ready()


class Puppet:
    """The other end of a pseudo terminal, moved by the test byte by byte."""

    def __init__(self) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)

    async def hears(self, text: str) -> None:
        heard = b""
        while heard != wire.frame(text):
            heard += await asyncio.to_thread(os.read, self._ours, 4096)

    def says(self, data: bytes) -> None:
        os.write(self._ours, data)

    def takes_no_more(self) -> None:
        termios.tcflow(self._theirs, termios.TCOOFF)

    def close(self) -> None:
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def puppet() -> Iterator[Puppet]:
    """See `Puppet`."""
    puppet = Puppet()
    yield puppet
    puppet.close()


REQUEST = "0200|12840|T07K20004186A1|0|1"


async def test_a_request_that_was_read_once_may_have_arrived_though_the_next_try_takes_nothing(
    counter: Counter, puppet: Puppet
) -> None:
    counter.announced["port"] = puppet.port
    driver = counter.driver(write_timeout_s=0.2, ack_timeout_s=5)
    starting = asyncio.create_task(driver.start(new_attempt(predecessor="none"), counter.tell))
    await puppet.hears(REQUEST)
    puppet.takes_no_more()
    puppet.says(wire.NAK)
    assert isinstance(await starting, Unknown)


async def test_a_refusal_without_ticket_before_the_acknowledgement_is_about_the_sale_before(
    counter: Counter, puppet: Puppet
) -> None:
    counter.announced["port"] = puppet.port
    driver = counter.driver(answer_seconds=LONG, ack_timeout_s=5)
    attempt = new_attempt(predecessor="none")
    starting = asyncio.create_task(driver.start(attempt, counter.tell))
    await puppet.hears(REQUEST)
    puppet.says(wire.frame("0210|01|597|70012345") + wire.ACK)
    assert await starting == Open()
    assert await driver.find(attempt) == Open()
    puppet.says(wire.frame("0210|07|597|70012345"))
    await counter.decided.wait()
    assert await driver.find(attempt) == Dead("cancelled")


async def test_acknowledgement_and_refusal_in_one_piece(counter: Counter, puppet: Puppet) -> None:
    counter.announced["port"] = puppet.port
    driver = counter.driver(answer_seconds=LONG, ack_timeout_s=5)
    starting = asyncio.create_task(driver.start(new_attempt(predecessor="none"), counter.tell))
    await puppet.hears(REQUEST)
    puppet.says(wire.ACK + wire.frame("0210|01|597|70012345"))
    assert await starting == Dead("refused")
