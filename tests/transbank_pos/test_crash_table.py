"""Rows 18-25 of the money path's crash table, on the wire."""

import asyncio

import msgspec
import pytest

from drivers.transbank_pos.driver import TransbankPos
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Dead,
    Decided,
    Open,
    Refunded,
    RefundFailed,
    RefundPending,
    RefundUnprovable,
    Unknown,
    Unprovable,
)
from tests.transbank_pos.conftest import Counter, whole_refund

LONG = 3600.0


async def sold(counter: Counter, driver: TransbankPos, n: int = 1, kind: str = "credit") -> Attempt:
    """A captured attempt, as the ledger holds it."""
    attempt = await counter.begun(driver, n)
    assert (await counter.hand("pay", kind=kind))["paid"]
    found = await counter.found(driver, attempt)
    assert isinstance(found, Captured)
    return msgspec.structs.replace(attempt, ref=found.ref, captured_fen=found.fen)


async def restarted(counter: Counter, driver: TransbankPos, **settings: float) -> TransbankPos:
    """The process ended and another one began."""
    await driver.aclose()
    return counter.driver(**settings)


async def test_row_18_the_sale_may_still_run_after_a_restart(counter: Counter) -> None:
    first = counter.driver(answer_seconds=LONG)
    attempt = await counter.begun(first)
    again = await restarted(counter, first)
    assert isinstance(await again.find(attempt), Unknown)
    assert isinstance(await again.close(attempt), Unknown)
    assert isinstance(await again.prepare(), Unknown)
    assert counter.oddities == []
    await counter.hand("pay")
    assert isinstance(await counter.found(again, attempt), Captured)
    assert len(counter.sales) == 1


async def test_row_18_the_sale_is_cancelled_after_a_restart(counter: Counter) -> None:
    first = counter.driver(answer_seconds=LONG)
    attempt = await counter.begun(first)
    again = await restarted(counter, first, answer_seconds=LONG)
    assert isinstance(await again.find(attempt), Unknown)
    await counter.hand("cancel")
    assert await counter.found(again, attempt) == Dead("cancelled")


async def test_row_19_the_answer_is_lost(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=0.3)
    counter.arm("lost_answer", function="0210")
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)


async def test_row_19_the_answer_is_lost_with_the_process(counter: Counter) -> None:
    first = counter.driver(answer_seconds=LONG)
    attempt = await counter.begun(first)
    await first.aclose()
    await counter.hand("pay")
    # Its own sale, named by the terminal, needs no waiting.
    assert isinstance(await counter.driver(answer_seconds=LONG).find(attempt), Captured)


async def test_row_19_it_approves_and_dies_before_answering(counter: Counter) -> None:
    counter.arm("dies")
    driver = counter.driver()
    attempt = await counter.begun(driver)
    assert not (await counter.hand("pay"))["paid"] or counter.sales
    assert isinstance(await driver.find(attempt), Unknown)
    await counter.hand("power_on")
    assert isinstance(await driver.find(attempt), Captured)


@pytest.mark.parametrize("earlier", [False, True])
async def test_row_20_the_request_never_arrived(counter: Counter, earlier: bool) -> None:
    """Where the terminal named no sale before either, that proves nothing: the batch may have been closed meanwhile."""
    if earlier:
        await counter.hand("other_sale", ticket="17")
    driver = counter.driver(answer_seconds=LONG)
    attempt = await counter.prepared(driver)
    counter.arm("lost_request", function="0200")
    assert isinstance(await driver.start(attempt, counter.tell), Unknown)
    assert isinstance(await driver.find(attempt), Unknown)  # it may still be coming
    again = await restarted(counter, driver, answer_seconds=LONG)
    assert isinstance(await again.find(attempt), Unknown)  # by what this process knows, it may have left just now
    later = await restarted(counter, again)
    assert isinstance(await later.find(attempt), Dead if earlier else Unprovable)
    assert isinstance(await later.close(attempt), Dead if earlier else Unprovable)


async def test_row_20_every_try_is_refused_on_the_line(counter: Counter) -> None:
    await counter.hand("other_sale", ticket="17")
    driver = counter.driver(answer_seconds=0.05)
    attempt = await counter.prepared(driver)
    counter.arm("nak", 3, function="0200")
    assert isinstance(await driver.start(attempt, counter.tell), Unknown)
    assert await counter.found(driver, attempt) == Dead("never_arrived")


async def in_doubt(counter: Counter) -> Attempt:
    """A sale whose request and process are both gone; the terminal's last sale was another one."""
    await counter.hand("other_sale", ticket="17")
    driver = counter.driver()
    attempt = await counter.prepared(driver)
    counter.arm("lost_request", function="0200")
    await driver.start(attempt, counter.tell)
    await driver.aclose()
    return attempt


@pytest.mark.parametrize(
    ("hands", "why"),
    [
        (["other_sale"], "the terminal's last sale is another one"),
        (["close_batch"], "the terminal names no sale any more, which proves nothing"),
        (["swap", "other_sale"], "it is another terminal now"),
        (["swap"], "the terminal names no sale any more, which proves nothing"),
    ],
)
async def test_row_21_nothing_can_be_proved(counter: Counter, hands: list[str], why: str) -> None:
    attempt = await in_doubt(counter)
    for hand in hands:
        await counter.hand(hand)
    early = counter.driver(answer_seconds=LONG)
    assert isinstance(await early.find(attempt), Unknown)
    later = await restarted(counter, early)
    assert await later.find(attempt) == Unprovable(why)
    assert await later.close(attempt) == Unprovable(why)


async def test_row_21_our_own_sale_is_covered_by_another(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await counter.begun(driver)
    await driver.aclose()
    await counter.hand("pay")
    await counter.hand("other_sale", ticket="18")
    assert isinstance(await counter.driver().find(attempt), Unprovable)


async def test_row_21_the_right_terminal_comes_back(counter: Counter) -> None:
    first = counter.driver()
    attempt = await counter.begun(first)
    await first.aclose()
    await counter.hand("pay")
    await counter.hand("swap", terminal="70000001")
    await counter.hand("other_sale")
    driver = counter.driver()
    assert isinstance(await driver.find(attempt), Unprovable)
    await counter.hand("swap", terminal="70012345")
    assert isinstance(await driver.find(attempt), Captured)


async def test_row_21_the_amount_it_took_cannot_be_read(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG)
    counter.arm("lost_answer", function="0210")
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.quiet()
    counter.machine._books._db.execute("UPDATE sale SET amount = 0")
    # It is approved and ours: never dead, but of no sum that could be believed either.
    assert await counter.found(await restarted(counter, driver), attempt) == Unprovable(
        "the terminal says that it took an amount that cannot be read"
    )


async def test_row_22_the_terminal_is_dark(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    again = await restarted(counter, driver)
    counter.arm("silent", -1)
    for _ in range(3):
        assert isinstance(await again.find(attempt), Unknown)
    counter.machine.faults.clear()
    await counter.hand("unplug")
    assert isinstance(await again.find(attempt), Unknown)
    await counter.hand("power_off")
    await counter.hand("plug")
    assert isinstance(await again.find(attempt), Unknown)
    await counter.hand("power_on")
    assert isinstance(await again.find(attempt), Captured)


async def test_row_23_the_last_sale_is_reversed(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    assert await driver.refund(attempt, whole_refund(attempt)) == Refunded(attempt.ref)
    assert counter.reversals == [{"sale": 1, "by": "register"}]


async def test_row_23_after_a_restart(counter: Counter) -> None:
    first = counter.driver()
    attempt = await sold(counter, first)
    again = await restarted(counter, first, answer_seconds=LONG)
    assert await again.refund(attempt, whole_refund(attempt)) == Refunded(attempt.ref)


async def test_row_23_a_debit_card_cannot_be_reversed(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver, kind="debit")
    outcome = await driver.refund(attempt, whole_refund(attempt))
    assert outcome == RefundFailed("the terminal cannot reverse it: code 08")
    assert counter.reversals == []


@pytest.mark.parametrize("hands", [["other_sale"], ["close_batch"], ["swap"], ["swap", "other_sale"]])
async def test_row_23_never_a_stranger_s_money(counter: Counter, hands: list[str]) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    for hand in hands:
        await counter.hand(hand)
    assert isinstance(await driver.refund(attempt, whole_refund(attempt)), RefundFailed)
    assert counter.reversals == []
    assert not any(what.startswith("1200") for what in counter.heard())


async def test_row_23_not_while_another_sale_runs(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=LONG)
    attempt = await sold(counter, driver)
    await counter.begun(driver, 2)
    assert isinstance(await driver.refund(attempt, whole_refund(attempt)), RefundPending)
    assert counter.oddities == []
    assert counter.reversals == []


async def test_row_23_only_the_whole_sale(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    part = msgspec.structs.replace(whole_refund(attempt), amount_fen=100)
    assert await driver.refund(attempt, part) == RefundFailed("the terminal can only reverse a whole sale")
    assert counter.reversals == []


@pytest.mark.parametrize("code", ["05", "08"])
async def test_row_23_the_reversal_is_refused_for_good(counter: Counter, code: str) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    counter.arm("reversal_code", code=code)
    assert isinstance(await driver.refund(attempt, whole_refund(attempt)), RefundFailed)


@pytest.mark.parametrize("code", ["02", "03", "24", "22", "01"])
async def test_row_23_the_reversal_is_refused_for_now(counter: Counter, code: str) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    counter.arm("reversal_code", code=code)
    assert isinstance(await driver.refund(attempt, whole_refund(attempt)), RefundPending)
    assert await driver.refund(attempt, whole_refund(attempt)) == Refunded(attempt.ref)
    assert len(counter.reversals) == 1


@pytest.mark.parametrize("restart", [False, True])
async def test_row_24_the_reversal_s_answer_is_lost(counter: Counter, restart: bool) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    counter.arm("lost_answer", function="1210")
    assert isinstance(await driver.refund(attempt, whole_refund(attempt)), RefundPending)
    if restart:
        driver = await restarted(counter, driver)
    assert await driver.refund(attempt, whole_refund(attempt)) == Refunded(attempt.ref)
    assert await driver.refund(attempt, whole_refund(attempt)) == Refunded(attempt.ref)
    assert len(counter.reversals) == 1


async def test_row_24_the_reversal_s_answer_is_lost_and_another_sale_covers_it(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    counter.arm("lost_answer", function="1210")
    assert isinstance(await driver.refund(attempt, whole_refund(attempt)), RefundPending)
    await counter.hand("other_sale")
    again = msgspec.structs.replace(whole_refund(attempt), asked_before=True)
    # Not "failed": the money did go back.
    assert isinstance(await driver.refund(attempt, again), RefundUnprovable)
    assert counter.reversals == [{"sale": 1, "by": "register"}]


async def test_row_24_staff_reversed_it_meanwhile(counter: Counter) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    await counter.hand("reverse")
    assert await driver.refund(attempt, whole_refund(attempt)) == Refunded(attempt.ref)
    assert counter.reversals == [{"sale": 1, "by": "somebody"}]


@pytest.mark.parametrize("fault", ["lost_request", "no_ack", "nak", "unplug"])
async def test_row_24_the_reversal_is_asked_for_on_a_bad_line(counter: Counter, fault: str) -> None:
    driver = counter.driver()
    attempt = await sold(counter, driver)
    counter.arm(fault, function="1200", moment="booked")
    outcome = await driver.refund(attempt, whole_refund(attempt))
    async with asyncio.timeout(10):
        while not isinstance(outcome, Refunded):
            assert isinstance(outcome, RefundPending)
            await counter.hand("plug")
            outcome = await driver.refund(attempt, whole_refund(attempt))
    assert len(counter.reversals) == 1


async def test_row_25_the_answer_comes_twice(counter: Counter) -> None:
    counter.arm("doubled_answer", function="0210")
    driver = counter.driver(answer_seconds=LONG)
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.decided.wait()
    assert isinstance(await driver.find(attempt), Captured)
    follower = await counter.begun(driver, 2)  # what was said of the first means nothing for the second
    assert await driver.find(follower) == Open()
    assert counter.told.count(Decided()) == 1
    await counter.hand("cancel")
    assert await counter.found(driver, follower) == Dead("cancelled")


async def test_row_25_a_late_answer_of_the_sale_before(counter: Counter) -> None:
    """The acknowledgement of an answer got lost: the terminal says it again while the next sale is asked for."""
    driver = counter.driver(answer_seconds=LONG)
    attempt = await sold(counter, driver)
    follower = await counter.begun(driver, 2)
    counter.say("0210|00|1|70012345|" + attempt.key + "|1|12840||000001")
    counter.say("0210|01|1|70012345|SOMEBODY|1|12840||000001")
    await counter.hand("cancel")
    assert await counter.found(driver, follower) == Dead("cancelled")
    found = await driver.find(attempt)
    assert isinstance(found, Captured)
