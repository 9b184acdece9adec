"""The simulated terminal by itself: both dialects byte by byte, its hand, its talk, and books that survive a kill."""

import asyncio
import json
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession

from drivers.transbank_pos.simulator import BUTTONS
from drivers.transbank_pos.simulator_wire import Command, Frames, pack
from kiosk.ports.port import Port, open_port
from kiosk.testing.simulator import BadRequestError, Json
from tests.transbank_pos.conftest import Build, Counter

ACK, NAK = b"\x06", b"\x15"


class Register:
    """Somebody else's register: it sends a frame and takes what comes, byte by byte."""

    def __init__(self, port: Port) -> None:
        self._port = port
        self._held = b""

    async def send(self, text: str) -> None:
        await self._port.write(pack(text), 1)

    async def raw(self, data: bytes) -> None:
        await self._port.write(data, 1)

    async def byte(self) -> bytes:
        """The next byte."""
        while not self._held:
            self._held = await self._port.read(5)
            assert self._held, "nothing came"
        first, self._held = self._held[:1], self._held[1:]
        return first

    async def frame(self) -> str:
        """The next frame's text, acknowledged."""
        data = await self.byte()
        assert data == b"\x02"
        while not data.endswith(b"\x03"):
            data += await self.byte()
        data += await self.byte()
        [command] = Frames().split(data)
        assert isinstance(command, Command)
        assert command.good
        await self._port.write(ACK, 1)
        return command.text

    async def asks(self, text: str) -> str:
        """The answer to a command."""
        await self.send(text)
        assert await self.byte() == ACK
        return await self.frame()

    async def nothing_comes(self) -> None:
        assert not self._held
        assert await self._port.read(0.1) == b""


async def register_at(counter: Counter) -> Register:
    port = await open_port(counter.announced["port"])
    counter.leave(port.aclose)
    return Register(port)


async def test_the_unattended_dialect(build: Build) -> None:
    counter = await build("--ack-wait-s", "5")
    register = await register_at(counter)
    await register.send("0100")
    assert await register.byte() == ACK
    assert await register.asks("0250|0") == "0260|11"
    assert await register.asks("0200|000005000|ABC123|1|1") == "0900|78"
    await counter.press("insert")
    assert await register.frame() == "0900|81"
    await counter.press("pin")
    assert await register.frame() == "0900|82"
    await counter.press("approve")
    answer = (await register.frame()).split("|")
    assert len(answer) == 20
    assert answer[:5] == ["0210", "00", "597000000001", "70012345", "ABC123"]
    assert (answer[6], answer[7], answer[8], answer[9]) == ("5000", "1234", "000001", "CR")
    assert len(answer[15]) % 40 == 0
    assert "TICKET ABC123" in answer[15]
    last = (await register.asks("0250|0")).split("|")
    assert (last[0], last[1:9], last[15]) == ("0260", answer[1:9], "")
    assert (await register.asks("1200")).split("|")[:2] == ["1210", "00"]
    assert (await register.asks("1200")).split("|")[:2] == ["1210", "04"]
    assert (await register.asks("0500|1")).split("|")[:2] == ["0510", "00"]
    assert await register.asks("0250|0") == "0260|11"
    assert (await register.asks("1200")).split("|")[:2] == ["1210", "05"]
    assert (await register.asks("0800")).split("|")[:2] == ["0810", "00"]
    await register.send("0070")
    assert await register.byte() == ACK
    assert (await register.asks("0080")).split("|")[:2] == ["1080", "90"]
    assert counter.oddities == []


async def test_the_integrated_dialect(build: Build) -> None:
    counter = await build("--ack-wait-s", "5")
    register = await register_at(counter)
    await register.send("0300")
    assert await register.byte() == ACK
    await register.send("0200|5000|ABC123|||0|")
    assert await register.byte() == ACK
    paying = asyncio.create_task(counter.hand("pay"))
    answer = (await register.frame()).split("|")
    assert (await paying)["paid"]
    assert len(answer) == 19
    assert (answer[4], answer[6], answer[9], answer[10], answer[11]) == ("ABC123", "5000", "1234", "000001", "CR")
    await register.send("0270|6000|ABC124|||0|597029414301|")
    assert await register.byte() == ACK
    paying = asyncio.create_task(counter.hand("pay", kind="debit"))
    answer = (await register.frame()).split("|")
    assert (await paying)["paid"]
    assert (answer[0], answer[2], answer[21]) == ("0271", "597029414301", "597029414301")
    assert (await register.asks("0250|")).split("|")[10] == "000002"
    assert await register.asks("0700||") == "0710|00|2|11000"
    rows = [(await register.asks("0260|1|")).split("|")]
    while rows[-1][5]:
        rows.append((await register.frame()).split("|"))
    assert [row[4] for row in rows] == ["ABC123", "ABC124", ""]
    await register.send("0260|0|")
    assert await register.byte() == ACK
    assert (await register.asks("1200|1|")).split("|")[:2] == ["1210", "00"]
    assert (await register.asks("1200|2|")).split("|")[:2] == ["1210", "08"]
    assert (await register.asks("1200|9|")).split("|")[:2] == ["1210", "05"]
    assert (await register.asks("0500||")).split("|")[:2] == ["0510", "00"]


@pytest.mark.parametrize(
    "request_",
    ["0200|0|T1|0|0", "0200|-5|T1|0|0", "0200|5.0|T1|0|0", "0200|50||0|0", f"0200|50|{'T' * 21}|0|0", "0200"],
)
async def test_a_sale_that_makes_no_sense_is_refused(counter: Counter, request_: str) -> None:
    register = await register_at(counter)
    assert (await register.asks(request_)).split("|")[1] == "20"
    assert counter.sales == []


async def test_bytes_that_are_no_command(counter: Counter) -> None:
    register = await register_at(counter)
    await register.raw(b"\x00\xff\x03" + pack("0200|1")[:5] + pack("0100"))
    assert await register.byte() == ACK
    await register.raw(pack("0100")[:-1] + b"\x00")
    assert await register.byte() == NAK
    await register.send("0999")
    assert await register.byte() == NAK
    await register.raw(b"\x02" + b"9" * 2000)
    await register.nothing_comes()


async def test_while_a_sale_runs_nothing_else_is_answered(counter: Counter) -> None:
    register = await register_at(counter)
    await register.send("0200|50|T1|0|0")
    assert await register.byte() == ACK
    await counter.terminal.until(lambda: counter.terminal.wants("insert"))
    await register.send("0100")
    await register.send("1200")
    await register.nothing_comes()
    assert counter.oddities == ["1200 while a sale runs"]
    await counter.hand("cancel")
    assert (await register.frame()).split("|")[1] == "07"


async def test_an_answer_is_said_three_times_to_a_register_that_does_not_acknowledge(counter: Counter) -> None:
    port = await open_port(counter.announced["port"])
    counter.leave(port.aclose)
    await port.write(pack("0250|0"), 1)
    await counter.quiet()
    heard = b""
    while data := await port.read(0.1):
        heard += data
    assert heard == ACK + pack("0260|11") * 3


async def test_the_hand(counter: Counter) -> None:
    assert not (await counter.hand("pay"))["paid"]
    for key in ("insert", "tap", "pin", "wrong_pin", "approve", "decline", "cancel", "remove"):
        assert not (await counter.hand(key))["done"]
    with pytest.raises(BadRequestError):
        await counter.hand("insert", kind="gold")
    with pytest.raises(BadRequestError):
        await counter.hand("reverse")
    driver = counter.driver(answer_seconds=60)
    await counter.begun(driver)
    await counter.press("insert", kind="debit", last_four="9876")
    with pytest.raises(BadRequestError):
        await counter.hand("insert")
    await counter.press("wrong_pin")
    await counter.press("pin")
    await counter.press("approve")
    await counter.quiet()
    assert (await counter.hand("remove"))["done"]
    [sale] = counter.sales
    assert (sale["card"], sale["kind"]) == ("**** 9876", "debit")
    assert counter.machine.books()["state"]["phase"] == "idle"


async def test_the_talk_tells_both_directions_in_words(counter: Counter) -> None:
    driver = counter.driver(answer_seconds=60)
    attempt = await counter.begun(driver)
    await counter.hand("pay")
    await counter.quiet()
    lines = [(line["direction"], line["what"]) for line in counter.machine.talk.after(0)["lines"]]
    assert ("heard", f"0200 sale of 12840 with ticket {attempt.key}") in lines
    assert ("said", "0900 progress: 78 waiting for a card") in lines
    assert ("said", f"0210 sale: 00 approved, ticket {attempt.key}, 12840") in lines


async def test_books_survive_a_kill_right_after_the_approval(tmp_path: Path) -> None:
    books = tmp_path / "books"
    for attempt in (1, 2):
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "drivers.transbank_pos.simulator",
                "--books",
                str(books),
                "--new",
                "--pause-s",
                "0",
            ),
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        announced: Json = json.loads(await process.stdout.readline())
        port = await open_port(announced["port"])
        register = Register(port)
        if attempt == 1:
            await register.send("0200|50|T1|0|0")
            assert await register.byte() == ACK
            await _pay(announced["control"])
            assert (await register.frame()).startswith("0210|00")
        else:
            assert (await register.asks("0250|0")).split("|")[4] == "T1"
        await port.aclose()
        process.kill()
        await process.wait()


async def _pay(control: str) -> None:
    async with ClientSession() as session, session.post(f"{control}/do/pay", json={}) as answer:
        assert (await answer.json())["paid"]


async def test_every_fault_and_button_exists(build: Build) -> None:
    counter = await build()
    for button in BUTTONS:
        assert (button.action in counter.machine.actions) or (button.fault in counter.machine.faults.known)
