"""Showing a code and learning what became of it."""

import asyncio
import contextlib
import socket
import time
from pathlib import Path

import msgspec
import pytest

from drivers.wechat_pay.simulator import WeChatPaySimulator
from kiosk.devices.payment import Captured, Dead, Offer, Open, Unknown
from tests.payments import new_attempt, taken
from tests.wechat_pay.conftest import Hall, RawPeer


async def test_paid_by_scanning(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    assert await driver.find(attempt) == Open()
    scanned = await hall.hand("scan", code_url=code)
    assert (scanned["payable"], scanned["amount_fen"], scanned["wording"]) == (True, 12840, "燃气费")
    paid = await hall.hand("pay", code_url=code)
    found = await driver.find(attempt)
    assert taken(found) == (12840, paid["transaction_id"])
    assert isinstance(found, Captured)
    assert attempt.sent_ms // 1000 * 1000 <= found.paid_ms <= time.time() * 1000  # WeChat's own time, to the second
    assert hall.booked(attempt)["paid_fen"] == 12840


async def test_wallet_declines(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.wechat.faults.arm("decline")
    assert await hall.hand("pay", code_url=code) == {"paid": False, "reason": "declined"}
    assert await driver.find(attempt) == Open()
    assert (await hall.hand("pay", code_url=code))["paid"]


async def test_resident_taps_pay_twice(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    assert await hall.hand("pay", out_trade_no=attempt.key) == {"paid": False, "reason": "already_paid"}
    assert hall.booked(attempt)["paid_fen"] == 12840


async def test_query_lags_behind_payment(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.wechat.faults.arm("notpay_lag", polls=2)
    await hall.hand("pay", code_url=code)
    assert [await driver.find(attempt) for _ in range(2)] == [Open(), Open()]
    assert isinstance(await driver.find(attempt), Captured)


async def test_wrong_amount_is_reported_as_it_is(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.wechat.faults.arm("wrong_amount", fen=1)
    paid = await hall.hand("pay", code_url=code)
    assert taken(await driver.find(attempt)) == (1, paid["transaction_id"])


async def test_coupon_of_the_wallet_is_still_our_money(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    code = await hall.offered(driver, attempt)
    hall.wechat.faults.arm("coupon", fen=500)
    await hall.hand("pay", code_url=code)
    found = await driver.find(attempt)
    assert isinstance(found, Captured)
    assert found.fen == 12840


async def test_code_lapses_after_the_screen_took_it_down(hall: Hall) -> None:
    """The code must not outlive the order's patience by much, nor lapse while it is shown."""
    driver, attempt = await hall.driver(offer_grace_s=30), new_attempt()
    code = await hall.offered(driver, attempt)
    later = attempt.show_until_ms / 1000 + 29
    hall.wechat._now = lambda: later
    assert (await hall.hand("scan", code_url=code))["payable"]
    hall.wechat._now = lambda: later + 2
    assert await hall.hand("pay", code_url=code) == {"paid": False, "reason": "expired"}
    hall.wechat._now = time.time
    assert await driver.find(attempt) == Open()  # lapsed is not closed: the runner closes


async def test_offer_that_is_nearly_over_still_gets_the_minute_wechat_wants(hall: Hall) -> None:
    driver = await hall.driver()
    attempt = new_attempt(show_until_ms=int(time.time() * 1000) + 1000)
    assert (await hall.hand("scan", code_url=await hall.offered(driver, attempt)))["payable"]


async def test_wording_too_long_is_cut_at_a_character(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt(wording="气" * 60)
    await hall.offered(driver, attempt)
    assert hall.booked(attempt)["wording"] == "气" * 42


async def test_network_delivers_the_create_twice(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm("twice")
    code = await hall.offered(driver, attempt)
    assert list(hall.wechat.books()["orders"]) == [attempt.key]
    assert hall.booked(attempt)["code_url"] == code


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after"])
async def test_create_acted_on_but_answer_lost(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm(fault)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert hall.told == []
    assert await driver.find(attempt) == Open()


@pytest.mark.parametrize("fault", ["lost_request", "error_500", "down"])
async def test_create_lost_on_the_way_is_dead_only_after_its_lifetime(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(request_lifetime_s=360), new_attempt()
    hall.wechat.faults.arm(fault)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.find(attempt) == Unknown("not there yet")
    for age_s, outcome in ((355, Unknown("not there yet")), (362, Dead("never_arrived"))):
        aged = msgspec.structs.replace(attempt, sent_ms=attempt.sent_ms - age_s * 1000)
        assert await driver.find(aged) == outcome


async def test_lifetime_is_measured_by_wechats_clock(hall: Hall) -> None:
    """Our clock is four minutes ahead: it alone would give up on a create that WeChat would still take."""

    def ahead() -> float:
        return time.time() + 240

    driver = await hall.driver(now=ahead)
    attempt = new_attempt(sent_ms=int((ahead() - 361) * 1000))
    assert await driver.find(attempt) == Unknown("not there yet")


async def test_slow_answer_is_no_answer(hall: Hall) -> None:
    driver, attempt = await hall.driver(timeout_s=0.2), new_attempt()
    hall.wechat.faults.arm("slow", seconds=0.6)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)


async def test_nothing_sent_when_nobody_can_be_connected(hall: Hall) -> None:
    driver, attempt = await hall.driver(port="http://127.0.0.1:1"), new_attempt()
    assert await driver.start(attempt, hall.told.append) == Dead("never_arrived")
    assert isinstance(await driver.find(attempt), Unknown)
    assert isinstance(await driver.close(attempt), Unknown)


async def test_nothing_sent_when_the_connection_never_comes_about(hall: Hall) -> None:
    """A peer that drops what arrives: the time-out is that of connecting, so the request cannot have left."""
    with socket.socket() as deaf, contextlib.ExitStack() as queue:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for _ in range(4):  # more than its queue holds
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(deaf.getsockname())
        port = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        driver, attempt = await hall.driver(port=port, connect_timeout_s=0.2, timeout_s=10), new_attempt()
        assert await driver.start(attempt, hall.told.append) == Dead("never_arrived")
        spared = await hall.driver(port=port, spare_url=hall.url, connect_timeout_s=0.2, timeout_s=10)
        assert await hall.offered(spared, attempt)


@pytest.mark.parametrize("fault", ["auth_401", "clock_skew"])
async def test_create_refused_for_clock_or_key_stays_live(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm(fault)
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert await driver.find(attempt) == Unknown("not there yet")


async def test_primary_down_spare_serves(hall: Hall) -> None:
    driver, attempt = await hall.driver(port="http://127.0.0.1:1", spare_url=hall.url), new_attempt()
    await hall.paid(driver, attempt)
    assert isinstance(await driver.find(attempt), Captured)


async def test_create_with_lost_answer_is_not_sent_to_the_spare(hall: Hall, peer: RawPeer) -> None:
    driver, attempt = await hall.driver(port=peer.url, spare_url=hall.url), new_attempt()
    assert isinstance(await driver.start(attempt, hall.told.append), Unknown)
    assert len(peer.requests) == 1
    assert hall.wechat.books()["orders"] == {}


async def test_number_used_before_with_another_amount(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    assert await driver.start(new_attempt(amount_fen=1), hall.told.append) == Unknown("OUT_TRADE_NO_USED")


async def test_create_refused_for_its_content_is_dead(hall: Hall) -> None:
    driver, attempt = await hall.driver(appid="wxsomebodyelse"), new_attempt()
    assert await driver.start(attempt, hall.told.append) == Dead("refused")


async def test_too_many_requests(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    hall.wechat.faults.arm("frequency")
    assert await driver.start(attempt, hall.told.append) == Unknown("FREQUENCY_LIMITED")


async def test_killed_simulator_keeps_its_books(hall: Hall, books_folder: Path) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    again = WeChatPaySimulator(books_folder)
    assert again.books()["orders"] == hall.wechat.books()["orders"]
    await again.stop()


async def test_let_go_during_a_call(hall: Hall, peer: RawPeer) -> None:
    driver, attempt = await hall.driver(port=peer.url, timeout_s=60), new_attempt()
    peer.holds = True
    call = asyncio.ensure_future(driver.start(attempt, hall.told.append))
    await peer.asked.wait()
    await driver.aclose()
    await driver.aclose()
    assert isinstance(await call, Unknown)
    assert await driver.find(attempt) == Unknown("not open")
    assert await driver.start(attempt, hall.told.append) == Dead("never_arrived")


async def test_offer_is_told_before_start_returns(hall: Hall) -> None:
    driver = await hall.driver()
    code = await hall.offered(driver, new_attempt())
    assert hall.told == [Offer(code)]
