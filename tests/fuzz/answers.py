"""What WeChat Pay, Alipay and the gas company answer over HTTP."""

import base64
import json
from decimal import Decimal
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from drivers.alipay import signing as alipay_signing
from drivers.alipay import wire as alipay
from drivers.gas_company_http import wire as gas
from drivers.gas_company_http import wire_cards
from drivers.gas_company_http.wire_parts import MOST_LINES, WireError
from drivers.wechat_pay import wire as wechat
from drivers.wechat_pay.signing import Signed, Verifier
from kiosk.devices.gas import ByVolume, Delivered, Opened, WriteJob
from kiosk.devices.payment import Attempt, Captured, Dead, Offer, Refund, Refunded
from kiosk.ports.http import Reply
from tests.fuzz.campaign import Target
from tests.gas_company_http.test_card_hostile import CARD_QUOTE, GAS_CARD, WRITE_JOB
from tests.gas_company_http.test_hostile import ACCOUNT, CANCELLED, DELIVERED, NUMBER, OPEN, ORDER, QUOTE, SMART, TOP_UP

NOW_S = 1_790_000_000
FRESH_S = 300
MERCHANT = wechat.Merchant("wx8888888888888888", "1900000109")
ATTEMPT = Attempt(
    order_no="T07K20004186",
    n=1,
    key="T07K20004186A1",
    amount_fen=12_840,
    wording="gas",
    sent_ms=NOW_S * 1000,
    show_until_ms=NOW_S * 1000 + 120_000,
)
REFUND = Refund(order_no="T07K20004186", n=1, r=1, key="T07K20004186A1R1", amount_fen=12_840, reason="undelivered")


def packed(value: object) -> bytes:
    """As JSON."""
    return json.dumps(value, ensure_ascii=False).encode()


def understood(body: bytes) -> dict[str, Any]:
    """`body` as another reader has it; nothing when it has nothing."""
    try:
        value = json.loads(body.decode(errors="replace"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


TRADE = {
    "out_trade_no": ATTEMPT.key,
    "mchid": MERCHANT.mchid,
    "appid": MERCHANT.appid,
    "trade_state": "SUCCESS",
    "transaction_id": "4200000000202611240000000001",
    "success_time": "2026-09-21T22:13:30+08:00",
    "amount": {"total": 12_840, "payer_total": 12_840, "currency": "CNY"},
}
REFUNDED = {
    "refund_id": "50300000000001",
    "out_refund_no": REFUND.key,
    "out_trade_no": ATTEMPT.key,
    "transaction_id": "4200000000202611240000000001",
    "status": "SUCCESS",
    "amount": {"refund": 12_840, "total": 12_840, "currency": "CNY"},
}
WECHAT = (
    TRADE,
    {**TRADE, "trade_state": "NOTPAY"},
    {**TRADE, "trade_state": "CLOSED"},
    {**TRADE, "trade_state": "REFUND"},
    REFUNDED,
    {**REFUNDED, "status": "ABNORMAL"},
    {"code_url": "weixin://wxpay/bizpayurl?pr=abc"},
    {"code": "ORDER_NOT_EXIST", "message": "订单不存在"},
    {"code": "ORDERPAID", "message": "paid"},
)


def check_wechat(body: bytes) -> None:
    """Only a whole answer about this very order says that money moved, and it says how much."""
    said = understood(body)
    for status in (200, 400, 404, 500):
        answer = Signed(status, body, NOW_S)
        code = wechat.error_code(answer)
        assert len(code) <= 40
        assert code.isascii()
        trade = wechat.read_trade(answer, MERCHANT, ATTEMPT, 300)
        if isinstance(trade, Captured):
            assert status == 200
            assert (said["out_trade_no"], said["mchid"], said["appid"]) == (ATTEMPT.key, MERCHANT.mchid, MERCHANT.appid)
            assert said["trade_state"] in ("SUCCESS", "REFUND")
            assert said["amount"]["total"] == trade.fen
            assert type(trade.fen) is int
            assert 1 <= trade.fen <= 10**12
            assert trade.paid_ms == 0 or abs(trade.paid_ms - NOW_S * 1000) <= 60_000
        offer = wechat.read_created(answer)
        if isinstance(offer, Offer):
            assert status == 200
            assert said["code_url"] == offer.text
        wechat.read_closed(answer)
        assert status == 404 or not wechat.refund_missing(answer)
        back = wechat.read_refund(answer, ATTEMPT, REFUND)
        if isinstance(back, Refunded):
            assert status == 200
            assert (said["out_refund_no"], said["status"]) == (REFUND.key, "SUCCESS")
            assert said["amount"]["refund"] == REFUND.amount_fen


KEY = rsa.generate_private_key(65537, 2048)
VERIFIER = Verifier({"PUB_KEY_ID_1": KEY.public_key()}, FRESH_S)
HEADERS = ("wechatpay-timestamp", "wechatpay-nonce", "wechatpay-serial", "wechatpay-signature", "date")


def _signed(at_s: int, body: bytes) -> tuple[bytes, bytes]:
    """What was signed, and the five headers (a line each) and the body."""
    text = f"{at_s}\nabc\n".encode() + body + b"\n"
    signature = base64.b64encode(KEY.sign(text, padding.PKCS1v15(), hashes.SHA256()))
    lines = (str(at_s).encode(), b"abc", b"PUB_KEY_ID_1", signature, b"Mon, 21 Sep 2026 14:13:20 GMT")
    return text, b"\n".join(lines) + b"\n" + body


_GENUINE = [
    _signed(NOW_S, packed(TRADE)),
    _signed(NOW_S - 299, b""),
    _signed(NOW_S + 299, b"{}"),
    _signed(NOW_S - 900, packed(REFUNDED)),
]
_SIGNED_TEXTS = {text for text, _ in _GENUINE}


def check_signature(data: bytes) -> None:
    """Nothing is WeChat's but what it signed, to the byte, within the last minutes."""
    *head, body = data.split(b"\n", len(HEADERS))
    values = (line.decode("utf-8", "surrogateescape") for line in head)
    reply = Reply(200, dict(zip(HEADERS, values, strict=False)), body)
    verdict = VERIFIER.check(reply, NOW_S)
    if isinstance(verdict, Signed):
        text = b"\n".join(head[:2]) + b"\n" + verdict.body + b"\n"
        assert text in _SIGNED_TEXTS, "a signature for what nobody signed"
        assert head[2] == b"PUB_KEY_ID_1"
        assert abs(verdict.at_s - NOW_S) < FRESH_S
    offset = wechat.clock_offset_s(reply, NOW_S)
    assert offset is None or abs(offset) < 10**13


ALIPAY_NO = "2026092122001401"
ALIPAY = (
    {
        "code": "10000",
        "msg": "Success",
        "out_trade_no": ATTEMPT.key,
        "trade_status": "TRADE_SUCCESS",
        "trade_no": ALIPAY_NO,
        "total_amount": "128.40",
        "send_pay_date": "2026-09-21 22:13:30",
    },
    {"code": "10000", "out_trade_no": ATTEMPT.key, "trade_status": "TRADE_CLOSED", "trade_no": ALIPAY_NO},
    {"code": "10000", "out_trade_no": ATTEMPT.key, "trade_status": "WAIT_BUYER_PAY", "total_amount": "128.40"},
    {"code": "10000", "out_trade_no": ATTEMPT.key, "qr_code": "https://qr.alipay.com/bax03431ljhokirwl38f00a7"},
    {
        "code": "10000",
        "out_trade_no": ATTEMPT.key,
        "trade_no": ALIPAY_NO,
        "total_amount": "128.40",
        "gmt_payment": "2026-09-21 22:13:30",
    },
    {"code": "10000", "out_trade_no": ATTEMPT.key, "retry_flag": "N", "action": "refund"},
    {"code": "40004", "msg": "Business Failed", "sub_code": "ACQ.TRADE_NOT_EXIST", "sub_msg": "交易不存在"},
    {
        "code": "10000",
        "out_trade_no": ATTEMPT.key,
        "out_request_no": REFUND.key,
        "trade_no": ALIPAY_NO,
        "refund_amount": "128.40",
        "refund_status": "REFUND_SUCCESS",
    },
)


def check_alipay(body: bytes) -> None:
    """Only a whole answer about this very trade says that money moved, or that none ever will."""
    seen = understood(body)
    for code, sub_code in (("10000", ""), ("40004", "ACQ.TRADE_NOT_EXIST"), ("20000", "isp.unknow-error")):
        answer = alipay_signing.Said(code, sub_code, body)
        trade = alipay.read_trade(answer, ATTEMPT, NOW_S * 1000)
        if isinstance(trade, Captured | Dead):
            assert code == "10000"
            assert seen["out_trade_no"] == ATTEMPT.key
        if isinstance(trade, Captured):
            assert seen["trade_status"] in ("TRADE_SUCCESS", "TRADE_FINISHED")
            assert Decimal(seen["total_amount"]) * 100 == trade.fen > 0
            assert trade.paid_ms == 0 or abs(trade.paid_ms - NOW_S * 1000) <= 60_000
        by_code = alipay.read_paid(answer, ATTEMPT, NOW_S * 1000)
        assert not isinstance(by_code, Dead), "only a refusal of the code itself proves that"
        if isinstance(by_code, Captured):
            assert (code, seen["out_trade_no"]) == ("10000", ATTEMPT.key)
            assert Decimal(seen["total_amount"]) * 100 == by_code.fen > 0
        offer = alipay.read_created(answer, ATTEMPT)
        assert not isinstance(offer, Offer) or (seen["out_trade_no"], seen["qr_code"]) == (ATTEMPT.key, offer.text)
        if alipay.read_cancelled(answer, ATTEMPT) in ("closed", "reversed"):
            assert (code, seen["out_trade_no"], seen["retry_flag"]) == ("10000", ATTEMPT.key, "N")
        back = alipay.read_refund(answer, ATTEMPT, REFUND)
        if isinstance(back, Refunded):
            assert (seen["out_request_no"], seen["refund_status"]) == (REFUND.key, "REFUND_SUCCESS")
            assert Decimal(seen["refund_amount"]) * 100 == REFUND.amount_fen


ALIPAY_VERIFIER = alipay_signing.Verifier(KEY.public_key())


def _envelope(text: bytes) -> bytes:
    sign = base64.b64encode(KEY.sign(text, padding.PKCS1v15(), hashes.SHA256()))
    return b'{"alipay_trade_query_response":' + text + b',"sign":"' + sign + b'"}'


_ALIPAY_TEXTS = {packed(answer) for answer in ALIPAY}


def check_alipay_signature(body: bytes) -> None:
    """Nothing is Alipay's but what it signed, to the byte."""
    verdict = ALIPAY_VERIFIER.check(Reply(200, {}, body), "alipay.trade.query")
    if isinstance(verdict, alipay_signing.Said):
        assert verdict.body in _ALIPAY_TEXTS, "a signature for what nobody signed"
    else:
        assert len(verdict.hint) <= 64


def check_gas(body: bytes) -> None:
    """An answer that breaks a rule is a `WireError` that shows nothing of it; what passes adds up to the fen."""
    said = understood(body)
    for read in (gas.read_error, lambda b: gas.read_account(b, NUMBER), _holder, _quote, _top_up):
        flaw = ""
        try:
            read(body)
        except WireError as error:
            flaw = str(error)
        assert len(flaw) < 200
    try:
        order = gas.read_order(body, ORDER)
    except WireError:
        return
    assert said["order_no"] == ORDER
    assert isinstance(order, Delivered) == (said["state"] == "delivered")
    assert isinstance(order, Opened) == (said["state"] == "open")


def _holder(body: bytes) -> None:
    accounts = gas.read_holder(body, lambda number: len(number) == len(NUMBER))
    assert 0 < len(accounts) <= gas.MOST_ACCOUNTS
    assert len({account.number for account in accounts}) == len(accounts)
    assert all(len(account.number) == len(NUMBER) for account in accounts)


def _quote(body: bytes) -> None:
    quote = gas.read_quote(body, NUMBER)
    lines = [line for period in quote.periods for line in period.lines]
    assert sum(line.amount_fen for line in lines) + sum(p.late_fee_fen for p in quote.periods) == quote.total_fen
    assert 0 < quote.total_fen <= 100_000_000
    assert len(lines) <= MOST_LINES


def _top_up(body: bytes) -> None:
    quote = gas.read_top_up_quote(body, NUMBER, 10_000)
    assert quote.total_fen == 10_000
    assert sum(line.amount_fen for line in quote.lines) + quote.owed_fen == 10_000


def check_gas_card(body: bytes) -> None:
    """What passes adds up, and is of the order that was asked about."""
    said = understood(body)
    for read in (wire_cards.read_card, _card_quote):
        flaw = ""
        try:
            read(body)
        except WireError as error:
            flaw = str(error)
        assert len(flaw) < 200
    try:
        job = wire_cards.read_write(body, ORDER)
    except WireError:
        return
    assert said["order_no"] == ORDER
    assert isinstance(job, WriteJob) == (said["state"] == "owed")
    if isinstance(job, WriteJob):
        assert 0 < len(job.image) <= wire_cards.LARGEST_IMAGE
        assert job.gas_m3 > 0


def _card_quote(body: bytes) -> None:
    quote = wire_cards.read_quote(body, ByVolume(Decimal(20)))
    assert quote.gas_m3 == sum(line.volume_m3 for line in quote.lines) == 20
    assert sum(line.amount_fen for line in quote.lines) == quote.total_fen > 0


GAS_KEY = b"k" * 64
GAS_NOW_MS = 1_795_518_000_000


def _gas_answer(time_ms: int, nonce: str, body: bytes) -> bytes:
    text = ["menkou-gas-answer-1", "200", nonce, str(time_ms), gas._digest(body)]
    return f"{time_ms}\n{nonce}\n{gas._sign(GAS_KEY, text)}\n".encode() + body


_GAS_ANSWERS = (
    _gas_answer(GAS_NOW_MS, "n1", packed(QUOTE)),
    _gas_answer(GAS_NOW_MS, "n2", packed(OPEN)),
    _gas_answer(GAS_NOW_MS - 600_000, "n1", b"{}"),
)


def check_gas_signature(data: bytes) -> None:
    """Only the company's own bytes, to this request and now, are trusted."""
    *head, body = data.split(b"\n", 3)
    names = ("Menkou-Time", "Menkou-Nonce", "Menkou-Signature")
    values = (line.decode("utf-8", "surrogateescape") for line in head)
    headers = dict(zip(names, values, strict=False))
    doubt = gas.doubt_answer(
        GAS_KEY, status=200, headers=headers, body=body, nonce="n1", now_ms=GAS_NOW_MS, freshness_ms=300_000
    )
    assert doubt is not None or data == _GAS_ANSWERS[0], "a signature for what nobody signed"


TARGETS = (
    Target("wechat_answer", tuple(map(packed, WECHAT)), check_wechat, shape="json"),
    Target("wechat_signature", tuple(data for _, data in _GENUINE), check_signature),
    Target("alipay_answer", tuple(map(packed, ALIPAY)), check_alipay, shape="json"),
    Target("alipay_signature", tuple(map(_envelope, sorted(_ALIPAY_TEXTS))), check_alipay_signature),
    Target(
        "gas_answer",
        tuple(
            map(
                packed,
                (
                    ACCOUNT,
                    SMART,
                    {"accounts": [ACCOUNT, SMART | {"number": "0200000156"}]},
                    QUOTE,
                    TOP_UP,
                    OPEN,
                    DELIVERED,
                    CANCELLED,
                    {"error": "no_such_order"},
                ),
            )
        ),
        check_gas,
        shape="json",
    ),
    Target(
        "gas_card_answer",
        tuple(map(packed, (GAS_CARD, CARD_QUOTE, WRITE_JOB, DELIVERED, CANCELLED))),
        check_gas_card,
        shape="json",
    ),
    Target("gas_signature", _GAS_ANSWERS, check_gas_signature),
)
