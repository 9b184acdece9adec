"""Ending an unpaid order while the resident may still be paying it (rows 11-17 of the money path)."""

import msgspec
import pytest

from kiosk.devices.payment import Captured, Dead, Open, Unknown
from tests.payments import new_attempt
from tests.wechat_pay.conftest import Hall


async def test_back_before_anybody_scanned(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    assert await driver.close(attempt) == Dead("closed")
    assert await hall.hand("pay", code_url=code) == {"paid": False, "reason": "closed"}
    assert hall.booked(attempt)["paid_fen"] == 0


async def test_sent_but_code_never_shown(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm("lost_answer")
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.close(attempt) == Dead("closed")


async def test_closed_again_after_restart(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    for _ in range(3):
        assert await driver.close(attempt) == Dead("closed")
    assert hall.booked(attempt)["closes"] == ["204"]


async def test_paid_before_back(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    assert isinstance(await driver.close(attempt), Captured)
    assert hall.booked(attempt)["closes"] == []


async def test_paid_between_query_and_close(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.wechat.faults.arm("orderpaid_race")
    assert isinstance(await driver.close(attempt), Captured)
    assert hall.booked(attempt)["paid_fen"] == 12840


async def test_paid_and_close_says_so_before_the_query_does(hall: Hall) -> None:
    """ORDERPAID while queries lag: never dead, and captured as soon as it shows."""
    driver, attempt = await hall.driver(paid_polls=3), new_attempt()
    await hall.offered(driver, attempt)
    hall.wechat.faults.arm("notpay_lag", polls=2)
    hall.wechat.faults.arm("orderpaid_race")
    assert isinstance(await driver.close(attempt), Captured)


async def test_paid_but_query_lags_longer_than_anybody_waits(hall: Hall) -> None:
    driver, attempt = await hall.driver(paid_polls=2), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.wechat.faults.arm("notpay_lag", polls=3)
    await hall.hand("pay", code_url=code)
    assert isinstance(await driver.close(attempt), Unknown)
    assert isinstance(await driver.close(attempt), Captured)


async def test_close_answer_lost_is_found_out_by_the_last_query(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    close = f"/v3/pay/transactions/out-trade-no/{attempt.key}/close"
    hall.wechat.faults.arm("lost_answer", path=close)
    assert await driver.close(attempt) == Dead("closed")


async def test_close_request_lost(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    close = f"/v3/pay/transactions/out-trade-no/{attempt.key}/close"
    hall.wechat.faults.arm("lost_request", path=close)
    assert isinstance(await driver.close(attempt), Unknown)
    assert (await hall.hand("pay", code_url=code))["paid"]
    assert isinstance(await driver.close(attempt), Captured)


async def test_close_fails_at_wechat(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.wechat.faults.arm("close_error")
    assert await driver.close(attempt) == Open()
    assert await driver.close(attempt) == Dead("closed")


@pytest.mark.parametrize("fault", ["wrong_signature", "stale_timestamp", "unknown_serial", "unsigned"])
async def test_close_confirmed_by_a_stranger_proves_nothing(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.wechat.faults.arm(fault, times=-1, op="close")
    hall.wechat.faults.arm(fault, times=-1, op="query")
    assert isinstance(await driver.close(attempt), Unknown)
    hall.wechat.faults.clear()
    assert await driver.close(attempt) == Dead("closed")


async def test_close_confirmed_but_both_queries_unreadable(hall: Hall) -> None:
    """A signed 204 is proof enough by itself."""
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.wechat.faults.arm("wrong_signature", times=2, op="query")
    assert await driver.close(attempt) == Dead("closed")


async def test_close_of_an_order_that_may_still_be_on_its_way(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm("lost_request")
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.close(attempt) == Unknown("not there yet")
    aged = msgspec.structs.replace(attempt, sent_ms=attempt.sent_ms - 400_000)
    assert await driver.close(aged) == Dead("never_arrived")


async def test_paid_after_dead(hall: Hall) -> None:
    """The wallet's confirmation overtook the closing: a later look must show the money."""
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    assert await driver.close(attempt) == Dead("closed")
    hall.wechat.faults.arm("paid_after_close")
    assert (await hall.hand("pay", code_url=code))["paid"]
    assert isinstance(await driver.find(attempt), Captured)
    assert isinstance(await driver.close(attempt), Captured)
