"""What the terminal knows of WeChat Pay before a resident asks."""

import time
from pathlib import Path

import pytest

from drivers.wechat_pay.driver import WeChatPay
from kiosk.devices import payment
from kiosk.devices.health import Health, NeedsAttention, Offline, Ready, Unknown
from tests.payments import new_attempt
from tests.wechat_pay.conftest import Hall, RawPeer, settings_from


async def test_well(hall: Hall) -> None:
    driver = await hall.driver()
    assert await driver.status() == Ready()
    assert hall.wechat.books()["orders"] == {}


async def test_good_exchange_a_moment_ago_saves_the_probe(hall: Hall) -> None:
    driver = await hall.driver(status_fresh_s=60)
    assert await driver.status() == Ready()
    hall.wechat.faults.arm("down", times=-1)
    assert await driver.status() == Ready()


async def test_gone_and_back(hall: Hall) -> None:
    driver = await hall.driver(status_fresh_s=60)
    hall.wechat.faults.arm("down", times=2)
    assert await driver.status() == Offline("answers 503")
    assert await driver.status() == Offline("answers 503")
    assert await driver.status() == Ready()


async def test_cable_out(hall: Hall) -> None:
    driver = await hall.driver(port="http://127.0.0.1:1")
    assert isinstance(await driver.status(), Offline)


async def test_answers_break_off(hall: Hall) -> None:
    driver = await hall.driver()
    hall.wechat.faults.arm("half_answer")
    assert isinstance(await driver.status(), Offline)


@pytest.mark.parametrize(
    ("fault", "health"),
    [
        ("auth_401", NeedsAttention(("bad_credentials",))),
        ("unknown_serial", NeedsAttention(("bad_credentials",))),
        ("wrong_signature", NeedsAttention(("bad_credentials",))),
        ("clock_skew", NeedsAttention(("bad_clock",))),
        ("stale_timestamp", Unknown("answer 404 not trusted: stale")),
        ("unsigned", Unknown("answer 404 not trusted: unsigned")),
        ("frequency", Ready(("slow",))),
        ("garbage", Unknown("answer 200 not trusted: unsigned")),
    ],
)
async def test_says_what_is_wrong(hall: Hall, fault: str, health: Health) -> None:
    driver = await hall.driver()
    hall.wechat.faults.arm(fault)
    assert await driver.status() == health
    assert await driver.status() == Ready()


@pytest.mark.parametrize("offset_s", [-400, 400])
async def test_cold_boot_with_a_bad_clock(hall: Hall, offset_s: int) -> None:
    """WeChat refuses every call; nothing is dead, and the reason is named."""
    attempt = new_attempt()
    await hall.offered(await hall.driver(), attempt)
    wrong = {"offset": offset_s}
    driver = await hall.driver(now=lambda: time.time() + wrong["offset"])
    assert isinstance(await driver.find(attempt), payment.Unknown)
    assert await driver.status() == NeedsAttention(("bad_clock",))
    wrong["offset"] = 0
    assert await driver.status() == Ready()


async def test_answer_without_date_still_tells_the_clock(hall: Hall, peer: RawPeer) -> None:
    peer.answer = b"HTTP/1.1 401 Unauthorized\r\nWechatpay-Timestamp: 1\r\nContent-Length: 0\r\n\r\n"
    driver = await hall.driver(port=peer.url)
    assert await driver.status() == NeedsAttention(("bad_clock",))


async def test_merchant_key_missing_at_boot_then_delivered(hall: Hall, tmp_path: Path) -> None:
    key = tmp_path / "late.pem"
    driver = await hall.driver(merchant_key=f"file:{key}")
    assert await driver.status() == NeedsAttention(("bad_credentials",))
    key.write_bytes(hall.wechat.keys.merchant_file.read_bytes())
    assert await driver.status() == Ready()


async def test_merchant_key_is_not_a_key(hall: Hall, tmp_path: Path) -> None:
    key = tmp_path / "bad.pem"
    key.write_text("not a key")
    assert await (await hall.driver(merchant_key=f"file:{key}")).status() == NeedsAttention(("bad_credentials",))


async def test_key_of_another_merchant(hall: Hall) -> None:
    driver = await hall.driver(merchant_serial="SOMEBODYELSE")
    assert await driver.status() == NeedsAttention(("bad_credentials",))


async def test_never_opened(hall: Hall) -> None:
    driver = WeChatPay("wechat", hall.url, settings_from(hall.announced))
    assert await driver.status() == Offline("not open")
    await driver.aclose()


@pytest.mark.parametrize("port", ["", "localhost:80", "ftp://host", "https://host/v3", "https://host?x"])
def test_port_that_is_no_base_url(hall: Hall, port: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        WeChatPay("wechat", port, settings_from(hall.announced))
