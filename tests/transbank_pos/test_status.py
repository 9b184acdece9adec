"""What the driver says of the terminal's health."""

import pytest

from kiosk.devices.health import NeedsAttention, Offline, Ready, Reason
from kiosk.devices.payment import Dead, Unknown
from tests.transbank_pos.conftest import Counter


@pytest.mark.parametrize(
    ("break_it", "reason", "mend_it"),
    [
        ("paper_out", "paper_out", "refill"),
        ("fill_batch", "refused_by_peer", "close_batch"),
        ("lose_keys", "bad_credentials", "load_keys"),
    ],
)
async def test_the_terminal_needs_a_person(counter: Counter, break_it: str, reason: Reason, mend_it: str) -> None:
    await counter.hand(break_it)
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.prepared(driver)
    await driver.start(attempt, counter.tell)
    await counter.decided.wait()
    assert await driver.find(attempt) == Dead("refused")
    assert await driver.status() == NeedsAttention((reason,))
    await counter.hand(mend_it)
    counter.decided.clear()
    await counter.begun(driver, 2)
    await counter.hand("pay")
    await counter.decided.wait()
    assert await driver.status() == Ready()


async def test_a_terminal_in_need_is_tried_again_later(counter: Counter) -> None:
    await counter.hand("paper_out")
    driver = counter.driver(answer_seconds=60, trouble_s=1e-6)
    await driver.start(await counter.prepared(driver), counter.tell)
    await counter.decided.wait()
    assert await driver.status() == Ready()


async def test_a_terminal_in_need_is_tried_again_when_it_was_reconnected(counter: Counter) -> None:
    await counter.hand("paper_out")
    driver = counter.driver(answer_seconds=60)
    await driver.start(await counter.prepared(driver), counter.tell)
    await counter.decided.wait()
    assert isinstance(await driver.status(), NeedsAttention)
    await counter.hand("unplug")
    await counter.until_offline(driver)
    await counter.hand("plug")
    assert await driver.status() == Ready()


async def test_unplugged_dark_and_back(counter: Counter) -> None:
    driver = counter.driver()
    await driver.open()
    assert await driver.status() == Ready()
    for away, back in (("unplug", "plug"), ("power_off", "power_on")):
        await counter.hand(away)
        await counter.until_offline(driver)
        assert isinstance(await driver.prepare(), Unknown)
        await counter.hand(back)
        assert await driver.status() == Ready()


async def test_absent_from_the_beginning(counter: Counter) -> None:
    await counter.hand("unplug")
    driver = counter.driver()
    await driver.open()
    assert isinstance(await driver.status(), Offline)
    await counter.hand("plug")
    assert await driver.status() == Ready()


async def test_a_closed_driver_opens_nothing(counter: Counter) -> None:
    driver = counter.driver()
    await driver.aclose()
    assert isinstance(await driver.status(), Offline)
    assert isinstance(await driver.prepare(), Unknown)
