"""Payment codes that residents show (rows 37-40 of the money path): used once, stored nowhere, ended by cancelling."""

import asyncio
import time
from collections.abc import AsyncIterator

import msgspec
import pytest

from drivers.alipay.barcode import AlipayCode
from drivers.alipay.settings import AlipayCodeSettings
from kiosk.devices.payment import Attempt, Captured, Dead, Open, Refunded, Unknown, Unprovable
from kiosk.devices.scanner import Scanned
from tests.alipay.conftest import Hall, again
from tests.payments import new_attempt, new_refund, settings_of, taken

CANCEL = "cancel trade"
PAYS = "take ¥128.40 by payment code"


class Till:
    """Drivers, and a resident with a phone."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.drivers: list[AlipayCode] = []
        self.ahead_s = 0.0
        hall.alipay._now = self.now

    def now(self) -> float:
        """Everybody's clock: tests let time pass."""
        return time.time() + self.ahead_s

    async def driver(self, **changed: object) -> AlipayCode:
        """A driver, open."""
        quick = {"timeout_s": 0.5, "connect_timeout_s": 0.4, "cancel_pause_s": 0.01, "status_fresh_s": 0}
        settings = settings_of(AlipayCodeSettings, self.hall.announced, **{**quick, **changed})
        driver = AlipayCode("code", self.hall.url, settings, self.now)
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
    assert isinstance(paid, Captured)
    assert attempt.sent_ms // 1000 * 1000 <= paid.paid_ms <= time.time() * 1000  # Alipay's own time, to the second
    assert await driver.find(attempt) == paid


async def test_password_is_typed_first(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm("userpaying")
    assert await driver.start(attempt, told) == Open()
    assert await driver.find(attempt) == Open()
    await till.hall.hand("pay")
    assert isinstance(await driver.find(attempt), Captured)


async def test_wallet_holds_too_little_and_the_trade_it_leaves_is_ended(till: Till) -> None:
    """Alipay says "failed", and may still have a trade that waits: only the cancellation proves that it is over."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm("code_declined")
    assert await driver.start(attempt, told) == Unknown("ACQ.BUYER_BALANCE_NOT_ENOUGH")
    assert till.hall.booked(attempt)["state"] == "WAIT_BUYER_PAY"
    assert await driver.close(attempt) == Dead("refused")
    assert till.hall.booked(attempt)["state"] == "TRADE_CLOSED"
    assert await driver.close(again(attempt)) == Dead("refused")
    assert await (await till.driver()).close(again(attempt)) == Dead("closed")  # after a restart nobody knows why


async def test_money_found_meanwhile_counts_though_it_was_refused(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm("code_declined")
    await driver.start(attempt, told)
    assert (await till.hall.hand("pay"))["paid"]
    assert isinstance(await driver.close(attempt), Captured)


@pytest.mark.parametrize(
    "shown",
    [None, "", "abc", "28" + "0" * 13, "28" + "0" * 23, "134567890123456789", "24" + "0" * 16, "2" + "8" * 17 + "\n"],
)
async def test_what_is_no_payment_code_of_alipay_is_not_sent(till: Till, shown: str | None) -> None:
    driver = await till.driver()
    attempt = msgspec.structs.replace(new_attempt(), shown=None if shown is None else Scanned(shown))
    assert await driver.start(attempt, told) == Dead("refused")
    assert till.hall.alipay.books()["trades"] == {}


async def test_prefixes_are_the_halls_to_say(till: Till) -> None:
    driver = await till.driver(prefixes=["31"])
    assert [driver.takes(prefix + "0" * 16) for prefix in ("28", "31")] == [False, True]


async def test_code_is_used_once_and_a_new_one_is_a_new_number(till: Till) -> None:
    """Row 40."""
    driver, first = await till.driver(), await till.shown(new_attempt())
    assert isinstance(await driver.start(first, told), Captured)
    again_shown = msgspec.structs.replace(new_attempt(key="T01A00000172", n=2), shown=first.shown)
    assert await driver.start(again_shown, told) == Dead("refused")
    assert isinstance(await driver.start(await till.shown(new_attempt(key="T01A00000173", n=3)), told), Captured)


async def test_code_that_is_too_old(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.ahead_s = 61
    assert await driver.start(attempt, told) == Dead("refused")


async def test_code_is_nowhere_but_in_the_request(till: Till, caplog: pytest.LogCaptureFixture) -> None:
    """Row 37: nothing that outlives the call holds it, so nothing can send it again."""
    caplog.set_level(0)
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    assert attempt.shown is not None
    till.hall.arm("lost_answer")
    assert isinstance(await driver.start(attempt, told), Unknown)
    code = attempt.shown.text
    assert code not in f"{caplog.text}{attempt!r}{vars(driver)!r}"
    assert code not in " ".join(line["what"] for line in till.hall.alipay.talk.after(0)["lines"])


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after", "unknown_error_after"])
async def test_paid_but_the_answer_is_lost(till: Till, fault: str) -> None:
    """Row 37: nothing is sent again; the query tells, after a restart too."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm(fault)
    assert isinstance(await driver.start(attempt, told), Unknown)
    restarted = await till.driver()
    assert isinstance(await restarted.find(new_attempt(sent_ms=attempt.sent_ms)), Captured)
    assert isinstance(await restarted.close(new_attempt(sent_ms=attempt.sent_ms)), Captured)
    assert str(till.hall.alipay.talk.after(0)).count(PAYS) == 1


async def test_request_lost_is_ended_by_a_cancellation_that_comes_first(till: Till) -> None:
    """Row 38: should the payment still arrive, it finds its number closed."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm("lost_request")
    assert isinstance(await driver.start(attempt, told), Unknown)
    assert await driver.close(attempt) == Dead("closed")
    assert await driver.start(attempt, told) == Unknown("ACQ.TRADE_HAS_CLOSE")


async def test_no_such_trade_is_no_proof_before_request_and_code_are_over(till: Till) -> None:
    """Row 38, where Alipay has nothing to cancel: then the staff decide, or the hall's word from Alipay counts."""
    careful = await till.driver(request_lifetime_s=360, code_lifetime_s=120, absent_after_s=60)
    sure = await till.driver(request_lifetime_s=360, code_lifetime_s=120, absent_after_s=60, absent_is_dead=True)
    attempt = new_attempt()
    for age_s, outcomes in (
        (0, (Unknown, Unknown)),
        (535, (Unknown, Unknown)),
        (545, (Unprovable, Dead)),
    ):
        aged = msgspec.structs.replace(attempt, sent_ms=attempt.sent_ms - age_s * 1000)
        for driver, outcome in zip((careful, sure), outcomes, strict=True):
            till.hall.arm("cancel_absent")
            assert isinstance(await driver.close(aged), outcome)


async def test_nothing_sent_when_nobody_can_be_connected(till: Till) -> None:
    attempt = await till.shown(new_attempt())
    await till.hall.hand("unplug")
    assert await (await till.driver()).start(attempt, told) == Dead("never_arrived")
    await till.hall.hand("plug")


async def test_cancelled_while_the_password_is_typed(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm("userpaying")
    await driver.start(attempt, told)
    assert await driver.close(attempt) == Dead("closed")
    assert await till.hall.hand("pay", out_trade_no=attempt.key) == {"paid": False, "reason": "closed"}


async def test_paid_before_back_is_not_cancelled(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    await driver.start(attempt, told)
    assert isinstance(await driver.close(attempt), Captured)
    assert till.hall.booked(attempt)["cancels"] == []


async def test_cancellations_answer_is_lost(till: Till) -> None:
    """Row 39: the last query shows it."""
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm("userpaying")
    await driver.start(attempt, told)
    till.hall.arm("lost_answer", asks=CANCEL)
    assert await driver.close(attempt) == Dead("closed")


async def test_paid_while_a_cancellation_travels_goes_back(till: Till) -> None:
    """Row 39: the one that was given up lands later, so only a cancellation that is answered counts."""
    driver, attempt = await till.driver(timeout_s=0.3), await till.shown(new_attempt())
    till.hall.arm("userpaying")
    await driver.start(attempt, told)
    till.hall.arm("slow", seconds=0.8, asks=CANCEL)
    closing = asyncio.create_task(driver.close(attempt))
    async with asyncio.timeout(10):
        while CANCEL not in str(await asyncio.to_thread(till.hall.alipay.talk.after, 0)):
            pass
    assert (await till.hall.hand("pay", out_trade_no=attempt.key))["paid"]
    assert isinstance(await closing, Unknown)
    assert await driver.close(again(attempt)) == Dead("reversed")


async def test_refund_of_a_payment_by_code(till: Till) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    fen, ref = taken(await driver.start(attempt, told))
    paid = msgspec.structs.replace(attempt, ref=ref, captured_fen=fen)
    assert isinstance(await driver.refund(paid, new_refund()), Refunded)


@pytest.mark.parametrize("fault", ["wrong_signature", "unsigned", "bad_sign", "frequency", "unknown_error"])
async def test_answers_that_prove_nothing(till: Till, fault: str) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    till.hall.arm(fault)
    assert isinstance(await driver.start(attempt, told), Unknown)


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "T01A0000099A1"},
        {"total_amount": "1e9"},
        {"total_amount": "0.00"},
        {"trade_no": ""},
        {"trans_currency": "USD"},
        {"out_trade_no": None},
    ],
)
async def test_an_answer_about_something_else_is_no_payment(
    till: Till, changed: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, attempt = await till.driver(), await till.shown(new_attempt())
    act = till.hall.alipay._act
    monkeypatch.setattr(till.hall.alipay, "_act", lambda *asked: {**act(*asked), **changed})
    assert isinstance(await driver.start(attempt, told), Unknown)
