"""Answers that are signed and wrong, or neither: nothing raises, and nothing but a matching one is money."""

import gzip
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.wechat_pay import wire
from drivers.wechat_pay.signing import Signed
from drivers.wechat_pay.simulator import APPID, MCHID
from drivers.wechat_pay.simulator_keys import DemoKeys
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Dead,
    Offer,
    Open,
    Outcome,
    RefundClosed,
    Refunded,
    RefundPending,
    Unknown,
)
from kiosk.ports.http import Reply
from tests.payments import new_attempt, new_refund
from tests.wechat_pay.conftest import Hall, RawPeer

MERCHANT = wire.Merchant(APPID, MCHID)
ATTEMPT = new_attempt()
REFUND = new_refund()
PAID: dict[str, Any] = {
    "appid": APPID,
    "mchid": MCHID,
    "out_trade_no": ATTEMPT.key,
    "trade_state": "SUCCESS",
    "transaction_id": "4200001",
    "amount": {"total": 12840, "payer_total": 12840, "currency": "CNY"},
}
RETURNED: dict[str, Any] = {
    "refund_id": "50300001",
    "out_refund_no": REFUND.key,
    "out_trade_no": ATTEMPT.key,
    "transaction_id": "4200001",
    "status": "SUCCESS",
    "amount": {"refund": 12840, "total": 12840, "currency": "CNY"},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def read(body: bytes, status: int = 200, attempt: Attempt = ATTEMPT) -> Outcome:
    return wire.read_trade(Signed(status, body, attempt.sent_ms // 1000 + 10), MERCHANT, attempt, 360)


def test_the_answer_that_is_money() -> None:
    assert read(json.dumps(PAID).encode()) == Captured(12840, "4200001")


@pytest.mark.parametrize(
    ("said", "after_sent_ms"),
    [
        (0, 0),
        (-3_600, None),  # before it was asked for
        (86_400, None),  # after we saw it
        ("2026-11-24T10:00:00", None),
        ("soon", None),
        (None, None),
        ([1], None),
    ],
)
def test_time_that_cannot_be_costs_no_money(said: object, after_sent_ms: int | None) -> None:
    """Whatever the time is, the money was taken; it is told only where it can be true."""
    sent_s = ATTEMPT.sent_ms // 1000
    if isinstance(said, int):
        said = datetime.fromtimestamp(sent_s + said, UTC).isoformat()
    paid_ms = 0 if after_sent_ms is None else sent_s * 1000
    assert read(json.dumps(PAID | {"success_time": said}).encode()) == Captured(12840, "4200001", paid_ms)


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "T01A00000172"},
        {"mchid": "1"},
        {"appid": "wx0"},
        {"amount": {"total": 12840, "currency": "USD"}},
        {"amount": {"total": 12840, "currency": None}},
        {"amount": {"total": "12840", "currency": "CNY"}},
        {"amount": {"total": 12840.0, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": 0, "currency": "CNY"}},
        {"amount": {"total": -1, "currency": "CNY"}},
        {"amount": {"total": 10**30, "currency": "CNY"}},
        {"amount": {"payer_total": 12840, "currency": "CNY"}},
        {"amount": None},
        {"transaction_id": ""},
        {"transaction_id": 42},
        {"transaction_id": "42\n"},
        {"transaction_id": "4" * 65},
        {"trade_state": "PAYERROR"},
        {"trade_state": "success"},
        {"trade_state": None},
    ],
)
def test_paid_but_not_ours_or_not_readable(changed: dict[str, Any]) -> None:
    assert isinstance(read(json.dumps({**PAID, **changed}).encode()), Unknown)


@pytest.mark.parametrize("state", ["CLOSED", "REVOKED", "NOTPAY", "USERPAYING"])
def test_another_orders_state_is_not_ours(state: str) -> None:
    ours = json.dumps({**PAID, "trade_state": state}).encode()
    assert isinstance(read(ours), Dead if state in ("CLOSED", "REVOKED") else Open)
    assert isinstance(read(ours, attempt=new_attempt(key="T01A00000182")), Unknown)


@pytest.mark.parametrize("status", [201, 202, 204, 301, 400, 404, 500])
def test_paid_body_under_another_status(status: int) -> None:
    assert isinstance(read(json.dumps(PAID).encode(), status), Unknown)


@pytest.mark.parametrize("field", ["appid", "mchid", "out_trade_no", "trade_state", "transaction_id", "amount"])
@given(value=JSON)
@settings(max_examples=25, deadline=None)
def test_any_field_replaced_by_anything(field: str, value: Any) -> None:
    outcome = read(json.dumps({**PAID, field: value}).encode())
    if isinstance(outcome, Captured):
        assert field in ("transaction_id", "amount") or value == PAID[field]
        assert type(outcome.fen) is int
        assert outcome.fen > 0


@given(body=st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode()), status=st.integers(100, 599))
@settings(max_examples=150, deadline=None)
def test_any_bytes(body: bytes, status: int) -> None:
    answer = Signed(status, body, ATTEMPT.sent_ms // 1000)
    assert isinstance(read(body, status), Unknown)
    assert isinstance(wire.read_refund(answer, ATTEMPT, REFUND), RefundPending)
    assert not isinstance(wire.read_created(answer), Offer)
    assert (wire.read_closed(answer) == "closed") == (status == 204)


@pytest.mark.parametrize(("status", "outcome"), [(404, Dead("never_arrived")), (400, Unknown("ORDER_NOT_EXIST"))])
def test_not_there_says_an_old_attempts_answer(status: int, outcome: Outcome) -> None:
    old = new_attempt(sent_ms=ATTEMPT.sent_ms - 400_000)
    answer = Signed(status, b'{"code":"ORDER_NOT_EXIST"}', ATTEMPT.sent_ms // 1000)
    assert wire.read_trade(answer, MERCHANT, old, 360) == outcome


def test_text_that_is_not_utf8() -> None:
    paid = json.dumps(PAID).encode().replace(b"CNY", b"\x94")
    returned = json.dumps(RETURNED).encode().replace(b"SUCCESS", b"\x94")

    assert isinstance(read(paid), Unknown)
    assert wire.error_code(Signed(500, b'{"code":"\x94"}', 0)) == "HTTP_500"
    assert isinstance(wire.read_refund(Signed(200, returned, 0), ATTEMPT, REFUND), RefundPending)


@pytest.mark.parametrize("depth", [1000, 30_000])
def test_nested_without_end(depth: int) -> None:
    deep = b'{"x":' + b"[" * depth
    assert isinstance(read(deep), Unknown)
    assert isinstance(read(deep, 404), Unknown)


@pytest.mark.parametrize(
    "changed",
    [
        {"out_refund_no": "T01A0000017A1R2"},
        {"out_trade_no": "T01A00000172"},
        {"transaction_id": "4200002"},
        {"amount": {"refund": 12839, "currency": "CNY"}},
        {"amount": {"refund": 12840, "currency": "USD"}},
        {"amount": {"refund": 12840.0, "currency": "CNY"}},
        {"refund_id": ""},
        {"status": "DONE"},
    ],
)
def test_refund_that_is_not_ours_or_not_readable(changed: dict[str, Any]) -> None:
    attempt = new_attempt(ref="4200001", captured_fen=12840)

    def outcome(body: dict[str, Any]) -> object:
        return wire.read_refund(Signed(200, json.dumps(body).encode(), 0), attempt, REFUND)

    assert outcome(RETURNED) == Refunded("50300001")
    assert outcome({**RETURNED, "status": "CLOSED"}) == RefundClosed()
    assert isinstance(outcome({**RETURNED, "status": "CLOSED", **changed}), RefundPending)  # closes no number of ours
    assert isinstance(outcome({**RETURNED, **changed}), RefundPending)


@pytest.mark.parametrize("code_url", ["", "weixin://a b", "weixin://\n", "w" * 513, "二维码", None, 7])
def test_code_that_cannot_be_a_code(code_url: object) -> None:
    assert isinstance(wire.read_created(Signed(200, json.dumps({"code_url": code_url}).encode(), 0)), Unknown)


@given(date=st.text(max_size=40), stamp=st.text(max_size=14))
@settings(max_examples=100, deadline=None)
def test_any_date(date: str, stamp: str) -> None:
    offset = wire.clock_offset_s(Reply(200, {"date": date, "wechatpay-timestamp": stamp}, b""), time.time())
    assert offset is None or isinstance(offset, float)


SIGNED_HEADERS = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def on_the_wire(keys: DemoKeys, body: bytes, packed: bytes | None = None) -> bytes:
    """A rightly signed answer, perhaps packed for the journey."""
    headers = {**keys.sign(body, int(time.time())), **({"Content-Encoding": "gzip"} if packed else {})}
    sent = body if packed is None else packed
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return SIGNED_HEADERS + lines.encode() + f"Content-Length: {len(sent)}\r\n\r\n".encode() + sent


async def test_signed_answer_over_the_wire_is_read(hall: Hall, peer: RawPeer) -> None:
    peer.answer = on_the_wire(hall.wechat.keys, json.dumps(PAID).encode())
    assert await (await hall.driver(port=peer.url)).find(ATTEMPT) == Captured(12840, "4200001")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nWechatpay-Nonce: \xff\xfe\r\nWechatpay-Timestamp: \xff\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nDate: 99999999999\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000,
        b"HTTP/1.1 999 What\r\n\r\n",
    ],
)
async def test_any_other_peer_over_the_wire(hall: Hall, peer: RawPeer, answer: bytes) -> None:
    """An access point's sign-in page, a broken proxy, an attacker."""
    peer.answer = answer
    driver = await hall.driver(port=peer.url)
    assert isinstance(await driver.find(ATTEMPT), Unknown)
    assert isinstance(await driver.close(ATTEMPT), Unknown)
    assert isinstance(await driver.start(ATTEMPT, hall.told.append), Unknown)
    assert isinstance(await driver.refund(ATTEMPT, REFUND), RefundPending)
    assert hall.told == []
    await driver.status()


async def test_answer_too_long_is_not_read_to_its_end(hall: Hall, peer: RawPeer) -> None:
    body = json.dumps({**PAID, "attach": "a" * 5000}).encode()
    peer.answer = on_the_wire(hall.wechat.keys, body)
    assert await (await hall.driver(port=peer.url, max_answer_bytes=4096)).find(ATTEMPT) == Unknown("answer too long")
    assert isinstance(await (await hall.driver(port=peer.url)).find(ATTEMPT), Captured)


async def test_answer_compressed_though_nobody_asked(hall: Hall, peer: RawPeer) -> None:
    """Unpacking what is not trusted yet would let a small answer fill the memory."""
    body = json.dumps(PAID).encode()
    peer.answer = on_the_wire(hall.wechat.keys, body, gzip.compress(body))
    assert isinstance(await (await hall.driver(port=peer.url)).find(ATTEMPT), Unknown)


async def test_wechat_is_told_which_key_to_sign_with(hall: Hall, peer: RawPeer) -> None:
    """In public-key mode; a merchant with a platform certificate only does not ask."""
    key_id, file = next(iter(hall.announced["platform_keys"].items()))
    await (await hall.driver(port=peer.url, platform_keys={"5157F09E": file, key_id: file})).find(ATTEMPT)
    await (await hall.driver(port=peer.url, platform_keys={"5157F09E": file})).find(ATTEMPT)
    public_key_mode, certificate_mode = peer.requests[0], peer.requests[-1]
    assert f"\r\nWechatpay-Serial: {key_id}\r\n".encode() in public_key_mode
    assert b"Wechatpay-Serial" not in certificate_mode


async def test_answer_recorded_and_played_again(hall: Hall, peer: RawPeer) -> None:
    """Yesterday's "paid" for the same number."""
    peer.answer = on_the_wire(hall.wechat.keys, json.dumps(PAID).encode())
    driver = await hall.driver(port=peer.url, now=lambda: time.time() + 301)
    assert isinstance(await driver.find(ATTEMPT), Unknown)


@pytest.mark.parametrize("fault", ["wrong_signature", "stale_timestamp", "unknown_serial", "unsigned", "auth_401"])
async def test_paid_says_somebody_who_is_not_wechat(hall: Hall, fault: str) -> None:
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    hall.wechat.faults.arm(fault)
    assert isinstance(await driver.find(attempt), Unknown)
    assert isinstance(await driver.find(attempt), Captured)


async def test_code_to_scan_from_somebody_who_is_not_wechat(hall: Hall) -> None:
    driver = await hall.driver()
    hall.wechat.faults.arm("wrong_signature")
    assert isinstance(await driver.start(new_attempt(), hall.told.append), Unknown)
    assert hall.told == []


async def test_nothing_personal_in_logs(hall: Hall, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(0)
    driver, attempt = await hall.driver(), new_attempt()
    await hall.paid(driver, attempt)
    await driver.find(attempt)
    hall.wechat.faults.arm("lost_answer")
    await driver.find(attempt)
    ours = [record for record in caplog.records if not record.name.startswith(("asyncio", "aiohttp"))]
    assert ours == []
    assert "openid" not in caplog.text
    assert "oUpF8u" not in caplog.text
