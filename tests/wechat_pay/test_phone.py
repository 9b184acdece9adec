"""What a person does with the simulated phone beyond scanning and paying."""

import asyncio

from kiosk.devices.payment import Captured, Dead, Open
from tests.payments import new_attempt
from tests.wechat_pay.conftest import Hall


async def test_declined_by_the_wallet(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    assert await hall.hand("decline") == {"paid": False, "reason": "declined"}
    assert await driver.find(attempt) == Open()
    assert hall.wechat.books()["state"]["phone"] == "declined"


async def test_confirmed_before_and_landing_after_the_closing(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    assert (await hall.hand("pay_late", seconds=0.2))["reason"] == "waits_for_close"
    assert isinstance(await driver.close(attempt), Dead)
    async with asyncio.timeout(10):
        while not isinstance(await driver.find(attempt), Captured):
            pass
    assert hall.booked(attempt)["paid_fen"] == 12840


async def test_confirmed_after_the_closing(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    assert isinstance(await driver.close(attempt), Dead)
    assert (await hall.hand("pay"))["reason"] == "closed"
    assert (await hall.hand("pay_late"))["paid"]


async def test_both_codes_of_an_errand_are_paid(hall: Hall) -> None:
    driver = await hall.driver()
    first, second = new_attempt(key="T01A0000017A1"), new_attempt(key="T01A0000017A2", n=2)
    await hall.offered(driver, first)
    assert isinstance(await driver.close(first), Dead)
    await hall.offered(driver, second)
    paid = await hall.hand("pay_twice")
    assert (paid["out_trade_no"], paid["again"]["out_trade_no"]) == (second.key, first.key)
    assert isinstance(await driver.find(first), Captured)
    assert isinstance(await driver.find(second), Captured)


async def test_one_code_cannot_be_paid_twice(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt(key="T01A0000017A1")
    await hall.offered(driver, attempt)
    assert (await hall.hand("pay_twice"))["again"] == {"paid": False, "reason": "already_paid"}
    assert hall.booked(attempt)["paid_fen"] == 12840


async def test_unplugged_and_plugged_in_again(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.hand("unplug")
    assert await driver.start(attempt, hall.told.append) == Dead("never_arrived")
    await hall.hand("plug")
    assert await driver.start(attempt, hall.told.append) == Open()


async def test_the_talk_says_what_passed_and_keeps_the_secrets(hall: Hall) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.offered(driver, attempt)
    hall.wechat.faults.arm("lost_answer")
    await driver.find(attempt)
    lines = hall.wechat.talk.after(0)["lines"]
    said = [f"{line['direction']}: {line['what']}" for line in lines]
    assert said[0].startswith(f"heard: new order {attempt.key}, ¥128.40 for ")
    assert said[1].startswith("said: 200 the code to show: weixin://wxpay/")
    assert said[2] == f"heard: is order {attempt.key} paid? · GET /v3/pay/transactions/out-trade-no/{attempt.key}"
    assert said[3] == "said: nothing: the connection drops after it was done, without an answer"
    assert hall.wechat.talk.after(lines[0]["seq"])["lines"][0] == lines[1]
    assert all("WECHATPAY2" not in bytes.fromhex(line["raw"]).decode() for line in lines)
