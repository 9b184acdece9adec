"""Answers that are signed and wrong, or neither: nothing raises, and nothing but a matching one is money."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.alipay import wire
from drivers.alipay.signing import (
    Request,
    Said,
    Signer,
    Untrusted,
    Verifier,
    load_private_key,
    load_public_key,
    plain,
)
from kiosk.devices.health import Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.devices.payment import Captured, Dead, Offer, Open, Outcome, Refunded, RefundPending
from kiosk.devices.payment import Unknown as UnknownOutcome
from kiosk.ports.http import Reply
from tests.alipay.conftest import Hall
from tests.payments import new_attempt, new_refund

ATTEMPT = new_attempt()
REFUND = new_refund()
PAID: dict[str, Any] = {
    "code": "10000",
    "msg": "Success",
    "out_trade_no": ATTEMPT.key,
    "trade_status": "TRADE_SUCCESS",
    "trade_no": "2026112822001401",
    "total_amount": "128.40",
    "receipt_amount": "128.40",
}
RETURNED: dict[str, Any] = {
    "code": "10000",
    "out_trade_no": ATTEMPT.key,
    "out_request_no": REFUND.key,
    "trade_no": "2026112822001401",
    "refund_amount": "128.40",
    "refund_status": "REFUND_SUCCESS",
}
CANCELLED: dict[str, Any] = {"code": "10000", "out_trade_no": ATTEMPT.key, "retry_flag": "N", "action": "close"}
METHOD = "alipay.trade.query"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def said(body: dict[str, Any] | bytes) -> Said:
    """An answer that Alipay signed."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    codes = body if isinstance(body, dict) else {"code": "10000"}
    return Said(str(codes.get("code", "")), str(codes.get("sub_code", "")), text)


def read(body: dict[str, Any] | bytes) -> Outcome:
    return wire.read_trade(said(body), ATTEMPT, ATTEMPT.sent_ms)


def test_the_answer_that_is_money() -> None:
    assert read(PAID) == Captured(12840, "2026112822001401")
    assert read(PAID | {"trade_status": "TRADE_FINISHED"}) == Captured(12840, "2026112822001401")


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "T01A0000017A2"},
        {"out_trade_no": None},
        {"total_amount": 128.40},
        {"total_amount": "128.405"},
        {"total_amount": "128,40"},
        {"total_amount": "-128.40"},
        {"total_amount": "1e3"},
        {"total_amount": "٣"},
        {"total_amount": "0.00"},
        {"total_amount": "9999999999.00"},
        {"total_amount": "128.40\n"},
        {"total_amount": None},
        {"trade_no": ""},
        {"trade_no": 42},
        {"trade_no": "4" * 65},
        {"trans_currency": "USD"},
        {"trade_status": "TRADE_PENDING"},
        {"trade_status": None},
        {"code": "20000"},
        {"code": "40004", "sub_code": "ACQ.SYSTEM_ERROR"},
    ],
)
def test_paid_but_not_ours_or_not_readable(changed: dict[str, Any]) -> None:
    assert isinstance(read(PAID | changed), UnknownOutcome)


@pytest.mark.parametrize(
    ("date", "ms"),
    [
        ("2026-11-24 10:00:00", 0),
        ("soon", 0),
        ([1], 0),
        ("9999-99-99 99:99:99", 0),
        pytest.param(wire.timestamp(ATTEMPT.sent_ms / 1000), ATTEMPT.sent_ms // 1000 * 1000, id="now"),
    ],
)
def test_time_that_cannot_be_costs_no_money(date: object, ms: int) -> None:
    assert read(PAID | {"send_pay_date": date}) == Captured(12840, "2026112822001401", ms)


def test_closed_tells_whether_anything_was_paid() -> None:
    assert read(PAID | {"trade_status": "TRADE_CLOSED"}) == Dead("closed")
    assert read(PAID | {"trade_status": "TRADE_CLOSED", "send_pay_date": "x"}) == Dead("reversed")


@pytest.mark.parametrize(("text", "fen"), [("128.40", 12840), ("128.4", 12840), ("128", 12800), ("0.01", 1)])
def test_amounts(text: str, fen: int) -> None:
    assert wire.fen_of(text) == fen
    assert wire.fen_of(wire.yuan(fen)) == fen


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "T01A0000017A2"},
        {"retry_flag": "y"},
        {"retry_flag": None},
        {"action": "refund_later"},
        {"code": "20000"},
        {"code": "40004", "sub_code": "ACQ.SYSTEM_ERROR"},
        {"code": "40004", "sub_code": "ACQ.SELLER_BALANCE_NOT_ENOUGH"},
    ],
)
def test_cancelled_but_not_ours_or_not_readable(changed: dict[str, Any]) -> None:
    assert wire.read_cancelled(said(CANCELLED), ATTEMPT) == "closed"
    assert wire.read_cancelled(said(CANCELLED | changed), ATTEMPT) == "unsettled"


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "T01A0000017A2"},
        {"out_request_no": "T01A0000017A1R2"},
        {"trade_no": "2026112822001402"},
        {"refund_amount": "128.39"},
        {"refund_amount": 128.4},
        {"refund_status": "REFUND_FAIL"},
        {"refund_status": ""},
        {"code": "20000"},
    ],
)
def test_refund_that_is_not_ours_or_not_readable(changed: dict[str, Any]) -> None:
    attempt = new_attempt(ref="2026112822001401", captured_fen=12840)
    assert wire.read_refund(said(RETURNED), attempt, REFUND) == Refunded("2026112822001401")
    assert isinstance(wire.read_refund(said(RETURNED | changed), attempt, REFUND), RefundPending)


@pytest.mark.parametrize("qr_code", ["", "https://a b", "a\n", "w" * 513, "二维码", None, 7])
def test_code_that_cannot_be_a_code(qr_code: object) -> None:
    created = {"code": "10000", "out_trade_no": ATTEMPT.key, "qr_code": qr_code}
    assert isinstance(wire.read_created(said(created), ATTEMPT), UnknownOutcome)
    assert wire.read_created(said(created | {"qr_code": "https://q"}), ATTEMPT) == Offer("https://q")
    other = created | {"qr_code": "https://q", "out_trade_no": "T01A0000018A1"}
    assert isinstance(wire.read_created(said(other), ATTEMPT), UnknownOutcome)


@given(body=st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=100, deadline=None)
def test_any_bytes(body: bytes) -> None:
    assert isinstance(read(body), UnknownOutcome)
    assert isinstance(wire.read_refund(said(body), ATTEMPT, REFUND), RefundPending)
    assert wire.read_cancelled(said(body), ATTEMPT) == "unsettled"
    assert isinstance(wire.read_created(said(body), ATTEMPT), UnknownOutcome)


# Signatures, against vectors made here from the rules, not by the code under test


@pytest.fixture(scope="module")
def key(key_folder: Path) -> rsa.RSAPrivateKey:
    loaded = serialization.load_pem_private_key((key_folder / "alipay_key.pem").read_bytes(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


def sign(key: rsa.RSAPrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


def test_request_is_signed_over_its_parameters_in_order(key: rsa.RSAPrivateKey) -> None:
    target, form = Signer("2021", key).sign(Request(METHOD, b'{"out_trade_no":"a&b"}'), "2026-11-28 10:00:00")
    text = (
        'app_id=2021&biz_content={"out_trade_no":"a&b"}&charset=utf-8&format=JSON&method=alipay.trade.query'
        "&sign_type=RSA2&timestamp=2026-11-28 10:00:00&version=1.0"
    )
    assert f"sign={sign(key, text.encode())}" in target.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    assert "timestamp=2026-11-28%2010%3A00%3A00" in target
    assert form == b"biz_content=%7B%22out_trade_no%22%3A%22a%26b%22%7D"


@pytest.mark.parametrize("text", [b'{"code":"10000"}', b'{ "code" : "10000",\r\n "a":"x\\/y" }', b'{"code":"10000"}  '])
def test_answer_is_signed_over_its_exact_text(key: rsa.RSAPrivateKey, text: bytes) -> None:
    text = text.strip()
    body = b'{"alipay_trade_query_response": ' + text + b' , "sign": "' + sign(key, text).encode() + b'"}'
    assert Verifier(key.public_key()).check(Reply(200, {}, body), METHOD) == Said("10000", "", text)


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b"", "unreadable"),
        (b"<html>", "unreadable"),
        (b'{"x":' + b"[" * 100_000, "unreadable"),
        (b"[]", "unreadable"),
        (b'{"sign":"@"}', "unsigned"),
        (b'{"alipay_trade_query_response":@TEXT}', "unsigned"),
        (b'{"alipay_trade_cancel_response":@TEXT,"sign":"@SIGN"}', "unsigned"),
        (b'{"alipay_trade_query_response":@TEXT,"sign":"AAAA"}', "bad_signature"),
        (b'{"alipay_trade_query_response":@TEXT,"sign":["@SIGN"]}', "bad_signature"),
        (b'{"alipay_trade_query_response":@TEXT,"sign":"\\u00e9"}', "bad_signature"),
        (b'{"alipay_trade_query_response":@TEXT ,"alipay_trade_query_response":{},"sign":"@SIGN"}', "bad_signature"),
        (b'{"alipay_trade_query_response":{"code":"10000" },"sign":"@SIGN"}', "bad_signature"),
    ],
)
def test_answer_that_nobody_signed_like_that(key: rsa.RSAPrivateKey, body: bytes, flaw: str) -> None:
    text = b'{"code":"10000"}'
    sent = body.replace(b"@TEXT", text).replace(b"@SIGN", sign(key, text).encode())
    checked = Verifier(key.public_key()).check(Reply(200, {}, sent), METHOD)
    assert isinstance(checked, Untrusted)
    assert checked.flaw == flaw


def test_signed_by_somebody_else_or_under_another_status(key: rsa.RSAPrivateKey, key_folder: Path) -> None:
    stranger = load_private_key((key_folder / "app_key.pem").read_bytes())
    text = b'{"code":"10000"}'
    for hand, status, flaw in ((stranger, 200, "bad_signature"), (key, 302, "status"), (key, 500, "status")):
        body = b'{"alipay_trade_query_response":' + text + b',"sign":"' + sign(hand, text).encode() + b'"}'
        checked = Verifier(key.public_key()).check(Reply(status, {}, body), METHOD)
        assert isinstance(checked, Untrusted)
        assert (checked.status, checked.flaw) == (status, flaw)


def test_keys_in_pem_and_as_alipays_tools_hand_them_out(key: rsa.RSAPrivateKey) -> None:
    kinds = serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL
    for kind in kinds:
        own = key.private_bytes(serialization.Encoding.DER, kind, serialization.NoEncryption())
        pem = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
        assert load_private_key(base64.b64encode(own)).private_numbers() == key.private_numbers()
        assert load_private_key(pem).private_numbers() == key.private_numbers()
    theirs = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert load_public_key(base64.encodebytes(theirs)).public_numbers() == key.public_key().public_numbers()


@pytest.mark.parametrize("text", [b"", b"AAAA", b"@", b"-----BEGIN X-----", "钥匙".encode()])
def test_key_that_is_none(text: bytes) -> None:
    for load in (load_private_key, load_public_key):
        with pytest.raises(ValueError, match="not a"):
            load(text)


def test_key_of_another_kind() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    pem = curve.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = curve.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(ValueError, match="not an RSA key"):
        load_private_key(pem)
    with pytest.raises(ValueError, match="not an RSA key"):
        load_public_key(public)


@pytest.mark.parametrize(
    ("code", "told"), [("ACQ.X_1", "ACQ.X_1"), ("", ""), ("a b", "?"), ("码", "?"), ("x" * 65, "?")]
)
def test_codes_that_may_stand_in_the_journal(code: str, told: str) -> None:
    assert plain(code) == told


# How it is


async def test_well_and_saved_the_probe(hall: Hall) -> None:
    driver = await hall.driver(status_fresh_s=60)
    assert await driver.status() == Ready()
    hall.arm("down", -1)
    assert await driver.status() == Ready()
    assert hall.alipay.books()["trades"] == {}


@pytest.mark.parametrize(
    ("fault", "health"),
    [
        ("bad_sign", NeedsAttention(("bad_credentials",))),
        ("wrong_signature", NeedsAttention(("bad_credentials",))),
        ("unsigned", Unknown("answer 200 not trusted: unsigned")),
        ("clock_skew", NeedsAttention(("bad_clock",))),
        ("frequency", Ready(("slow",))),
        ("unknown_error", Offline("answers 20000")),
        ("down", Offline("answers 503")),
        ("garbage", Unknown("answer 200 not trusted: unreadable")),
    ],
)
async def test_says_what_is_wrong(hall: Hall, fault: str, health: Health) -> None:
    driver = await hall.driver()
    hall.arm(fault)
    assert await driver.status() == health
    assert await driver.status() == Ready()


async def test_key_missing_at_boot_then_delivered(hall: Hall, tmp_path: Path) -> None:
    file = tmp_path / "late.pem"
    driver = await hall.driver(app_key=f"file:{file}")
    assert await driver.status() == NeedsAttention(("bad_credentials",))
    assert await driver.start(ATTEMPT, hall.told.append) == Dead("never_arrived")
    file.write_bytes(hall.alipay.keys.app_file.read_bytes())
    assert await driver.status() == Ready()


async def test_another_application(hall: Hall) -> None:
    assert await (await hall.driver(app_id="1")).status() == NeedsAttention(("bad_credentials",))


async def test_never_opened_and_closed_twice(hall: Hall) -> None:
    driver = await hall.driver()
    await driver.aclose()
    await driver.aclose()
    assert await driver.status() == Offline("not open")
    assert await driver.find(ATTEMPT) == UnknownOutcome("not open")


async def test_unplugged_and_plugged_in_again(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.hand("unplug")
    assert isinstance(await driver.status(), Offline)
    assert await driver.start(ATTEMPT, hall.told.append) == Dead("never_arrived")
    await hall.hand("plug")
    assert await driver.start(ATTEMPT, hall.told.append) == Open()


@pytest.mark.parametrize("port", ["", "localhost:80", "ftp://host", "https://host/gateway.do", "https://host?x"])
async def test_port_that_is_no_base_url(hall: Hall, port: str) -> None:
    with pytest.raises(ValueError, match="base URL"):
        await hall.driver(port=port or " ")
