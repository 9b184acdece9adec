"""Taking money at a nexo terminal, and learning what became of it, whatever is lost on the way."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.nexo_terminal import wire
from drivers.nexo_terminal.simulator import NexoTerminalSimulator
from kiosk.devices.health import Busy, NeedsAttention, Offline, Ready
from kiosk.devices.health import Unknown as UnknownHealth
from kiosk.devices.payment import (
    Captured,
    Dead,
    Decided,
    Open,
    Refunded,
    RefundFailed,
    RefundPending,
    Step,
    Unknown,
    Unprovable,
)
from tests.nexo_terminal.conftest import Hall, options
from tests.payments import new_attempt, new_refund

BOTH = pytest.mark.parametrize("hall", ["sealed", "plain"], indirect=True)


@BOTH
async def test_paid_by_card(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    assert hall.told == [Step("present_card")]
    assert await driver.find(attempt) == Open()
    assert await driver.status() == Busy()
    assert (await hall.hand("pay"))["done"]
    paid = await hall.found(driver, attempt)
    assert isinstance(paid, Captured)
    assert (paid.fen, hall.booked(attempt)["paid_fen"]) == (12840, 12840)
    assert hall.told[-1] == Decided()
    assert await driver.status() == Ready()


@BOTH
async def test_row_2_captured_and_asked_after_a_restart(hall: Hall) -> None:
    """Another process knows nothing but the row: the terminal is asked by the number that the row makes."""
    attempt = new_attempt()
    paid = await hall.paid(await hall.driver(), attempt)
    found = await (await hall.driver()).find(attempt)
    assert found == Captured(12840, paid.ref)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [("invalid_card", Dead("refused")), ("unreachable_host", Dead("refused"))],
)
async def test_terminal_says_that_nothing_was_taken(hall: Hall, fault: str, outcome: Dead) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm(fault)
    await hall.begun(driver, attempt)
    for key in ("insert", "pin"):
        await hall.terminal._terminal.press_when_wanted(key)
    assert await hall.found(driver, attempt) == outcome
    assert await (await hall.driver()).find(attempt) == outcome
    assert hall.booked(attempt)["paid_fen"] == 0


async def test_declined_by_the_bank(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    for key in ("insert", "wrong_pin", "pin", "decline"):
        assert await hall.terminal._terminal.press_when_wanted(key)
    assert await hall.found(driver, attempt) == Dead("refused")


async def test_red_key(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    await hall.terminal._terminal.press_when_wanted("cancel")
    assert await hall.found(driver, attempt) == Dead("cancelled")


async def test_busy_with_another(hall: Hall) -> None:
    driver, first, second = await hall.driver(), new_attempt(), new_attempt(key="T01A0000018A1")
    await hall.begun(driver, first)
    assert await driver.start(second, hall.told.append) == Dead("refused")
    assert await driver.close(first) == Dead("cancelled")


async def test_bank_gives_only_a_part(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("partial", fen=5000)
    assert (await hall.paid(driver, attempt)).captured_fen == 5000


async def test_wrong_amount_is_reported_as_it_is(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("wrong_amount", fen=1)
    assert (await hall.paid(driver, attempt)).captured_fen == 1


# What is lost on the way


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after"])
async def test_row_2_paid_and_the_answer_is_lost(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm(fault, asks="payment ")
    await hall.begun(driver, attempt)
    await hall.hand("pay")
    assert isinstance(await hall.found(driver, attempt), Captured)


@pytest.mark.parametrize("fault", ["lost_request", "error_500", "down"])
async def test_row_14_request_lost_is_dead_only_after_its_lifetime(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(request_lifetime_s=180), new_attempt()
    hall.arm(fault, asks="payment ")
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.find(attempt) == Unknown("not there yet")
    forgotten = Unprovable("the terminal knows of no such payment any more")  # it may be paid, and was asked too late
    hours_s = 48 * 3600
    for age_s, outcome in ((175, Unknown("not there yet")), (181, Dead("never_arrived")), (hours_s + 1, forgotten)):
        aged = msgspec.structs.replace(attempt, sent_ms=attempt.sent_ms - age_s * 1000)
        assert await driver.find(aged) == outcome


async def test_row_14_in_progress_is_no_proof(hall: Hall) -> None:
    """The terminal still waits for a card: in progress, not failed; then it is paid."""
    driver, attempt = await hall.driver(answer_s=0.3), new_attempt()
    await hall.begun(driver, attempt)
    assert await hall.found(driver, attempt) == Open()
    await hall.hand("pay")
    assert isinstance(await driver.find(attempt), Captured)


async def test_network_delivers_the_payment_twice(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("twice", asks="payment ")
    assert (await hall.paid(driver, attempt)).captured_fen == 12840
    assert len(hall.terminal.books()["payments"]) == 1


async def test_cable_pulled_while_the_resident_types(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    pay = asyncio.create_task(hall.hand("pay"))
    await hall.terminal._terminal.press_when_wanted("insert")
    pay.cancel()
    await hall.hand("unplug")
    assert isinstance(await hall.found(driver, attempt), Unknown)
    for key in ("pin", "approve"):
        await hall.terminal._terminal.press_when_wanted(key)
    await hall.hand("plug")
    async with asyncio.timeout(10):
        while not isinstance(found := await driver.find(attempt), Captured):
            assert found == Open()
    assert hall.booked(attempt)["paid_fen"] == 12840


async def test_row_2_power_lost_after_the_bank_approved(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("dies")
    await hall.begun(driver, attempt)
    await hall.hand("pay")
    assert isinstance(await hall.found(driver, attempt), Unknown)
    await hall.hand("power_on")
    assert isinstance(await driver.find(attempt), Captured)


async def test_power_lost_while_a_card_is_awaited(hall: Hall, tmp_path: Path) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    await hall.hand("power_off")
    await hall.found(driver, attempt)
    await hall.hand("power_on")
    assert await driver.find(attempt) == Dead("cancelled")


async def test_nothing_sent_when_nobody_can_be_connected(hall: Hall) -> None:
    driver, attempt = await hall.driver(port="https://127.0.0.1:1", begin_s=2), new_attempt()
    assert await driver.start(attempt, hall.told.append) == Dead("never_arrived")
    assert await driver.close(attempt) == Dead("never_arrived")
    restarted = await hall.driver(port="https://127.0.0.1:1")
    assert isinstance(await restarted.find(attempt), Unknown)
    assert isinstance(await restarted.close(attempt), Unknown)
    assert isinstance(await driver.status(), Offline)


# Ending it


async def test_back_while_a_card_is_awaited(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    assert await driver.close(attempt) == Dead("cancelled")
    assert await driver.close(attempt) == Dead("cancelled")


async def test_row_13_back_while_the_bank_is_asked(hall: Hall) -> None:
    """An abort is only a request: the payment's own answer counts."""
    driver, attempt = await hall.driver(), new_attempt()
    await hall.begun(driver, attempt)
    for key in ("insert", "pin"):
        await hall.terminal._terminal.press_when_wanted(key)
    closing = asyncio.create_task(driver.close(attempt))
    await hall.terminal._terminal.press_when_wanted("approve")
    assert isinstance(await closing, Captured)


async def test_row_15_back_and_the_abort_is_lost(hall: Hall) -> None:
    driver, attempt = await hall.driver(abort_s=0.1), new_attempt()
    await hall.begun(driver, attempt)
    hall.arm("lost_request", asks="abort ")
    assert await driver.close(attempt) == Open()
    assert await driver.close(attempt) == Dead("cancelled")


async def test_row_11_sent_and_nobody_there_is_aborted_after_a_restart(hall: Hall) -> None:
    first, attempt = await hall.driver(), new_attempt()
    await hall.begun(first, attempt)
    await first.aclose()
    second = await hall.driver()
    async with asyncio.timeout(10):
        while (ended := await second.close(attempt)) != Dead("cancelled"):
            assert isinstance(ended, Open)


# Answers that are not the terminal's


@pytest.mark.parametrize("fault", ["other_number", "not_sealed", "wrong_seal"])
async def test_paid_says_an_answer_that_is_not_to_this_message(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    restarted = await hall.driver()
    hall.arm(fault, op="TransactionStatus")
    assert isinstance(await restarted.find(attempt), Unknown)
    assert isinstance(await restarted.find(attempt), Captured)


async def test_another_terminal_with_another_certificate(hall: Hall, tmp_path: Path) -> None:
    stranger = NexoTerminalSimulator(options(tmp_path / "stranger"))
    there = await stranger.start()
    driver = await hall.driver(port=str(there["port"]), begin_s=2)
    assert await driver.start(new_attempt(), hall.told.append) == Dead("never_arrived")
    assert isinstance(await driver.status(), Offline)
    assert stranger.books()["payments"] == {}
    await stranger.stop()


async def test_another_passphrase(hall: Hall, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("somebody else's")
    driver = await hall.driver(passphrase=f"file:{tmp_path / 'other'}")
    assert isinstance(await driver.start(new_attempt(), hall.told.append), Unknown)
    assert hall.terminal.books()["payments"] == {}


@pytest.mark.parametrize("secret", ["certificate", "passphrase"])
async def test_secret_missing_at_boot_then_delivered(hall: Hall, tmp_path: Path, secret: str) -> None:
    late = tmp_path / "late"
    changed: dict[str, Any] = {secret: f"file:{late}"}
    driver = await hall.driver(**changed)
    assert await driver.status() == NeedsAttention(("bad_credentials",))
    assert await driver.start(new_attempt(), hall.told.append) == Dead("never_arrived")
    terminal = hall.terminal
    there = {"certificate": terminal._file.with_name("certificate.pem"), "passphrase": terminal._secret}
    late.write_bytes(there[secret].read_bytes())
    assert await driver.status() == Ready()


@pytest.mark.parametrize(
    ("fault", "health"),
    [("logged_out", NeedsAttention(("refused_by_peer",))), ("down", UnknownHealth("answers 503"))],
)
@pytest.mark.parametrize("hall", ["plain"], indirect=True)
async def test_says_what_is_wrong(hall: Hall, fault: str, health: object) -> None:
    driver = await hall.driver()
    hall.arm(fault)
    assert await driver.status() == health
    assert await driver.status() == Ready()


@BOTH
async def test_the_doctor_hears_of_model_and_firmware(hall: Hall) -> None:
    driver = await hall.driver()
    assert driver.identity == ""
    await driver.status()
    assert driver.identity == "V400m, firmware sim_v1_07p2"


def test_a_diagnosis_that_cannot_be_understood_is_one_all_the_same() -> None:
    """The first is Adyen's own example, with its serial number; no health and no payment hangs on what that holds."""
    example = "batteryLevel=100%25&firmwareVersion=adyen_v1_49p5&networkProfile=WyB7%3d&terminalId=V400m-346403161"
    for told, identity in (
        (example, "V400m, firmware adyen_v1_49p5"),
        ("terminalId=346403161", ""),
        ("e30=", ""),
        (7, ""),
        (None, ""),
    ):
        body = {"Response": {"Result": "Success", "AdditionalResponse": told}}
        assert wire.read_identity(msgspec.convert(body, wire.DiagnosisAnswer)) == identity


# Giving it back


@BOTH
async def test_refund_all_and_a_part(hall: Hall) -> None:
    driver, attempt, other = await hall.driver(), new_attempt(), new_attempt(key="T01A0000018A1")
    paid, part = await hall.paid(driver, attempt), await hall.paid(driver, other)
    assert await driver.refund(paid, new_refund()) == Refunded(paid.ref)
    assert await driver.refund(part, new_refund(key="T01A0000018A1R1", amount_fen=40)) == Refunded(part.ref)
    assert (hall.booked(attempt)["refunded_fen"], hall.booked(other)["refunded_fen"]) == (12840, 40)


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "error_500_after", "lost_request", "reversal_not_now"])
async def test_row_8_refund_asked_again_acts_once(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    more: dict[str, Any] = {} if fault == "reversal_not_now" else {"asks": "reversal "}
    hall.arm(fault, **more)
    part = new_refund(amount_fen=100)
    assert isinstance(await driver.refund(paid, part), RefundPending)
    asked_before = msgspec.structs.replace(part, asked_before=True)
    assert await driver.refund(paid, asked_before) == Refunded(paid.ref)
    assert await driver.refund(paid, asked_before) == Refunded(paid.ref)
    assert hall.booked(attempt)["refunded_fen"] == 100


async def test_row_8_reversal_whose_end_is_not_known_is_not_asked_for_again(hall: Hall) -> None:
    """A part would go back twice at a terminal that takes one number for two requests."""
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm("lost_answer", asks="reversal ")
    assert isinstance(await driver.refund(paid, new_refund(amount_fen=100)), RefundPending)
    asked_before = new_refund(amount_fen=100, asked_before=True)
    hall.arm("in_progress")
    assert await driver.refund(paid, asked_before) == RefundPending("InProgress")
    hall.arm("lost_answer", asks="what became of Reversal")
    assert isinstance(await driver.refund(paid, asked_before), RefundPending)
    assert await driver.refund(paid, asked_before) == Refunded(paid.ref)
    said = [line["what"] for line in hall.terminal.talk.after(0)["lines"]]
    assert len([what for what in said if what.startswith("reversal ")]) == 1


async def test_row_8_refund_that_no_time_heals(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm("reversal_never")
    assert await driver.refund(paid, new_refund()) == RefundFailed("NotAllowed")


async def test_the_talk_keeps_the_secrets(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    said = [line["what"] for line in hall.terminal.talk.after(0)["lines"]]
    assert said[0].startswith("payment ")
    assert said[0].endswith(" of 128.4 · POST /nexo/")
    assert said[1] == "200 Success: ¥128.40 taken"
    assert b"128.4" not in b"".join(bytes.fromhex(line["raw"]) for line in hall.terminal.talk.after(0)["lines"])
