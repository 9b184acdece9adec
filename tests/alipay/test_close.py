"""Ending an unpaid trade while the resident may still be paying it. Unlike others, a cancellation gives money back."""

import asyncio

import msgspec
import pytest

from kiosk.devices.payment import Captured, Dead, Unknown, Unprovable
from tests.alipay.conftest import Hall, again
from tests.payments import new_attempt

CANCEL = "cancel trade"


async def test_back_before_anybody_scanned(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    assert await driver.close(attempt) == Dead("closed")
    assert await hall.hand("pay", qr_code=code) == {"paid": False, "reason": "closed"}


async def test_back_after_somebody_scanned(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    await hall.hand("scan", qr_code=code)
    assert await driver.close(attempt) == Dead("closed")
    assert hall.booked(attempt)["cancels"] == ["close"]


async def test_sent_but_code_never_shown(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("lost_answer")
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.close(attempt) == Dead("closed")


async def test_never_arrived_and_cancelled(hall: Hall) -> None:
    """The precreate comes after its cancellation: it makes no code."""
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("lost_request")
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.close(attempt) == Dead("closed")
    assert await driver.start(attempt, hall.told.append) == Unknown("ACQ.TRADE_HAS_CLOSE")


async def test_closed_again_after_restart(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    for turn in range(3):
        assert await driver.close(again(attempt) if turn else attempt) == Dead("closed")


async def test_paid_before_back_is_not_cancelled(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    assert isinstance(await driver.close(attempt), Captured)
    assert hall.booked(attempt)["cancels"] == []


async def test_paid_between_query_and_cancel_goes_back(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm("paid_race")
    assert await driver.close(attempt) == Dead("reversed")
    booked = hall.booked(attempt)
    assert (booked["paid_fen"], booked["reversed_fen"]) == (12840, 12840)
    assert await driver.find(attempt) == Dead("reversed")


async def test_paid_and_the_cancellations_answer_lost(hall: Hall) -> None:
    """The last query shows that the trade is closed, and that it had been paid."""
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm("paid_race")
    hall.arm("lost_answer", asks=CANCEL)
    assert await driver.close(attempt) == Dead("reversed")


async def test_paid_while_a_cancellation_is_still_travelling_is_not_believed(hall: Hall) -> None:
    """The cancellation was given up and lands later: had the payment counted, the goods would go out unpaid."""
    driver, attempt = await hall.driver(timeout_s=0.3), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("slow", seconds=0.8, asks=CANCEL)
    closing = asyncio.create_task(driver.close(attempt))
    async with asyncio.timeout(10):
        while CANCEL not in str(await asyncio.to_thread(hall.alipay.talk.after, 0)):
            pass
    assert (await hall.hand("pay", qr_code=code))["paid"]
    assert isinstance(await closing, Unknown)
    assert isinstance(await driver.find(attempt), Captured)  # which the runner does not ask while it is closing
    assert await driver.close(again(attempt)) == Dead("reversed")
    booked = hall.booked(attempt)
    assert booked["paid_fen"] - booked["reversed_fen"] == 0


async def test_paid_and_the_cancellation_lost_on_its_way_goes_back(hall: Hall) -> None:
    """Nobody can know that it was lost: the next one gives the money back, and that is what is told."""
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("lost_request", asks=CANCEL)
    assert isinstance(await driver.close(attempt), Unknown)
    assert (await hall.hand("pay", qr_code=code))["paid"]
    assert await driver.close(again(attempt)) == Dead("reversed")


async def test_paid_and_too_late_to_cancel_is_captured(hall: Hall) -> None:
    """A day later (the terminal was without power) Alipay cancels no more, so no earlier cancellation can land."""
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    hall.arm("cancel_late", -1)
    assert isinstance(await driver.close(again(attempt)), Captured)


async def test_alipay_wants_the_cancellation_again(hall: Hall) -> None:
    driver, attempt = await hall.driver(cancel_tries=3), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm("cancel_retry", 2)
    assert await driver.close(attempt) == Dead("closed")
    assert hall.booked(attempt)["cancels"] == ["retry_flag Y", "retry_flag Y", "nothing to close"]


async def test_alipay_wants_the_cancellation_again_and_again(hall: Hall) -> None:
    driver, attempt = await hall.driver(cancel_tries=2), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm("cancel_retry", 2)
    assert await driver.close(attempt) == Unknown("not cancelled yet: again")
    assert await driver.close(again(attempt)) == Dead("closed")


@pytest.mark.parametrize("fault", ["wrong_signature", "unsigned", "bad_sign", "unknown_error", "frequency", "down"])
async def test_cancellation_that_is_not_confirmed_proves_nothing(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm(fault, -1)
    assert isinstance(await driver.close(attempt), Unknown)
    hall.alipay.faults.clear()
    assert await driver.close(again(attempt)) == Dead("closed")


async def test_cancellation_confirmed_and_both_queries_unreadable(hall: Hall) -> None:
    """A signed answer with retry_flag N is proof enough by itself."""
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm("wrong_signature", 2, op="query")
    assert await driver.close(attempt) == Dead("closed")


@pytest.mark.parametrize("is_dead", [False, True])
async def test_no_such_trade_says_the_cancellation(hall: Hall, is_dead: bool) -> None:
    """Never a proof; long after the code lapsed the staff are asked, or it counts where Alipay has said so."""
    driver, attempt = await hall.driver(absent_after_s=600, absent_is_dead=is_dead), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("cancel_absent", -1)
    assert await driver.close(attempt) == Unknown("no such trade, which is no proof")
    assert (await hall.hand("scan", qr_code=code))["payable"]
    unscanned = new_attempt(key="T01A0000018A1")
    await hall.offered(driver, unscanned)
    for age_s, proved in ((780, False), (820, True)):
        old = msgspec.structs.replace(unscanned, show_until_ms=unscanned.sent_ms - age_s * 1000 + 120_000)
        outcome = await driver.close(old)
        assert isinstance(outcome, (Dead if is_dead else Unprovable) if proved else Unknown)


async def test_paid_after_dead(hall: Hall) -> None:
    """The wallet's confirmation overtook the closing: a later look must show the money."""
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    assert await driver.close(attempt) == Dead("closed")
    hall.arm("paid_after_close")
    assert (await hall.hand("pay", qr_code=code))["paid"]
    assert isinstance(await driver.find(attempt), Captured)
