"""Sales at the terminal as they should be, and as the resident or the bank ends them."""

import asyncio

import msgspec
import pytest

from kiosk.devices.health import Busy, Ready
from kiosk.devices.payment import Captured, Dead, Decided, Open, Unknown
from kiosk.devices.payment import Ready as Prepared
from tests.transbank_pos.conftest import Build, Counter, new_attempt


async def test_a_card_is_charged_and_the_resident_is_led(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    assert await driver.status() == Ready()
    assert await driver.prepare() == Prepared("none")
    attempt = await counter.begun(driver)
    assert await driver.status() == Busy()
    assert await driver.find(attempt) == Open()
    assert await driver.close(attempt) == Open()
    assert (await counter.hand("pay"))["paid"]
    await counter.decided.wait()
    assert counter.steps == ["present_card", "enter_pin", "asking_bank", "remove_card"]
    assert counter.told[-1] == Decided()
    [sale] = counter.sales
    assert (sale["ticket"], sale["fen"]) == (attempt.key, 12840)
    captured = Captured(12840, f"70012345-{sale['operation']}-{sale['authorisation']}")
    assert await driver.find(attempt) == captured
    assert await driver.close(attempt) == captured
    assert await driver.status() == Ready()
    assert counter.oddities == []


async def test_a_card_that_is_only_tapped(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    await counter.press("tap")
    await counter.press("approve")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)
    assert "enter_pin" not in counter.steps


async def test_the_next_resident_gets_another_ticket_and_predecessor(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    for n in (1, 2):
        attempt = await counter.begun(driver, n)
        await counter.hand("pay")
        await counter.decided.wait()
        counter.decided.clear()
        assert isinstance(await driver.find(attempt), Captured)
    assert attempt.predecessor.split(" ")[1] == "T07K20004186A1"
    assert [sale["ticket"] for sale in counter.sales] == ["T07K20004186A1", "T07K20004186A2"]


@pytest.mark.parametrize(
    ("keys", "dead"),
    [
        (["cancel"], Dead("cancelled")),
        (["insert", "cancel"], Dead("cancelled")),
        (["insert", "wrong_pin", "wrong_pin", "wrong_pin"], Dead("refused")),
        (["insert", "pin", "decline"], Dead("refused")),
        (["tap", "decline"], Dead("refused")),
    ],
)
async def test_the_resident_or_the_bank_says_no(counter: Counter, keys: list[str], dead: Dead) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    for key in keys:
        await counter.press(key)
    await counter.decided.wait()
    assert await driver.find(attempt) == dead
    assert await driver.close(attempt) == dead
    assert counter.sales == []


async def test_the_card_is_pulled_too_early(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    await counter.press("insert")
    await counter.terminal.until(lambda: counter.terminal.wants("pin"))
    await counter.hand("remove")
    await counter.decided.wait()
    assert await driver.find(attempt) == Dead("refused")


@pytest.mark.parametrize(
    "fault",
    [
        "declined",
        "declined_93",
        "host_silent",
        "connection_failed",
        "card_unsupported",
        "read_error",
        "invalid_card",
        "below_minimum",
        "unsupported",
    ],
)
@pytest.mark.parametrize("short", [False, True])
async def test_every_refusal_of_the_sheet(counter: Counter, fault: str, short: bool) -> None:
    counter.arm(fault)
    if short:
        counter.arm("short_answer")
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.prepared(driver)
    assert await driver.start(attempt, counter.tell) in (Open(), Dead("refused"))
    await counter.hand("pay")
    await counter.decided.wait()
    assert await driver.find(attempt) == Dead("refused")
    assert counter.sales == []


@pytest.mark.parametrize("option", ["--card-wait-s", "--pin-wait-s", "--bank-wait-s"])
async def test_nobody_does_anything(build: Build, option: str) -> None:
    counter = await build(option, "0.05")
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.prepared(driver)
    await driver.start(attempt, counter.tell)
    for key in {"--card-wait-s": (), "--pin-wait-s": ("insert",), "--bank-wait-s": ("insert", "pin")}[option]:
        await counter.press(key)
    await counter.decided.wait()
    assert await driver.find(attempt) == Dead("refused")


async def test_a_terminal_in_yuan(build: Build) -> None:
    counter = await build("--unit", "yuan")
    driver = counter.driver(answer_seconds=60)
    odd = await counter.prepared(driver)
    assert await driver.start(odd, counter.tell) == Dead("not_possible")
    attempt = await counter.begun(driver, 2, amount_fen=12800)
    await counter.hand("pay")
    await counter.decided.wait()
    found = await driver.find(attempt)
    assert isinstance(found, Captured)
    assert found.fen == 12800
    assert [(sale["amount"], sale["fen"]) for sale in counter.sales] == [(128, 12800)]


async def test_what_the_terminal_says_it_took_is_what_was_taken(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.decided.wait()
    claimed = msgspec.structs.replace(attempt, amount_fen=1)
    for asked in (driver, counter.driver()):
        found = await asked.find(claimed)
        assert isinstance(found, Captured)
        assert found.fen == 12840
        await asked.aclose()


async def test_a_running_sale_is_never_disturbed(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    other = new_attempt(2)
    assert isinstance(await driver.find(other), Unknown)
    assert isinstance(await driver.prepare(), Unknown)
    assert await driver.start(other, counter.tell) == Dead("never_arrived")
    assert await driver.status() == Busy()
    assert counter.oddities == []
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)
    assert len(counter.sales) == 1


async def test_start_that_is_given_up_still_hears_the_answer(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60, ack_timeout_s=60)
    counter.arm("no_ack", function="0200")
    counter.arm("lost_answer", function="0900", times=-1)
    attempt = await counter.prepared(driver)
    starting = asyncio.create_task(driver.start(attempt, counter.tell))
    await counter.terminal.until(lambda: counter.terminal.wants("insert"))
    starting.cancel()
    await asyncio.wait([starting])
    await counter.hand("pay")
    assert isinstance(await counter.found(driver, attempt), Captured)


async def test_a_step_that_nobody_mapped_changes_nothing(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60, steps={"81": "enter_pin"})
    attempt = await counter.begun(driver)
    counter.say("0900|99")
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await counter.found(driver, attempt), Captured)
    assert counter.steps == ["enter_pin", "remove_card"]
