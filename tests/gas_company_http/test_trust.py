"""What the terminal believes, and what it says when it cannot."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.settings import GasCompanyHttpSettings
from kiosk.devices.gas import Account, Delivered, Opened, Quote, Refused, Unreachable
from kiosk.devices.health import Health, NeedsAttention, Offline, Ready, Unknown
from kiosk.devices.secret import Secret
from tests.gas_company_http.conftest import HERO, World, opened, quoted
from tests.gas_company_http.liar import RawServer, terminal_for

ORDER = "T07K20000011"
CALLS: dict[str, Callable[[GasCompanyHttp], Awaitable[object]]] = {
    "read_account": lambda gas: gas.read_account(HERO),
    "quote": lambda gas: gas.quote(HERO),
    "open_order": lambda gas: gas.open_order(ORDER, HERO, "Q1"),
    "confirm_paid": lambda gas: gas.confirm_paid(ORDER, "wechat", "4200001234", 15400),
    "cancel": lambda gas: gas.cancel(ORDER, "left"),
    "query": lambda gas: gas.query(ORDER),
}


@asynccontextmanager
async def raw_terminal(folder: Path, answer: bytes | None) -> AsyncIterator[tuple[GasCompanyHttp, RawServer]]:
    server = RawServer(answer)
    async with server.listening() as port:
        gas = terminal_for(folder, port)
        await gas.open()
        try:
            yield gas, server
        finally:
            await gas.aclose()


# Answers that prove nothing


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("wrong_signature", "the answer's signature is wrong"),
        ("stale", "the clocks differ too much"),
        ("replayed_answer", "the answer is to another request"),
        ("clock_skew", "the clocks differ too much"),
        ("garbage", "the answer is not signed"),
        ("down", "the answer is not signed"),
        ("error_500_after", "the answer is not signed"),
        ("lost_request", "the connection broke"),
        ("lost_answer", "the connection broke"),
        ("half_answer", "the connection broke"),
        ("twice", "replayed_nonce"),
    ],
)
async def test_answer_that_proves_nothing(world: World, gas: GasCompanyHttp, call: str, fault: str, why: str) -> None:
    await opened(gas)
    world.company.faults.arm(fault)
    answer = await CALLS[call](gas)
    assert isinstance(answer, Unreachable)
    assert answer.sent
    assert why in answer.why
    assert HERO not in answer.why


async def test_old_delivered_answer_is_replayed_for_a_later_order(world: World, gas: GasCompanyHttp) -> None:
    await opened(gas)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400), Delivered)
    await opened(gas, "T07K20000029", "0100004711")
    world.company.faults.arm("replayed_answer")
    world.company.faults.arm("confirm_refused")
    answer = await gas.confirm_paid("T07K20000029", "wechat", "4200001235", 3300)
    assert isinstance(answer, Unreachable)
    assert world.arrears("0100004711") == 3300


@pytest.mark.parametrize("fault", ["lost_answer", "half_answer", "garbage", "error_500_after", "twice"])
async def test_payment_was_booked_though_its_answer_was_lost(world: World, gas: GasCompanyHttp, fault: str) -> None:
    await opened(gas)
    world.company.faults.arm(fault)
    answer = await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400)
    assert isinstance(answer, Unreachable)
    assert answer.sent
    assert await gas.query(ORDER) == Delivered(receipt_no="R0000000001")


@pytest.mark.parametrize("fault", ["lost_request", "error_500", "down"])
async def test_payment_was_not_booked_and_the_same_call_books_it(world: World, gas: GasCompanyHttp, fault: str) -> None:
    await opened(gas)
    world.company.faults.arm(fault)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400), Unreachable)
    assert isinstance(await gas.query(ORDER), Opened)
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400), Delivered)


async def test_request_is_sent_once_though_the_connection_breaks(tmp_path: Path) -> None:
    async with raw_terminal(tmp_path, b"") as (gas, server):
        server.close_after_first = True  # a repeat would find the port closed and look as if nothing was sent
        answer = await gas.confirm_paid(ORDER, "wechat", "4200001234", 15400)
        assert isinstance(answer, Unreachable)
        assert answer.sent
        assert len(server.requests) == 1


@pytest.mark.parametrize("call", CALLS)
async def test_nobody_listens(world: World, gas: GasCompanyHttp, call: str) -> None:
    await world.company.actions["unplug"]({})
    answer = await CALLS[call](gas)
    assert isinstance(answer, Unreachable)
    assert not answer.sent
    await world.company.actions["plug"]({})
    assert not isinstance(await CALLS[call](gas), Unreachable)


async def test_connection_is_never_accepted(tmp_path: Path) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address), socket.socket() as second, socket.socket() as third:
            for waiting in (second, third):  # fill the queue, so that a further connection gets no answer
                waiting.setblocking(False)
                waiting.connect_ex(address)
            gas = terminal_for(tmp_path, f"http://127.0.0.1:{address[1]}", connect_timeout_s=0.2)
            await gas.open()
            assert await gas.confirm_paid(ORDER, "wechat", "1", 1) == Unreachable(
                "no connection: ConnectionTimeoutError", sent=False
            )
            await gas.aclose()


async def test_name_does_not_resolve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown name")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    gas = terminal_for(tmp_path, "https://gas.invalid")
    await gas.open()
    answer = await gas.confirm_paid(ORDER, "wechat", "1", 1)
    assert isinstance(answer, Unreachable)
    assert not answer.sent
    assert isinstance(await gas.status(), Offline)
    await gas.aclose()


async def test_company_never_answers(world: World) -> None:
    gas = await world.terminal(lookup_timeout_s=0.5)
    world.company.faults.arm("slow", seconds=5)
    assert await gas.quote(HERO) == Unreachable("no answer in time", sent=True)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\xfe" * 100,
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 300_000,
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nMenkou-Time: 1\r\nMenkou-Signature: \xe6\xb0\x94\r\nContent-Length: 2\r\n\r\n{}",
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
async def test_something_else_answers_on_that_port(tmp_path: Path, answer: bytes) -> None:
    async with raw_terminal(tmp_path, answer) as (gas, server):
        for call in CALLS.values():
            said = await call(gas)
            assert isinstance(said, Unreachable)
            assert said.sent
        assert not isinstance(await gas.status(), Ready)
        assert len(server.requests) == len(CALLS) + 1


@pytest.mark.parametrize("kind", ["total", "period", "line", "volume", "negative"])
async def test_quote_contradicts_itself(world: World, gas: GasCompanyHttp, kind: str) -> None:
    world.company.faults.arm("inconsistent_quote", kind=kind)
    answer = await gas.quote("0100003870")
    assert isinstance(answer, Unreachable)
    assert answer.sent
    assert isinstance(await gas.quote("0100003870"), Quote)


# Refusals


@pytest.mark.parametrize("call", ["read_account", "quote", "open_order", "confirm_paid"])
async def test_company_refuses(world: World, gas: GasCompanyHttp, call: str) -> None:
    world.company.faults.arm("refuse", reason="not_accepted", path="/v1/")
    assert await CALLS[call](gas) == Refused("not_accepted")


@pytest.mark.parametrize("call", ["cancel", "query"])
async def test_refusal_is_no_answer_to_a_question_of_fact(world: World, gas: GasCompanyHttp, call: str) -> None:
    world.company.faults.arm("refuse", reason="not_now")
    assert await CALLS[call](gas) == Unreachable("the company answered not_now", sent=True)


async def test_refusal_for_a_reason_nobody_knows(world: World, gas: GasCompanyHttp) -> None:
    world.company.faults.arm("refuse", reason="moon_phase")
    assert await gas.confirm_paid(ORDER, "wechat", "1", 1) == Unreachable("HTTP 422: moon_phase", sent=True)


async def test_maintenance(world: World, gas: GasCompanyHttp) -> None:
    world.company.faults.arm("maintenance", times=-1)
    assert await gas.quote(HERO) == Refused("not_now")
    assert await gas.status() == NeedsAttention(("refused_by_peer",))
    world.company.faults.clear()
    assert isinstance(await gas.quote(HERO), Quote)


@pytest.mark.parametrize("number", ["9999999999", "0000000000"])
async def test_unknown_account(gas: GasCompanyHttp, number: str) -> None:
    assert await gas.read_account(number) == Refused("no_such_account")
    assert await gas.quote(number) == Refused("no_such_account")


@pytest.mark.parametrize("number", ["", "1", "01000038621", "010000386x", "../orders/", "٠١٠٠٠٠٣٨٦٢", "0100003862\n"])
async def test_number_that_cannot_exist_is_not_asked(world: World, gas: GasCompanyHttp, number: str) -> None:
    assert await gas.read_account(number) == Refused("no_such_account")
    assert await gas.quote(number) == Refused("no_such_account")
    assert await gas.open_order(ORDER, number, "Q1") == Refused("no_such_account")
    assert world.company.requests == []


async def test_leading_zero_is_part_of_the_number(world: World) -> None:
    gas = await world.terminal(account_digits=(9, 10))
    assert gas.account_digits == (9, 10)
    assert await gas.read_account("100003862") == Refused("no_such_account")


# Personal data


async def test_company_sends_clear_names(world: World, gas: GasCompanyHttp) -> None:
    world.company.faults.arm("clear_names", times=-1)
    account = await gas.read_account("0100005208")
    assert isinstance(account, Account)
    assert (account.holder_masked, account.address_masked) == ("欧阳**", "和信家园 ***")
    assert (await quoted(gas, "0100005208")).account == account


# Health


async def test_fast_company_is_ready(gas: GasCompanyHttp) -> None:
    assert await gas.status() == Ready()


async def test_slow_company_is_ready_with_a_warning(world: World) -> None:
    gas = await world.terminal(slow_s=0.05)
    world.company.faults.arm("slow", seconds=0.2)
    assert await gas.status() == Ready(warnings=("slow",))


@pytest.mark.parametrize(
    ("fault", "health"),
    [
        ("clock_skew", NeedsAttention(("bad_clock",))),
        ("stale", NeedsAttention(("bad_clock",))),
        ("wrong_signature", NeedsAttention(("bad_credentials",))),
        ("replayed_answer", Unknown("HTTP 200: the answer is to another request")),
        ("garbage", Unknown("HTTP 200: the answer is not signed")),
        ("down", Offline("HTTP 503: the answer is not signed")),
        ("lost_request", Offline("the connection broke: _BrokenConnectionError")),
    ],
)
async def test_health_tells_what_is_wrong(world: World, gas: GasCompanyHttp, fault: str, health: Health) -> None:
    world.company.faults.arm(fault)
    assert await gas.status() == health
    assert await gas.status() == Ready()


async def test_company_is_stricter_about_the_clock_than_we_are(world: World) -> None:
    gas = await world.terminal(now=lambda: world.clock() - 400, freshness_s=600)
    assert await gas.status() == NeedsAttention(("bad_clock",))
    assert await gas.quote(HERO) == Unreachable("HTTP 401: stale_request", sent=True)


async def test_terminal_clock_is_a_day_slow(world: World) -> None:
    gas = await world.terminal(now=lambda: world.clock() - 86_400)
    assert await gas.status() == NeedsAttention(("bad_clock",))
    assert isinstance(await gas.quote(HERO), Unreachable)


async def test_terminal_has_another_key(world: World, tmp_path: Path) -> None:
    (tmp_path / "other.key").write_bytes(b"o" * 64)
    gas = await world.terminal(key=f"file:{tmp_path}/other.key")
    assert await gas.status() == NeedsAttention(("bad_credentials",))
    assert isinstance(await gas.confirm_paid(ORDER, "wechat", "1", 1), Unreachable)


@pytest.mark.parametrize("content", [None, b"short\n"])
async def test_key_cannot_be_used(world: World, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "terminal.key").write_bytes(content)
    gas = await world.terminal(key=f"file:{tmp_path}/terminal.key")
    assert await gas.status() == NeedsAttention(("bad_credentials",))
    answer = await gas.confirm_paid(ORDER, "wechat", "1", 1)
    assert isinstance(answer, Unreachable)
    assert not answer.sent
    assert world.company.requests == []


async def test_key_is_replaced_while_we_run(world: World, tmp_path: Path) -> None:
    key = tmp_path / "terminal.key"
    key.write_bytes(b"o" * 64)
    gas = await world.terminal(key=f"file:{key}")
    assert await gas.status() == NeedsAttention(("bad_credentials",))
    key.write_bytes((world.folder / "terminal.key").read_bytes())
    assert await gas.status() == Ready()


# Life of the driver


async def test_closed_in_the_middle_of_a_call(tmp_path: Path) -> None:
    async with raw_terminal(tmp_path, None) as (gas, server):
        asking = asyncio.create_task(gas.confirm_paid(ORDER, "wechat", "4200001234", 15400))
        await server.arrived.wait()
        await gas.aclose()
        answer = await asking
        assert isinstance(answer, Unreachable)
        assert answer.sent


async def test_used_before_open_and_after_close(world: World) -> None:
    gas = await world.terminal()
    await gas.aclose()
    assert await gas.quote(HERO) == Unreachable("the driver is closed", sent=False)
    assert isinstance(await gas.status(), Offline)
    await gas.open()
    await gas.open()
    assert isinstance(await gas.quote(HERO), Quote)


@pytest.mark.parametrize(
    "port",
    [
        "serial:///dev/ttyS0",
        "http://",
        "https://gas.example/menkou",
        "https://gas.example?x=1",
        "gas.example",
        "https://me@gas.example",
    ],
)
def test_port_that_is_no_company(tmp_path: Path, port: str) -> None:
    with pytest.raises(ValueError, match="is https://HOST"):
        terminal_for(tmp_path, port)


def test_account_numbers_in_the_clear_need_consent(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="plain_http"):
        terminal_for(tmp_path, "http://gas.example")
    terminal_for(tmp_path, "http://gas.example", plain_http=True)


@pytest.mark.parametrize("digits", [(0, 10), (10, 9), (1, 21)])
def test_impossible_account_shape(tmp_path: Path, digits: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="account_digits"):
        GasCompanyHttpSettings(terminal="HALL-01", key=Secret("env:X", tmp_path), account_digits=digits)


async def test_order_number_that_would_leave_its_path(gas: GasCompanyHttp) -> None:
    with pytest.raises(ValueError, match="order number"):
        await gas.query("../accounts/0100003862")
