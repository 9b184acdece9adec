"""Giving money back, once, whatever is lost on the way."""

import pytest

from kiosk.devices.payment import Dead, Refunded, RefundFailed, RefundPending
from tests.alipay.conftest import Hall, again
from tests.payments import new_attempt, new_refund

REFUND = "give back"


async def test_refund_all(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    assert await driver.refund(paid, new_refund()) == Refunded(paid.ref)
    assert hall.booked(attempt)["refunded_fen"] == 12840


async def test_refund_asked_again_acts_once(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    for _ in range(2):
        assert await driver.refund(paid, new_refund(amount_fen=100)) == Refunded(paid.ref)
    assert hall.booked(attempt)["refunded_fen"] == 100


async def test_surplus_of_a_wrong_amount(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("wrong_amount", fen=13000)
    paid = await hall.paid(driver, attempt)
    assert isinstance(await driver.refund(paid, new_refund(amount_fen=160, reason="surplus")), Refunded)
    assert hall.booked(attempt)["paid_fen"] - hall.booked(attempt)["refunded_fen"] == 12840


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after"])
async def test_refund_done_but_answer_lost(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm(fault, asks=REFUND)
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)
    assert hall.booked(attempt)["refunded_fen"] == 12840


@pytest.mark.parametrize("fault", ["lost_request", "down", "unknown_error", "not_enough", "frequency"])
async def test_refund_not_done_is_sent_again_with_the_same_number(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm(fault)
    assert isinstance(await driver.refund(paid, new_refund()), RefundPending)
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)
    assert [row["out_request_no"] for row in hall.booked(attempt)["refunds"]] == ["T01A0000017A1R1"]


async def test_refund_accepted_and_not_to_be_seen_yet(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm("refund_lag", polls=1)
    assert await driver.refund(paid, new_refund()) == RefundPending("accepted")
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)


async def test_refund_that_no_time_heals(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm("refund_never", -1)
    assert await driver.refund(paid, new_refund()) == RefundFailed("ACQ.TRADE_HAS_FINISHED")
    assert hall.booked(attempt)["refunded_fen"] == 0


async def test_given_back_by_other_hands(hall: Hall) -> None:
    """Somebody at the merchant's own console was faster: all of it is with the resident, and nothing is sent twice."""
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    assert await driver.close(again(attempt)) == Dead("reversed")  # as that hand would
    assert await driver.refund(paid, new_refund()) == Refunded(paid.ref)
    assert await driver.refund(paid, new_refund(amount_fen=100, reason="surplus")) == RefundFailed(
        "all of it was given back by other hands"
    )
    assert hall.booked(attempt)["refunds"] == []


@pytest.mark.parametrize("fault", ["wrong_signature", "unsigned", "bad_sign"])
async def test_refund_confirmed_by_a_stranger(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    hall.arm(fault, -1)
    assert isinstance(await driver.refund(paid, new_refund()), RefundPending)


async def test_refund_of_more_than_was_paid(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    more = new_refund(amount_fen=12841)
    assert await driver.refund(paid, more) == RefundPending("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    assert hall.booked(attempt)["refunded_fen"] == 0


async def test_refund_while_nobody_can_be_connected(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    paid = await hall.paid(driver, attempt)
    cut_off = await hall.driver(port="http://127.0.0.1:1")
    assert isinstance(await cut_off.refund(paid, new_refund()), RefundPending)
    assert hall.booked(attempt)["refunds"] == []
