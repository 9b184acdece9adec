"""Giving money back, once, whatever is lost on the way."""

import pytest

from kiosk.devices.payment import RefundClosed, Refunded, RefundFailed, RefundOutcome, RefundPending
from tests.payments import new_attempt, new_refund, taken
from tests.wechat_pay.conftest import Hall

REFUNDS = "/v3/refund/domestic/refunds"


async def test_refund_all(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    done = await driver.refund(paid, new_refund())
    assert done == Refunded(hall.booked(attempt)["refunds"][0]["refund_id"])
    assert hall.booked(attempt)["refunded_fen"] == 12840
    assert taken(await driver.find(attempt)) == (12840, paid.ref)  # REFUND still tells what was captured


async def test_refund_asked_again_acts_once(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    first = await driver.refund(paid, new_refund(amount_fen=100))
    assert await driver.refund(paid, new_refund(amount_fen=100)) == first
    assert hall.booked(attempt)["refunded_fen"] == 100


async def test_refund_before_the_transaction_number_was_known(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt(captured_fen=12840)
    await hall.paid(driver, attempt)
    assert isinstance(await driver.refund(attempt, new_refund()), Refunded)


async def test_surplus_of_a_wrong_amount(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm("wrong_amount", fen=13000)
    paid = await hall.paid(driver, attempt)
    assert isinstance(await driver.refund(paid, new_refund(amount_fen=160, reason="surplus")), Refunded)
    assert hall.booked(attempt)["paid_fen"] - hall.booked(attempt)["refunded_fen"] == 12840


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after"])
async def test_refund_booked_but_answer_lost(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm(fault, path=REFUNDS)
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)
    assert hall.booked(attempt)["refunded_fen"] == 12840


@pytest.mark.parametrize("fault", ["refund_500", "lost_request", "down"])
async def test_refund_not_booked_is_sent_again_with_the_same_number(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm(fault)
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)
    assert [row["out_refund_no"] for row in hall.booked(attempt)["refunds"]] == ["T01A0000017A1R1"]


async def test_refund_fails_at_wechat_for_hours(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm("refund_500", times=-1)
    for _ in range(3):
        assert await driver.refund(paid, new_refund()) == RefundPending("SYSTEM_ERROR")
    hall.wechat.faults.clear()
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)


async def test_refund_under_way(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm("refund_processing", polls=2)
    assert await driver.refund(paid, new_refund()) == RefundPending("PROCESSING")
    assert hall.booked(attempt)["refunded_fen"] == 0
    assert await driver.refund(paid, new_refund()) == RefundPending("PROCESSING")
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)


@pytest.mark.parametrize(
    ("fault", "outcome"), [("refund_abnormal", RefundFailed("ABNORMAL")), ("refund_closed", RefundClosed())]
)
async def test_refund_that_staff_must_see_to(hall: Hall, fault: str, outcome: RefundOutcome) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm(fault)
    for _ in range(2):
        assert await driver.refund(paid, new_refund()) == outcome
    assert await driver.find_refund(paid, new_refund()) == outcome


async def test_another_number_once_wechat_has_closed_the_first(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    assert await driver.find_refund(paid, new_refund()) == RefundFailed("RESOURCE_NOT_EXISTS")  # no proof
    hall.wechat.faults.arm("refund_closed")
    assert await driver.refund(paid, new_refund()) == RefundClosed()
    for fault in ("lost_answer", "wrong_signature", "unsigned"):
        hall.wechat.faults.arm(fault, times=-1)
        assert isinstance(await driver.find_refund(paid, new_refund()), RefundPending)
        hall.wechat.faults.clear()
    assert await driver.find_refund(paid, new_refund()) == RefundClosed()
    second = new_refund(r=2, key="T01A0000017A1R2")
    assert isinstance(await driver.refund(paid, second), Refunded)
    assert await driver.find_refund(paid, new_refund()) == RefundClosed()  # and it stays so
    assert isinstance(await driver.find_refund(paid, second), Refunded)
    assert hall.booked(attempt)["refunded_fen"] == 12840


async def test_merchant_account_is_empty_today(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm("not_enough")
    assert await driver.refund(paid, new_refund()) == RefundPending("NOT_ENOUGH")
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)


@pytest.mark.parametrize("fault", ["wrong_signature", "stale_timestamp", "unknown_serial", "unsigned", "auth_401"])
async def test_refund_confirmed_by_a_stranger(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.wechat.faults.arm(fault, times=-1)
    assert isinstance(await driver.refund(paid, new_refund()), RefundPending)


async def test_refund_while_nobody_can_be_connected(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    cut_off = await hall.driver(port="http://127.0.0.1:1")
    assert isinstance(await cut_off.refund(paid, new_refund()), RefundPending)
    assert hall.booked(attempt)["refunds"] == []


async def test_refund_of_more_than_was_paid(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    assert await driver.refund(paid, new_refund(amount_fen=12841)) == RefundPending("INVALID_REQUEST")
    assert hall.booked(attempt)["refunded_fen"] == 0
