"""The published document and page, held against the simulated company and the driver."""

import base64
import json
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drivers.gas_company_http import wire
from tests.gas_company_http.cards import card_image
from tests.gas_company_http.conftest import HERO, World
from tests.gas_company_http.openapi import Document, Operation

PAGE = Path(__file__).parents[2] / "docs" / "gas-company.md"
SIMPLE, CARD, CLEAR = "0100004711", "0200000284", "0100006013"
SMART, FULL = "0200000156", "0200000180"
OTHER_KEY = b"x" * 64


class Walker:
    """Calls operations by name, and holds what it sends and gets against the document."""

    def __init__(self, world: World, session: aiohttp.ClientSession) -> None:
        self.document = Document()
        self.operations = {operation.name: operation for operation in self.document.operations()}
        self.seen: dict[str, set[str]] = defaultdict(set)
        self._world = world
        self._session = session
        self._key = (world.folder / "terminal.key").read_bytes().strip()
        self._nonces = 0

    async def call(
        self,
        name: str,
        *places: str,
        content: object = None,
        body: bytes | None = None,
        nonce: str = "",
        key: bytes | None = None,
        late_ms: int = 0,
    ) -> Any:
        operation = self.operations[name]
        path = operation.path
        for place in places:
            path = re.sub(r"\{\w+\}", place, path, count=1)
        if body is None:
            body = b"" if content is None else json.dumps(content).encode()
            self._check_request(operation, content)
        self._nonces += 1
        nonce = nonce or f"{self._nonces:032x}"
        now_ms = round(self._world.clock() * 1000)
        headers = wire.sign_request(
            key or self._key,
            terminal="HALL-01",
            method=operation.method,
            target=path,
            time_ms=now_ms - late_ms,
            nonce=nonce,
            body=body,
        )
        for parameter in operation.parameters:
            if parameter["in"] == "header":
                assert not self.document.complaints(headers[parameter["name"]], parameter["schema"])
        url = self._world.announced["port"] + path
        async with self._session.request(operation.method, url, data=body, headers=headers) as response:
            answer = await response.read()
        self._check_answer(operation, response, answer, nonce, now_ms)
        return json.loads(answer)

    def _check_request(self, operation: Operation, content: object) -> None:
        assert (content is None) == (operation.request is None), operation.name
        if operation.request is not None:
            schema = operation.request["content"]["application/json"]["schema"]
            assert self.document.complaints(content, schema) == []

    def _check_answer(
        self, operation: Operation, response: aiohttp.ClientResponse, body: bytes, nonce: str, now_ms: int
    ) -> None:
        documented = operation.responses[str(response.status)]
        said = json.loads(body)
        assert self.document.complaints(said, documented["content"]["application/json"]["schema"]) == []
        self.seen[operation.name].add(said.get("error", str(response.status)))
        if said.get("error") == "bad_signature":
            assert "Menkou-Signature" not in response.headers
            return
        for name, header in documented.get("headers", {}).items():
            schema = self.document.follow(header)["schema"]
            assert not self.document.complaints(response.headers[name], schema)
        doubt = wire.doubt_answer(
            self._key,
            status=response.status,
            headers=response.headers,
            body=body,
            nonce=nonce,
            now_ms=now_ms,
            freshness_ms=1000,
        )
        assert doubt is None

    def documented(self) -> dict[str, set[str]]:
        return {
            operation.name: {
                outcome
                for status, response in operation.responses.items()
                for outcome in (self.document.codes(response) or [status])
            }
            for operation in self.operations.values()
        }


async def test_every_documented_answer_is_given_and_no_other(world: World) -> None:
    async with aiohttp.ClientSession() as session:
        walker = Walker(world, session)
        call, faults = walker.call, world.company.faults

        async def open_order(order_no: str, account: str, quote: Any) -> Any:
            return await call("openOrder", order_no, content={"account": account, "quote_id": quote["quote_id"]})

        async def pay(order_no: str, fen: int) -> Any:
            payment = {"channel": "wechat", "channel_ref": "4200001234", "paid_fen": fen}
            return await call("confirmPaid", order_no, content=payment)

        async def top_up(account: str, fen: int) -> Any:
            return await call("quoteTopUp", account, content={"amount_fen": fen})

        async def cancel(order_no: str) -> Any:
            return await call("cancelOrder", order_no, content={"reason": "left"})

        await call("ping")
        for account in (HERO, CARD, SMART, FULL):
            await call("readAccount", account)
        found = await call("findAccounts", content={"id_number": "610000196104120017", "name": "李春生"})
        assert [account["number"] for account in found["accounts"]] == ["0100003870"]
        for id_number, name in (("610000196104120017", "李秀兰"), ("610000198512190038", "李春生")):
            wrong = {"id_number": id_number, "name": name}
            assert await call("findAccounts", content=wrong) == {"error": "no_such_account"}
        for name in ("readAccount", "quoteAccount"):
            assert await call(name, "9999999999") == {"error": "no_such_account"}
        assert await top_up("9999999999", 1_000) == {"error": "no_such_account"}
        assert await call("quoteAccount", CARD) == {"error": "not_accepted"}
        assert await call("quoteAccount", CLEAR) == {"error": "nothing_owed"}
        await call("quoteAccount", "0100008390")

        for account in (HERO, CARD):
            assert await top_up(account, 5_000) == {"error": "not_accepted"}
        for account, fen in ((SMART, 999), (SMART, 100_001), (FULL, 1_000)):
            assert await top_up(account, fen) == {"error": "outside_limits"}
        small, large = await top_up(SMART, 1_000), await top_up(SMART, 10_000)
        assert (await open_order("U1", SMART, small))["due_fen"] == 1_000
        assert await open_order("U2", SMART, large) == {"error": "account_busy"}
        assert (await pay("U1", 1_000))["state"] == "delivered"
        assert await open_order("U3", SMART, small) == {"error": "quote_changed"}
        large = await top_up(SMART, 10_000)
        await open_order("U4", SMART, large)

        hero, simple = await call("quoteAccount", HERO), await call("quoteAccount", SIMPLE)
        assert await call("queryOrder", "T1") == {"error": "no_such_order"}
        assert await open_order("T1", "9999999999", hero) == {"error": "no_such_account"}
        assert await open_order("T1", HERO, hero) == await call("queryOrder", "T1")
        assert await open_order("T2", HERO, hero) == {"error": "account_busy"}
        assert await open_order("T3", HERO, simple) == {"error": "not_accepted"}
        assert await pay("T1", 1) == {"error": "not_accepted"}
        assert await pay("T1", 15400) == await call("queryOrder", "T1") == await cancel("T1")
        assert await open_order("T4", HERO, hero) == {"error": "already_paid"}

        await open_order("T5", SIMPLE, simple)
        await world.company.actions["pay_elsewhere"]({"account": SIMPLE})
        assert await pay("T5", 3300) == {"error": "already_paid"}
        assert (await cancel("T5"))["state"] == "cancelled"
        await call("queryOrder", "T5")

        rare = await call("quoteAccount", "0100007127")
        await open_order("T6", "0100007127", rare)
        family = await call("quoteAccount", "0100009018")
        faults.arm("price_changed")
        assert await open_order("T7", "0100009018", family) == {"error": "quote_changed"}
        family = await call("quoteAccount", "0100009018")
        world.clock.seconds += 901
        assert await open_order("T8", "0100009018", family) == {"error": "quote_expired"}
        assert await pay("T6", 4950) == {"error": "quote_changed"}
        large = await top_up(SMART, 10_000)
        await world.company.actions["set_limits"]({"max_fen": 5_000})
        assert await open_order("U5", SMART, large) == {"error": "outside_limits"}
        assert await pay("U4", 10_000) == {"error": "outside_limits"}
        day = await call("dailyFile", "2026-11-24")
        assert [(row["order_no"], row["state"]) for row in day["orders"]] == [
            ("T1", "delivered"),
            ("T2", "cancelled"),
            ("T3", "cancelled"),
            ("T4", "cancelled"),
            ("T5", "cancelled"),
            ("T7", "cancelled"),
            ("T8", "cancelled"),
            ("U1", "delivered"),
            ("U2", "cancelled"),
            ("U3", "cancelled"),
            ("U5", "cancelled"),
        ]
        assert (day["delivered_count"], day["delivered_fen"]) == (2, 16400)
        assert (await call("dailyFile", "2026-11-25"))["orders"] == []

        await cards_are_walked(walker, world)

        for name, places in {
            "ping": [],
            "readAccount": [HERO],
            "findAccounts": [],
            "quoteAccount": [HERO],
            "quoteTopUp": [SMART],
            "queryOrder": ["T9"],
            "openOrder": ["T9"],
            "confirmPaid": ["T9"],
            "cancelOrder": ["T9"],
            "dailyFile": ["2026-11-24"],
            "readCard": [],
            "quoteCard": [],
            "writeData": ["T9"],
            "reportWrite": ["T9"],
        }.items():
            assert await call(name, *places, body=b"[") == {"error": "bad_request"}
            assert await call(name, *places, body=b"{}", key=OTHER_KEY) == {"error": "bad_signature"}
            for late_ms in (300_001, -300_001):
                assert await call(name, *places, body=b"{}", late_ms=late_ms) == {"error": "stale_request"}
            faults.arm("maintenance")
            assert await call(name, *places, body=b"{}", nonce="f" * 32) == {"error": "not_now"}
            assert await call(name, *places, body=b"{}", nonce="f" * 32) == {"error": "replayed_nonce"}
            world.clock.seconds += 601  # the company forgets old nonces; the requests are stale by then
        assert walker.seen == walker.documented()


async def cards_are_walked(walker: Walker, world: World) -> None:
    """Everything about gas cards."""
    call = walker.call
    other, full = card_image("0200000292", 3), card_image("0200000306", 12, 500)
    wrong = base64.b64encode(card_image("0299999999", 1)).decode()
    image, rotating, gas_on_it = (base64.b64encode(each).decode() for each in (card_image(CARD, 6), other, full))

    async def write(order_no: str, **content: object) -> Any:
        return await call("writeData", order_no, content=content)

    async def report(order_no: str, job: str, outcome: str = "landed") -> Any:
        return await call("reportWrite", order_no, content={"job": job, "outcome": outcome})

    async def bought(order_no: str, image: str, account: str) -> Any:
        quote = await call("quoteCard", content={"image": image, "volume_m3": "20"})
        opening = {"account": account, "quote_id": quote["quote_id"]}
        assert (await call("openOrder", order_no, content=opening))["state"] == "open"
        payment = {"channel": "wechat", "channel_ref": "4200001234", "paid_fen": quote["total_fen"]}
        assert (await call("confirmPaid", order_no, content=payment))["state"] == "owed"

    assert (await call("readCard", content={"image": image}))["count"] == 6
    assert await call("readCard", content={"image": wrong}) == {"error": "card_unknown"}
    for refused, wish, code in (
        (wrong, {"volume_m3": "1"}, "card_unknown"),
        (gas_on_it, {"volume_m3": "1"}, "gas_on_card"),
        (image, {"amount_fen": 1}, "outside_limits"),
        (image, {"load_id": "L0"}, "nothing_owed"),
    ):
        assert await call("quoteCard", content={"image": refused, **wish}) == {"error": code}
    await bought("K1", image, CARD)
    assert (await call("queryOrder", "K1"))["state"] == "owed"
    assert await write("K9", image=image) == {"error": "not_accepted"}
    assert await write("K1", image=wrong) == {"error": "card_unknown"}
    job = (await write("K1", image=image))["job"]
    assert await write("K1", job=job["number"]) == await write("K1", image=image)
    assert await call("quoteCard", content={"image": image, "volume_m3": "1"}) == {"error": "account_busy"}
    assert await report("K1", "J0") == {"error": "not_accepted"}
    assert (await report("K1", job["number"], "torn"))["state"] == "owed"
    assert (await report("K1", job["number"]))["state"] == "delivered"
    assert (await write("K1", image=image))["state"] == "delivered"

    await bought("K2", rotating, "0200000292")
    holding = base64.b64encode(card_image("0200000292", 3, 500)).decode()
    assert await write("K2", image=holding) == {"error": "gas_on_card"}
    assert (await call("cancelOrder", "K2", content={"reason": "deadline"}))["state"] == "cancelled"
    assert (await write("K2", image=rotating))["state"] == "cancelled"
    await world.company.actions["owe_card"]({"card": CARD})
    after = base64.b64encode(card_image(CARD, 7, 0, 31_500)).decode()
    load = (await call("readCard", content={"image": after}))["owed"][0]
    first, second = [await call("quoteCard", content={"image": after, "load_id": load["load_id"]}) for _ in range(2)]
    assert (await call("openOrder", "K3", content={"account": CARD, "quote_id": first["quote_id"]}))["due_fen"] == 0
    job = (await write("K3", image=after))["job"]
    assert (await report("K3", job["number"]))["state"] == "delivered"
    late = await call("openOrder", "K4", content={"account": CARD, "quote_id": second["quote_id"]})
    assert late == {"error": "nothing_owed"}


@pytest.mark.parametrize(
    ("name", "places", "content"),
    [
        ("readCard", [], {}),
        ("readCard", [], {"image": "A"}),
        ("readCard", [], {"image": "A" * 5468}),
        ("quoteCard", [], {"image": "AAAA"}),
        ("quoteCard", [], {"image": "AAAA", "volume_m3": "1", "amount_fen": 100}),
        ("quoteCard", [], {"image": "AAAA", "volume_m3": 1}),
        ("writeData", ["T1"], {}),
        ("writeData", ["T1"], {"job": 7}),
        ("reportWrite", ["T1"], {"job": "J1", "outcome": "perhaps"}),
        ("openOrder", ["T1"], {"account": HERO}),
        ("openOrder", ["T1"], {"account": 100003862, "quote_id": "Q1"}),
        ("quoteTopUp", [SMART], {}),
        ("quoteTopUp", [SMART], {"amount_fen": "5000"}),
        ("quoteTopUp", [SMART], {"amount_fen": 0}),
        ("confirmPaid", ["T1"], {"channel": "wechat", "channel_ref": "1", "paid_fen": 154.0}),
        ("confirmPaid", ["T1"], {"channel": "wechat", "channel_ref": "1", "paid_fen": True}),
        ("confirmPaid", ["T1"], {"channel": "wechat", "channel_ref": "1", "paid_fen": -1}),
        ("cancelOrder", ["T1"], {"reason": "he left\n"}),
        ("cancelOrder", ["T1"], ["left"]),
        ("dailyFile", ["2026-02-30"], {}),
    ],
)
async def test_request_that_breaks_the_document(world: World, name: str, places: list[str], content: object) -> None:
    async with aiohttp.ClientSession() as session:
        walker = Walker(world, session)
        assert await walker.call(name, *places, body=json.dumps(content).encode()) == {"error": "bad_request"}
        assert world.company.books()["orders"] == {}


async def test_tampered_request(world: World) -> None:
    """What an attacker on the line could change, the signature covers."""
    async with aiohttp.ClientSession() as session:
        walker = Walker(world, session)
        body = b'{"channel":"wechat","channel_ref":"1","paid_fen":15400}'
        signed = wire.sign_request(
            (world.folder / "terminal.key").read_bytes().strip(),
            terminal="HALL-01",
            method="PUT",
            target="/v1/orders/T1/payment",
            time_ms=round(world.clock() * 1000),
            nonce="a" * 32,
            body=body,
        )
        changes: list[tuple[str, str, bytes, dict[str, str]]] = [
            ("PUT", "/v1/orders/T2/payment", body, {}),
            ("PUT", "/v1/orders/T1/payment?x=1", body, {}),
            ("POST", "/v1/orders/T1/payment", body, {}),
            ("PUT", "/v1/orders/T1/payment", body.replace(b"15400", b"1"), {}),
            ("PUT", "/v1/orders/T1/payment", body, {"Menkou-Nonce": "b" * 32}),
            ("PUT", "/v1/orders/T1/payment", body, {"Menkou-Time": str(round(world.clock() * 1000) + 1)}),
            ("PUT", "/v1/orders/T1/payment", body, {"Menkou-Terminal": "HALL-02"}),
            ("PUT", "/v1/orders/T1/payment", body, {"Menkou-Signature": "气"}),
        ]
        for method, target, content, headers in changes:
            url = world.announced["port"] + target
            async with session.request(method, url, data=content, headers=signed | headers) as response:
                assert (response.status, await response.json()) == (401, {"error": "bad_signature"})
        assert walker.seen == {}


def test_document_is_sound() -> None:
    document = Document()
    assert document.content["openapi"].startswith("3.1.")
    references = set(document.references())
    for reference in references:
        assert document.follow({"$ref": reference})
    components = {
        f"#/components/{kind}/{name}"
        for kind, named in document.content["components"].items()
        if kind != "securitySchemes"
        for name in named
    }
    assert components == references
    names = [operation.name for operation in document.operations()]
    assert len(names) == len(set(names))
    for operation in document.operations():
        in_path = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", operation.path))
        assert "200" in operation.responses or "201" in operation.responses
        assert all(response["description"] for response in operation.responses.values())


def test_page_lists_every_error() -> None:
    document = Document()
    documented = {
        (code, status)
        for operation in document.operations()
        for status, response in operation.responses.items()
        for code in document.codes(response)
    }
    listed: set[tuple[str, str]] = set()
    for row in re.findall(r"^\| (`[^|]*) \| ([0-9, ]+) \|", PAGE.read_text(), re.MULTILINE):
        listed |= set(zip(re.findall(r"`(\w+)`", row[0]), row[1].split(", "), strict=True))
    assert listed == documented


@pytest.fixture
def example() -> list[str]:
    request, answer = re.findall(r"^```\n((?:PUT|200)[^`]*)```", PAGE.read_text(), re.MULTILINE)
    return [request, answer]


def _header(text: str) -> Callable[[str], str]:
    headers = dict(re.findall(r"^(Menkou-\w+): (.*)$", text, re.MULTILINE))
    return headers.__getitem__


def test_example_of_the_page_is_signed_as_the_driver_signs(example: list[str]) -> None:
    key = b"0123456789abcdef0123456789abcdef"
    request, answer = example
    of_request, of_answer = _header(request), _header(answer)
    signed = wire.sign_request(
        key,
        terminal=of_request("Menkou-Terminal"),
        method="PUT",
        target="/v1/orders/T07K20000011/cancellation",
        time_ms=int(of_request("Menkou-Time")),
        nonce=of_request("Menkou-Nonce"),
        body=request.strip().rpartition("\n")[2].encode(),
    )
    assert signed["Menkou-Signature"] == of_request("Menkou-Signature")
    doubt = wire.doubt_answer(
        key,
        status=200,
        headers={name: of_answer(name) for name in ("Menkou-Time", "Menkou-Nonce", "Menkou-Signature")},
        body=answer.strip().rpartition("\n")[2].encode(),
        nonce=of_request("Menkou-Nonce"),
        now_ms=1795518000250,
        freshness_ms=300_000,
    )
    assert doubt is None
