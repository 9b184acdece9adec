"""Payment codes that residents show (rows 37-40 of the money path): used once, stored nowhere, ended by reversing."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from drivers.wechat_pay.codepay import WeChatCode
from drivers.wechat_pay.settings import WeChatCodeSettings
from drivers.wechat_pay.simulator import REVERSE_AFTER_MS
from kiosk.devices.payment import Attempt, Captured, Dead, Open, Refunded, Unknown, Unprovable
from kiosk.devices.scanner import Scanned
from kiosk.devices.secret import Secret
from tests.payments import new_attempt, new_refund, taken
from tests.wechat_pay.conftest import Hall

REVERSE = "reverse payment"
LATER_S = REVERSE_AFTER_MS / 1000 + 1


class Till:
    """A driver, and a resident with a phone."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.drivers: list[WeChatCode] = []
        self.ahead_s = 0.0
        hall.wechat._now = self.now

    def now(self) -> float:
        """Everybody's clock: tests let time pass."""
        return time.time() + self.ahead_s

    async def driver(self, **changed: object) -> WeChatCode:
        """A driver, open."""

        def secret(_: type, value: object) -> object:
            return Secret(str(value), Path("/nowhere"))

        quick = {"timeout_s": 0.5, "connect_timeout_s": 0.4, "reverse_after_s": 0, "status_fresh_s": 0}
        given = {**self.hall.announced, **quick, **changed}
        settings = msgspec.convert(given, WeChatCodeSettings, dec_hook=secret)
        driver = WeChatCode("code", self.hall.url, settings, self.now)
        self.drivers.append(driver)
        await driver.open()
        return driver

    async def shown(self, attempt: Attempt) -> Attempt:
        """The attempt as `start` gets it: with a code that the phone shows now."""
        return msgspec.structs.replace(attempt, shown=Scanned((await self.hall.hand("show_code"))["code"]))


@pytest.fixture
async def till(hall: Hall) -> AsyncIterator[Till]:
    till = Till(hall)
    yield till
    for driver in till.drivers:
        await driver.aclose()


def told(_: object) -> None:
    """Nothing is told."""


async def test_paid_at_once(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    paid = await driver.start(attempt, told)
    assert taken(paid)[0] == 12840
    assert await driver.find(attempt) == paid
    assert till.hall.booked(attempt)["paid_fen"] == 12840


async def test_password_is_typed_first(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying")
    assert await driver.start(attempt, told) == Open()
    assert await driver.find(attempt) == Open()
    await till.hall.hand("pay")
    assert isinstance(await driver.find(attempt), Captured)


@pytest.mark.parametrize("how", ["decline", "code_declined"])
async def test_declined_on_the_phone_or_by_the_wallet(till: Till, how: str) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying" if how == "decline" else how)
    started = await driver.start(attempt, told)
    assert started == (Open() if how == "decline" else Unknown("NOTENOUGH"))
    if how == "decline":
        await till.hall.hand("decline")
    assert await driver.find(attempt) == Dead("refused")


@pytest.mark.parametrize(
    "shown", [None, "", "abc", "1" * 17, "251234567890123456", "99" + "0" * 16, "13456789012345678\n"]
)
async def test_what_is_no_payment_code_is_not_sent(till: Till, shown: str | None) -> None:
    driver = await till.driver()
    attempt = msgspec.structs.replace(new_attempt(), shown=None if shown is None else Scanned(shown))
    assert await driver.start(attempt, told) == Dead("refused")
    assert till.hall.wechat.books()["orders"] == {}


async def test_row_40_code_is_used_once_and_a_new_one_is_a_new_number(till: Till) -> None:
    driver, first = await till.driver(), await till.shown(new_attempt())
    assert isinstance(await driver.start(first, told), Captured)
    second = new_attempt(key="T01A00000172", n=2)
    again = msgspec.structs.replace(second, shown=first.shown)
    assert await driver.start(again, told) == Dead("refused")
    assert isinstance(await driver.start(await till.shown(new_attempt(key="T01A00000173", n=3)), told), Captured)


async def test_code_that_is_too_old(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.ahead_s = 61
    assert await driver.start(attempt, told) == Dead("refused")


async def test_row_37_code_is_nowhere_but_in_the_request(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing that outlives the call holds it, so nothing can send it again."""
    caplog.set_level(0)
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    assert attempt.shown is not None
    till.hall.wechat.faults.arm("lost_answer")
    assert isinstance(await driver.start(attempt, told), Unknown)
    code = attempt.shown.text
    assert code not in f"{caplog.text}{attempt!r}{vars(driver)!r}"
    assert code not in " ".join(line["what"] for line in till.hall.wechat.talk.after(0)["lines"])


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after"])
async def test_row_37_paid_but_the_answer_is_lost(till: Till, fault: str) -> None:
    """Nothing is sent again; the query tells."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm(fault)
    assert isinstance(await driver.start(attempt, told), Unknown)
    restarted = await till.driver()
    assert isinstance(await restarted.find(new_attempt(sent_ms=attempt.sent_ms)), Captured)


async def test_row_38_request_lost_is_dead_only_after_request_and_code(till: Till) -> None:
    driver = await till.driver(request_lifetime_s=360, code_lifetime_s=120)
    attempt = await till.shown(new_attempt())
    till.hall.wechat.faults.arm("lost_request")
    assert isinstance(await driver.start(attempt, told), Unknown)
    for age_s, outcome in (
        (0, Unknown("not there yet")),
        (475, Unknown("not there yet")),
        (482, Dead("never_arrived")),
    ):
        assert await driver.find(msgspec.structs.replace(attempt, sent_ms=attempt.sent_ms - age_s * 1000)) == outcome


async def test_nothing_sent_when_nobody_can_be_connected(till: Till) -> None:
    attempt = await till.shown(new_attempt())
    await till.hall.hand("unplug")
    assert await (await till.driver()).start(attempt, told) == Dead("never_arrived")
    await till.hall.hand("plug")


async def test_password_may_take_as_long_as_wechat_advises(till: Till) -> None:
    assert (await till.driver()).waits_s == 45


async def test_reversed_while_the_password_is_typed(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying")
    await driver.start(attempt, told)
    till.ahead_s = LATER_S
    assert await driver.close(attempt) == Dead("closed")
    assert await till.hall.hand("pay", out_trade_no=attempt.key) == {"paid": False, "reason": "closed"}


async def test_not_reversed_before_its_time(till: Till) -> None:
    """Fifteen seconds are waited for; whoever does not is told so by WeChat, and nothing is dead."""
    attempt = await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying")
    hasty = await till.driver(reverse_after_s=0)
    await hasty.start(attempt, told)
    assert await hasty.close(attempt) == Unknown("not reversed: INVALID_REQUEST")
    till.hall.wechat.reverse_after_ms = 200
    patient = await till.driver(reverse_after_s=0.4)
    assert await patient.close(attempt) == Dead("closed")


async def test_paid_before_back_is_not_reversed(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    await driver.start(attempt, told)
    till.ahead_s = LATER_S
    assert isinstance(await driver.close(attempt), Captured)
    assert till.hall.booked(attempt)["reversed_fen"] == 0


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request"])
async def test_row_39_reversals_answer_is_lost(till: Till, fault: str) -> None:
    """Again, for as long as it takes; what was paid meanwhile goes back, and is never called captured."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying")
    await driver.start(attempt, told)
    till.ahead_s = LATER_S
    till.hall.wechat.faults.arm(fault, path=f"/v3/pay/transactions/out-trade-no/{attempt.key}/reverse")
    first = await driver.close(attempt)
    if fault == "lost_answer":
        assert first == Dead("closed")  # the last query shows it
        return
    assert isinstance(first, Unknown)
    assert (await till.hall.hand("pay", out_trade_no=attempt.key))["paid"]
    asked_before = msgspec.structs.replace(attempt, close_asked=True)
    assert await driver.close(asked_before) == Dead("reversed")
    booked = till.hall.booked(attempt)
    assert booked["paid_fen"] - booked["reversed_fen"] == 0


async def test_paid_while_a_reversal_travels_is_not_believed(till: Till) -> None:
    driver, attempt = await till.driver(timeout_s=0.3), await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying")
    await driver.start(attempt, told)
    till.ahead_s = LATER_S
    path = f"/v3/pay/transactions/out-trade-no/{attempt.key}/reverse"
    till.hall.wechat.faults.arm("slow", path=path, seconds=0.8)
    closing = asyncio.create_task(driver.close(attempt))
    async with asyncio.timeout(10):
        while path not in str(await asyncio.to_thread(till.hall.wechat.talk.after, 0)):
            pass
    assert (await till.hall.hand("pay", out_trade_no=attempt.key))["paid"]
    assert isinstance(await closing, Unknown)
    assert await driver.close(msgspec.structs.replace(attempt, close_asked=True)) == Dead("reversed")


@pytest.mark.parametrize("paid", [True, False])
async def test_asked_to_reverse_it_after_more_than_a_week_without_power(till: Till, paid: bool) -> None:
    """Nothing is reversed any more: what was paid counts, to be delivered or refunded; the rest is the staff's."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm("userpaying")
    await driver.start(attempt, told)
    if paid:
        assert (await till.hall.hand("pay", out_trade_no=attempt.key))["paid"]
    till.ahead_s = 8 * 86_400
    outcome = await driver.close(msgspec.structs.replace(attempt, close_asked=True))
    assert isinstance(outcome, Captured if paid else Unprovable)


async def test_refund_of_a_payment_by_code(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    fen, ref = taken(await driver.start(attempt, told))
    paid = msgspec.structs.replace(attempt, ref=ref, captured_fen=fen)
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)


@pytest.mark.parametrize("fault", ["wrong_signature", "stale_timestamp", "unknown_serial", "unsigned", "auth_401"])
async def test_paid_says_somebody_who_is_not_wechat(till: Till, fault: str) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.wechat.faults.arm(fault)
    assert isinstance(await driver.start(attempt, told), Unknown)
