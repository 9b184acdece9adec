"""A bank's library that crashes, hangs and lies: an answer lost is never a payment that failed."""

import asyncio
import secrets

import pytest

from drivers.vendor_library.driver import VendorLibrary
from drivers.vendor_library.settings import VendorLibrarySettings
from kiosk.devices import payment
from kiosk.devices.health import Busy, Offline, Ready
from kiosk.devices.payment import (
    Captured,
    Dead,
    Decided,
    Open,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundUnprovable,
    Step,
    Unknown,
    Unprovable,
)
from tests.payments import new_attempt
from tests.vendor_library.conftest import Counter, back, captured


async def test_paid(counter: Counter) -> None:
    driver = counter.driver()
    attempt, outcome = await counter.paid(driver)
    assert isinstance(outcome, Captured)
    assert (outcome.fen, [sale["fen"] for sale in counter.sales]) == (12840, [12840])
    assert counter.told == [Step("present_card"), Decided()]
    assert await driver.find(attempt) == outcome


@pytest.mark.parametrize("deed", ["decline", "cancel"])
async def test_an_answer_of_its_own_that_says_no_is_proof(counter: Counter, deed: str) -> None:
    _, outcome = await counter.paid(counter.driver(), deed=deed)
    assert outcome == Dead("refused")
    assert counter.sales == []


async def test_while_it_runs_it_is_open_and_nothing_else_is_asked(counter: Counter) -> None:
    driver = counter.driver(call_seconds=5)
    attempt = await counter.begun(driver)
    await counter.waits()
    assert await driver.find(attempt) == Open()
    assert await driver.close(attempt) == Open()
    assert await driver.status() == Busy()
    assert await driver.start(new_attempt(n=2, key="T01A0000017A2"), counter.tell) == Dead("never_arrived")
    await counter.do("cancel")
    await counter.decided.wait()
    assert await driver.status() == Ready()


@pytest.mark.parametrize("fault", ["crash", "hang", "ends", "bank_timeout", "wrong_digits", "short", "garbage"])
async def test_taken_and_the_answer_lost_the_last_transaction_names_it(counter: Counter, fault: str) -> None:
    driver = counter.driver()
    attempt = await counter.begun(driver)
    await counter.waits()
    counter.bank.faults.arm(fault)
    await counter.do("pay")
    await counter.decided.wait()
    outcome = await driver.find(attempt)
    assert isinstance(outcome, Captured)
    assert outcome.fen == 12840
    assert len(counter.sales) == 1
    assert await counter.driver().find(attempt) == outcome  # and after a restart


@pytest.mark.parametrize("fault", ["crash_before", "hang_before", "no_answer_code"])
async def test_not_taken_and_the_answer_lost_is_for_the_staff(counter: Counter, fault: str) -> None:
    """That the last transaction is an earlier one proves nothing: this one may not be in its memory yet."""
    driver = counter.driver()
    await counter.paid(driver)
    ready = await driver.prepare()
    assert isinstance(ready, payment.Ready)
    counter.bank.faults.arm(fault)
    counter.decided.clear()
    attempt = new_attempt(n=2, key="T01A0000017A2", predecessor=ready.predecessor)
    await driver.start(attempt, counter.tell)
    await counter.decided.wait()
    why = "its answer was lost, and the last transaction is an earlier one"
    assert await driver.find(attempt) == Unprovable(why)
    assert len(counter.sales) == 1


async def test_a_return_value_that_the_vendor_warrants_is_believed(counter: Counter) -> None:
    driver = counter.driver(returns_never_sent=(-4,))
    await driver.prepare()
    counter.bank.faults.arm("no_answer_code")
    attempt = new_attempt()
    await driver.start(attempt, counter.tell)
    await counter.decided.wait()
    assert await driver.find(attempt) == Dead("never_arrived")


async def test_somebody_elses_sale_is_not_ours(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await counter.begun(driver)
    await counter.waits()
    counter.bank.faults.arm("crash")
    await counter.do("cancel")
    await counter.decided.wait()
    await counter.do("other_sale", amount=500)
    assert await driver.find(attempt) == Unprovable("its answer was lost, and the last transaction has another amount")


async def test_where_the_last_transaction_proves_nothing_the_staff_are_asked(counter: Counter) -> None:
    driver = counter.driver(last_names_sale=False)
    attempt = await counter.begun(driver)
    await counter.waits()
    counter.bank.faults.arm("crash")
    await counter.do("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Unprovable)


async def test_the_card_terminal_may_still_be_at_it(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    await counter.waits()
    counter.bank.faults.arm("crash")
    await counter.do("pay")
    await counter.decided.wait()
    assert await driver.find(attempt) == Unknown("the card terminal may still be at it")
    assert await counter.driver(answer_seconds=60).find(attempt) == Unknown("the card terminal may still be at it")


async def test_another_amount_is_told_as_it_is(counter: Counter) -> None:
    counter.bank.faults.arm("wrong_amount")
    _, outcome = await counter.paid(counter.driver())
    assert isinstance(outcome, Captured)
    assert outcome.fen == 12841


async def test_what_it_prints_is_no_answer(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await counter.begun(driver)
    await counter.waits()
    counter.bank.faults.arm("prints")
    await counter.do("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)


async def test_a_crash_is_over_with_the_next_call(counter: Counter) -> None:
    driver = counter.driver()
    counter.bank.faults.arm("crash_before", times=2)
    assert await driver.prepare() == Unknown("the library crashed (SIGSEGV)")
    assert await driver.prepare() == Unknown("the library crashed (SIGSEGV)")
    assert await driver.status() == Ready()
    _, outcome = await counter.paid(driver)
    assert isinstance(outcome, Captured)


async def test_a_library_that_hangs_holds_up_nobody(counter: Counter) -> None:
    driver = counter.driver(call_seconds=30)
    counter.bank.faults.arm("hang_before")
    hanging = asyncio.create_task(driver.prepare())
    assert await asyncio.wait({hanging}, timeout=0.5) == (set(), {hanging})
    assert await driver.status() == Busy()
    await driver.aclose()
    assert isinstance(await hanging, Unknown)


async def test_a_library_that_is_not_there(counter: Counter) -> None:
    driver = counter.driver()
    await counter.do("unplug")
    health = await driver.status()
    assert isinstance(health, Offline)
    assert health.detail.startswith("there is no ")
    await counter.do("plug")
    assert await driver.status() == Ready()


async def test_a_function_that_it_does_not_have(counter: Counter) -> None:
    health = await counter.driver(function="nothing_like_it").status()
    assert isinstance(health, Offline)
    assert "undefined symbol: nothing_like_it" in health.detail


@pytest.mark.parametrize("fen", [None, 100])
async def test_given_back(counter: Counter, fen: int | None) -> None:
    driver = counter.driver()
    attempt = captured(*await counter.paid(driver))
    assert isinstance(await driver.refund(attempt, back(attempt, fen)), Refunded)
    assert [sale["returned_fen"] for sale in counter.sales] == [fen or 12840]


async def test_given_back_and_the_answer_lost_is_never_asked_for_again(counter: Counter) -> None:
    driver = counter.driver()
    attempt = captured(*await counter.paid(driver))
    counter.bank.faults.arm("crash")
    assert isinstance(await driver.refund(attempt, back(attempt)), RefundUnprovable)
    assert isinstance(await driver.refund(attempt, back(attempt, again=True)), RefundUnprovable)
    assert [sale["returned_fen"] for sale in counter.sales] == [12840]


async def test_a_refund_that_could_not_even_be_asked_for_is_asked_for_later(counter: Counter) -> None:
    driver = counter.driver()
    attempt = captured(*await counter.paid(driver))
    await counter.do("unplug")
    await driver._library._end()
    assert isinstance(await driver.refund(attempt, back(attempt)), RefundPending)
    await counter.do("plug")
    assert isinstance(await driver.refund(attempt, back(attempt, again=True)), Refunded)


async def test_more_than_there_was_is_refused(counter: Counter) -> None:
    driver = counter.driver()
    attempt = captured(*await counter.paid(driver))
    assert isinstance(await driver.refund(attempt, back(attempt, 12841)), RefundFailed)


async def test_answers_of_anybody_prove_nothing(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digits are random: an answer that guessed them is the one in a thousand."""
    monkeypatch.setattr(secrets, "randbelow", lambda _: 7)
    counter.bank.faults.arm("wrong_digits")
    assert await counter.driver().prepare() == Unknown("the answer is another request's")


@pytest.mark.parametrize("port", ["library:relative.so", "library://host/x.so"])
def test_a_port_that_names_no_file_is_refused(port: str) -> None:
    with pytest.raises(ValueError, match="does not name a file"):
        VendorLibrary("card", port, VendorLibrarySettings())
