"""The simulator as a program of its own, worked by hand over its control interface."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from kiosk.devices.gas import Cancelled, Delivered, Opened, Quote, Refused, Unreachable
from kiosk.devices.health import Offline, Ready
from kiosk.testing.http_peer import HTTP_FAULTS
from tests.gas_company_http.conftest import HERO, opened, quoted, settings_of

MODULE = "drivers.gas_company_http.simulator"


class Program:
    """A running simulator, the hand at its control interface, and a terminal."""

    def __init__(self, process: asyncio.subprocess.Process, announced: dict[str, Any]) -> None:
        self.process = process
        self.announced = announced
        self.gas = GasCompanyHttp("gas", announced["port"], settings_of(announced))

    async def hand(self, path: str, content: object = None) -> Any:
        method = "GET" if content is None else "POST"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, self.announced["control"] + path, json=content) as response,
        ):
            return await response.json()


@asynccontextmanager
async def running(books: Path) -> AsyncIterator[Program]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", MODULE, "--books", str(books), "--until-eof"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = await process.stdout.readline()
        assert line, (await process.stderr.read()).decode()
        program = Program(process, json.loads(line))
        await program.gas.open()
        yield program
        await program.gas.aclose()
    finally:
        if process.returncode is None:
            process.terminate()
        assert await process.stderr.read() == b""
        await process.wait()


async def test_a_bill_is_paid_and_the_hand_sees_the_books(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        gas = program.gas
        assert await gas.status() == Ready()
        order = await opened(gas)
        await program.hand("/do/add_debt", {"account": "0100006013", "volume_m3": "4"})
        assert (await quoted(gas, "0100006013")).total_fen == 1100
        await program.hand("/faults", {"name": "lost_answer", "path": "/v1/orders/T07K20000011/payment"})
        assert isinstance(await gas.confirm_paid("T07K20000011", "wechat", "42", order.due_fen), Unreachable)
        assert isinstance(await gas.query("T07K20000011"), Delivered)
        books = await program.hand("/books")
        assert books["orders"]["T07K20000011"]["paid_fen"] == 15400
        assert books["accounts"][HERO] == {"arrears_fen": 0, "settled_by": ["T07K20000011"]}
        households = (await program.hand("/do/households", {}))["households"]
        assert {household["meter_kind"] for household in households} == {"postpaid", "remote", "card"}


async def test_the_cable_is_pulled_and_put_back(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        await program.hand("/do/unplug", {})
        assert isinstance(await program.gas.status(), Offline)
        assert await program.gas.quote(HERO) == Unreachable("no connection: ClientConnectorError", sent=False)
        await program.hand("/do/plug", {})
        assert isinstance(await program.gas.quote(HERO), Quote)


async def test_company_is_killed_and_keeps_its_books_and_key(tmp_path: Path) -> None:
    async with running(tmp_path) as program:
        order = await opened(program.gas)
        assert await program.gas.cancel("T07K20000029", "left") == Cancelled()
        program.process.send_signal(signal.SIGKILL)
        await program.process.wait()
        key = program.announced["settings"]["key"]
    async with running(tmp_path) as program:
        assert program.announced["settings"]["key"] == key
        assert await program.gas.query("T07K20000011") == order
        quote = await quoted(program.gas, "0100004711")
        assert await program.gas.open_order("T07K20000029", "0100004711", quote.quote_id) == Refused("not_accepted")
        assert isinstance(await program.gas.open_order("T07K20000037", "0100004711", quote.quote_id), Opened)


@pytest.mark.parametrize(
    ("path", "content", "error"),
    [
        ("/do/add_debt", {"account": "1"}, "no account '1'"),
        ("/do/pay_elsewhere", {}, "no account ''"),
        ("/do/add_debt", {"account": HERO, "volume_m3": "-3"}, "decimal text"),
        ("/do/add_debt", {"account": HERO, "late_fee_fen": 1.5}, "whole number"),
        ("/faults", {"name": "earthquake"}, "no fault 'earthquake'"),
    ],
)
async def test_the_hand_slips(tmp_path: Path, path: str, content: dict[str, Any], error: str) -> None:
    async with running(tmp_path) as program:
        assert error in (await program.hand(path, content))["error"]
        known = (await program.hand("/faults"))["known"]
        assert set(HTTP_FAULTS) < set(known)
