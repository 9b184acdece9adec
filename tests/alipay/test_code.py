"""Showing a code and learning what became of it."""

import time

import pytest

from kiosk.devices.payment import Captured, Dead, Open, Unknown
from tests.alipay.conftest import Hall
from tests.payments import new_attempt, taken

QUERY = "is trade"


async def test_paid_by_scanning(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    assert code.startswith("https://qr.alipay.com/")  # escaped on the wire, and signed as it stood there
    assert await driver.find(attempt) == Open()
    scanned = await hall.hand("scan", qr_code=code)
    assert (scanned["payable"], scanned["amount_fen"], scanned["wording"]) == (True, 12840, "燃气费")
    assert await driver.find(attempt) == Open()
    paid = await hall.hand("pay", qr_code=code)
    found = await driver.find(attempt)
    assert taken(found) == (12840, paid["trade_no"])
    assert isinstance(found, Captured)
    assert attempt.sent_ms // 1000 * 1000 <= found.paid_ms <= time.time() * 1000  # Alipay's own time, to the second


async def test_no_trade_before_anybody_scanned_is_still_waiting(hall: Hall) -> None:
    """Alipay says TRADE_NOT_EXIST of its own code: that is neither failed nor dead, however long ago it was sent."""
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    for age_ms in (0, 3_600_000, 86_400_000):
        assert await driver.find(new_attempt(sent_ms=attempt.sent_ms - age_ms)) == Open()


async def test_wallet_declines(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("decline")
    assert await hall.hand("pay", qr_code=code) == {"paid": False, "reason": "declined"}
    assert await driver.find(attempt) == Open()
    assert (await hall.hand("pay", qr_code=code))["paid"]


async def test_query_lags_behind_payment(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("query_lag", polls=2)
    await hall.hand("pay", qr_code=code)
    assert [await driver.find(attempt) for _ in range(2)] == [Open(), Open()]
    assert isinstance(await driver.find(attempt), Captured)


async def test_wrong_amount_is_reported_as_it_is(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("wrong_amount", fen=1)
    paid = await hall.hand("pay", qr_code=code)
    assert taken(await driver.find(attempt)) == (1, paid["trade_no"])


async def test_coupon_of_the_wallet_is_still_our_money(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.arm("coupon", fen=500)
    await hall.hand("pay", qr_code=code)
    assert taken(await driver.find(attempt))[0] == 12840


async def test_code_lapses_after_the_screen_took_it_down(hall: Hall) -> None:
    """In whole minutes, which is how Alipay counts: 120 s on the screen and 30 s of grace are three."""
    driver, attempt = await hall.driver(offer_grace_s=30), new_attempt()
    code = await hall.offered(driver, attempt)
    later = attempt.show_until_ms / 1000 + 29
    hall.alipay._now = lambda: later
    assert (await hall.hand("scan", qr_code=code))["payable"]
    hall.alipay._now = lambda: later + 92
    assert await hall.hand("pay", qr_code=code) == {"paid": False, "reason": "closed"}  # a trade was made of it
    hall.alipay._now = time.time
    assert await driver.find(attempt) == Dead("closed")


async def test_network_delivers_the_precreate_twice(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("twice")
    code = await hall.offered(driver, attempt)
    assert hall.booked(attempt)["qr_code"] == code


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after", "unknown_error_after"])
async def test_precreate_acted_on_but_answer_lost(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm(fault)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert hall.told == []
    assert hall.booked(attempt)["state"] == "CODE"


@pytest.mark.parametrize("fault", ["lost_request", "error_500", "down", "unknown_error", "frequency", "bad_sign"])
async def test_precreate_not_acted_on_is_no_proof(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm(fault)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert hall.alipay.books()["trades"] == {}


async def test_clock_that_alipay_refuses_stays_live(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.arm("clock_skew")
    assert await driver.start(attempt, hall.told.append) == Unknown("isv.invalid-timestamp")


async def test_nothing_sent_when_nobody_can_be_connected(hall: Hall) -> None:
    driver, attempt = await hall.driver(port="http://127.0.0.1:1"), new_attempt()
    assert await driver.start(attempt, hall.told.append) == Dead("never_arrived")
    assert isinstance(await driver.find(attempt), Unknown)
    assert isinstance(await driver.close(attempt), Unknown)


async def test_slow_answer_is_no_answer(hall: Hall) -> None:
    driver, attempt = await hall.driver(timeout_s=0.2), new_attempt()
    hall.arm("slow", seconds=0.6)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)


async def test_precreate_refused_for_its_content_is_dead(hall: Hall) -> None:
    driver = await hall.driver()
    assert await driver.start(new_attempt(key="T01A-0000017"), hall.told.append) == Dead("refused")


async def test_number_used_before_with_another_amount(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    assert await driver.start(new_attempt(amount_fen=1), hall.told.append) == Unknown("ACQ.CONTEXT_INCONSISTENT")


async def test_wording_too_long_is_cut(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt(wording="气" * 300)
    await hall.offered(driver, attempt)
    assert hall.booked(attempt)["wording"] == "气" * 128


async def test_the_talk_says_what_passed_and_keeps_the_secrets(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.arm("lost_answer")
    await driver.find(attempt)
    said = [f"{line['direction']}: {line['what']}" for line in hall.alipay.talk.after(0)["lines"]]
    assert said[0] == f"heard: new code for {attempt.key}, ¥128.40 for '燃气费' · POST /gateway.do"
    assert said[1].startswith("said: 200 the code to show: https://qr.alipay.com/")
    assert said[2] == f"heard: {QUERY} {attempt.key} paid? · POST /gateway.do"
    assert said[3] == "said: nothing: the connection drops after it was done, without an answer"
