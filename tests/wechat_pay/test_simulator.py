"""The simulated WeChat Pay is as strict as the real one, judged by a client made here."""

import asyncio
import base64
import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from yarl import URL

from drivers.wechat_pay.driver import WeChatPay
from drivers.wechat_pay.simulator import APPID, MCHID
from kiosk.devices.health import Ready
from kiosk.devices.payment import Offer, Open, Progress
from kiosk.testing.simulator import BadRequestError, Json
from tests.payments import new_attempt, taken
from tests.wechat_pay.conftest import Hall, settings_from

NATIVE = "/v3/pay/transactions/native"
NOTHING: Mapping[str, str] = {}
REFUNDS = "/v3/refund/domestic/refunds"
ORDER: Json = {
    "appid": APPID,
    "mchid": MCHID,
    "description": "燃气费",
    "out_trade_no": "SIM0000001",
    "notify_url": "https://hall.example/n",
    "amount": {"total": 100, "currency": "CNY"},
}


class Client:
    """Signs by the rules, from the announced key file; each part can be spoiled."""

    def __init__(self, hall: Hall) -> None:
        pem = Path(hall.announced["merchant_key"].removeprefix("file:")).read_bytes()
        key = serialization.load_pem_private_key(pem, password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        self._key = key
        self._url = hall.url
        self.serial = hall.announced["merchant_serial"]

    async def call(
        self, method: str, target: str, body: Json | None = None, age_s: int = 0, spoiled: Mapping[str, str] = NOTHING
    ) -> tuple[int, Json, Mapping[str, str]]:
        data = b"" if body is None else json.dumps(body).encode()
        parts = {
            "mchid": MCHID,
            "nonce_str": "n" * 32,
            "timestamp": str(int(time.time()) - age_s),
            "serial_no": self.serial,
        }
        said = f"{method}\n{target}\n{parts['timestamp']}\n{parts['nonce_str']}\n".encode() + data + b"\n"
        parts["signature"] = base64.b64encode(self._key.sign(said, padding.PKCS1v15(), hashes.SHA256())).decode()
        parts.update({name: value for name, value in spoiled.items() if name in parts})
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "Authorization": "WECHATPAY2-SHA256-RSA2048 " + ",".join(f'{k}="{v}"' for k, v in parts.items()),
            **{name: value for name, value in spoiled.items() if name not in parts},
        }
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, URL(self._url + target, encoded=True), data=data, headers=headers) as response,
        ):
            text = await response.text()
            return response.status, json.loads(text) if text else {}, response.headers

    async def code(
        self, method: str, target: str, body: Json | None = None, spoiled: Mapping[str, str] = NOTHING
    ) -> tuple[int, str]:
        status, answer, _ = await self.call(method, target, body, spoiled=spoiled)
        return status, answer.get("code", "")


def query(number: str = "SIM0000001") -> str:
    return f"/v3/pay/transactions/out-trade-no/{number}?mchid={MCHID}"


def platform_key(announced: Json) -> rsa.RSAPublicKey:
    (file,) = announced["platform_keys"].values()
    key = serialization.load_pem_public_key(Path(file.removeprefix("file:")).read_bytes())
    assert isinstance(key, rsa.RSAPublicKey)
    return key


async def test_answers_are_signed_also_refusals(hall: Hall) -> None:
    key = platform_key(hall.announced)
    status, body, headers = await Client(hall).call("GET", query("NOSUCHORDER"))
    assert (status, body["code"]) == (404, "ORDER_NOT_EXIST")
    raw = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    said = f"{headers['Wechatpay-Timestamp']}\n{headers['Wechatpay-Nonce']}\n{raw}\n".encode()
    key.verify(base64.b64decode(headers["Wechatpay-Signature"]), said, padding.PKCS1v15(), hashes.SHA256())
    assert headers["Wechatpay-Serial"] in hall.announced["platform_keys"]


@pytest.mark.parametrize(
    "spoiled",
    [
        {"mchid": "1"},
        {"serial_no": "0"},
        {"nonce_str": "other"},
        {"signature": "AAAA"},
        {"signature": "!"},
        {"timestamp": "1"},
        {"timestamp": "now"},
        {"Authorization": "Basic x"},
        {"Authorization": 'WECHATPAY2-SHA256-RSA2048 mchid="1900007291"'},
    ],
)
async def test_request_badly_signed(hall: Hall, spoiled: dict[str, str]) -> None:
    status, body, headers = await Client(hall).call("POST", NATIVE, ORDER, spoiled=spoiled)
    assert (status, body["code"]) == (401, "SIGN_ERROR")
    assert "Wechatpay-Signature" not in headers
    assert hall.wechat.books()["orders"] == {}


@pytest.mark.parametrize(("age_s", "status"), [(310, 401), (-310, 401), (280, 200), (-280, 200)])
async def test_request_by_a_clock_that_is_wrong(hall: Hall, age_s: int, status: int) -> None:
    assert (await Client(hall).call("POST", NATIVE, ORDER, age_s=age_s))[0] == status


@pytest.mark.parametrize(
    "changed",
    [
        {"out_trade_no": "SHORT"},
        {"out_trade_no": "N" * 33},
        {"out_trade_no": "with space"},
        {"description": ""},
        {"description": "x" * 128},
        {"notify_url": "http://hall.example/n"},
        {"notify_url": "https://hall.example/n?x=1"},
        {"amount": {"total": 0}},
        {"amount": {"total": "100"}},
        {"amount": {"total": 1.5}},
        {"amount": {"total": 100, "currency": "USD"}},
        {"time_expire": "tomorrow"},
        {"time_expire": "2026-02-30T00:00:00+08:00"},
        {"time_expire": "2026-01-01T00:00:00"},
        {"time_expire": (datetime.now(UTC) + timedelta(seconds=30)).isoformat(timespec="seconds")},
    ],
)
async def test_create_malformed(hall: Hall, changed: Json) -> None:
    assert await Client(hall).code("POST", NATIVE, {**ORDER, **changed}) == (400, "PARAM_ERROR")
    assert hall.wechat.books()["orders"] == {}


async def test_create_repeated(hall: Hall) -> None:
    client = Client(hall)
    first = await client.call("POST", NATIVE, ORDER)
    assert (await client.call("POST", NATIVE, ORDER))[1] == first[1]
    other = {**ORDER, "amount": {"total": 101, "currency": "CNY"}}
    assert await client.code("POST", NATIVE, other) == (403, "OUT_TRADE_NO_USED")
    assert await client.code("POST", NATIVE, {**ORDER, "appid": "wx1"}) == (400, "APPID_MCHID_NOT_MATCH")
    await hall.hand("pay", out_trade_no="SIM0000001")
    assert await client.code("POST", NATIVE, ORDER) == (400, "ORDERPAID")


async def test_close_in_every_state(hall: Hall) -> None:
    client, close = Client(hall), "/v3/pay/transactions/out-trade-no/SIM0000001/close"
    assert await client.code("POST", close, {"mchid": MCHID}) == (404, "ORDER_NOT_EXIST")
    await client.call("POST", NATIVE, ORDER)
    assert await client.code("POST", close, {"mchid": "1"}) == (400, "PARAM_ERROR")
    assert await client.code("POST", close, {"mchid": MCHID}) == (204, "")
    assert await client.code("POST", close, {"mchid": MCHID}) == (400, "ORDER_CLOSED")
    assert await client.code("POST", NATIVE, ORDER) == (400, "ORDER_CLOSED")
    hall.wechat.faults.arm("paid_after_close")
    assert (await hall.hand("pay", out_trade_no="SIM0000001"))["paid"]
    assert await client.code("POST", close, {"mchid": MCHID}) == (400, "ORDERPAID")
    assert (await client.call("GET", query()))[1]["trade_state"] == "SUCCESS"


async def test_query_asked_wrongly(hall: Hall) -> None:
    client = Client(hall)
    assert await client.code("GET", "/v3/pay/transactions/out-trade-no/SIM0000001") == (400, "PARAM_ERROR")
    assert await client.code("GET", query(), spoiled={"Accept": "text/html"}) == (406, "PARAM_ERROR")
    assert await client.code("GET", query(), spoiled={"Wechatpay-Serial": "PUB_KEY_ID_0"}) == (400, "PARAM_ERROR")
    assert await client.code("GET", "/v3/nothing") == (404, "RESOURCE_NOT_EXISTS")


async def test_query_by_transaction(hall: Hall) -> None:
    client = Client(hall)
    await client.call("POST", NATIVE, ORDER)
    paid = await hall.hand("pay", out_trade_no="SIM0000001")
    target = f"/v3/pay/transactions/id/{paid['transaction_id']}?mchid={MCHID}"
    assert (await client.call("GET", target))[1]["out_trade_no"] == "SIM0000001"


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"amount": {"refund": 100, "total": 99, "currency": "CNY"}}, (400, "PARAM_ERROR")),
        ({"amount": {"refund": 101, "total": 100, "currency": "CNY"}}, (400, "INVALID_REQUEST")),
        ({"amount": {"refund": 100, "total": 100}}, (400, "PARAM_ERROR")),
        ({"transaction_id": "4200"}, (400, "PARAM_ERROR")),
        ({"reason": "退" * 27}, (400, "PARAM_ERROR")),
        ({"out_trade_no": "SIM0000002"}, (404, "RESOURCE_NOT_EXISTS")),
    ],
)
async def test_refund_malformed(hall: Hall, changed: Json, refusal: tuple[int, str]) -> None:
    client = Client(hall)
    await client.call("POST", NATIVE, ORDER)
    await hall.hand("pay", out_trade_no="SIM0000001")
    asked = {
        "out_trade_no": "SIM0000001",
        "out_refund_no": "R1",
        "amount": {"refund": 100, "total": 100, "currency": "CNY"},
    }
    assert await client.code("POST", REFUNDS, {**asked, **changed}) == refusal
    assert await client.code("GET", f"{REFUNDS}/R1") == (404, "RESOURCE_NOT_EXISTS")
    assert await client.code("POST", REFUNDS, asked) == (200, "")
    other = {**asked, "amount": {"refund": 99, "total": 100, "currency": "CNY"}}
    assert await client.code("POST", REFUNDS, other) == (400, "INVALID_REQUEST")


async def test_hand_points_at_nothing(hall: Hall) -> None:
    assert await hall.hand("pay", code_url="weixin://other") == {"paid": False, "reason": "unknown_code"}
    assert await hall.hand("scan", code_url="weixin://other") == {"payable": False, "reason": "unknown_code"}
    assert await hall.hand("pay") == {"paid": False, "reason": "unknown_code"}  # no code on any screen yet
    for asked in ({"code_url": 7}, {"code_url": ""}):
        with pytest.raises(BadRequestError):
            await hall.hand("pay", **asked)
    with pytest.raises(BadRequestError):
        await hall.hand("expire", out_trade_no="SIM0000001")


async def test_code_lapses_in_the_hand(hall: Hall) -> None:
    await Client(hall).call("POST", NATIVE, ORDER)
    assert await hall.hand("expire", out_trade_no="SIM0000001") == {"expired": "SIM0000001"}
    assert await hall.hand("pay", out_trade_no="SIM0000001") == {"paid": False, "reason": "expired"}
    assert not (await hall.hand("scan", out_trade_no="SIM0000001"))["payable"]


async def test_run_as_the_demo_runs_it(books_folder: Path) -> None:
    """A process of its own, found by its announcement, worked by its control interface, ended with its parent."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "drivers.wechat_pay.simulator", "--until-eof", "--books", str(books_folder)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            announced: Json = json.loads(await process.stdout.readline())
            driver = WeChatPay("wechat", announced["port"], settings_from(announced["settings"], timeout_s=10))
            await driver.open()
            assert await driver.status() == Ready()
            told: list[Progress] = []
            attempt = new_attempt()
            assert await driver.start(attempt, told.append) == Open()
            assert isinstance(told[0], Offer)
            control = announced["control"]
            async with aiohttp.ClientSession() as session:
                async with session.post(f"{control}/do/pay", json={"code_url": told[0].text}) as answer:
                    paid = await answer.json()
                async with session.get(f"{control}/books") as answer:
                    books = await answer.json()
                async with session.post(f"{control}/faults", json={"name": "no_such_fault"}) as answer:
                    assert answer.status == 400
            assert books["orders"][attempt.key]["paid_fen"] == 12840
            assert taken(await driver.find(attempt)) == (12840, paid["transaction_id"])
            await driver.aclose()
            process.stdin.close()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
