"""A simulated bank with its library: `python -m drivers.vendor_library.simulator --books DIR`.

It compiles a small C library of the UnionPay MIS-POS shape into DIR (it needs a C compiler) and is what that library
asks: the card terminal with the resident at it, the bank behind it, and everything such a library does wrong. A sale
waits for `pay`, `decline` or `cancel`; nobody acts: it gives up after its own time.
"""

import argparse
import asyncio
import contextlib
import shutil
import struct
import subprocess
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from aiohttp import web

from drivers.vendor_library.simulator_books import Books
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main

CANCELLED, DECLINED, UNKNOWN_SALE, TOO_MUCH, NOT_ALLOWED = "XC", "51", "25", "61", "57"
FAULTS = {
    "crash": "it takes the money, and the library crashes",
    "crash_before": "the library crashes before anything is asked of the bank",
    "hang": "it takes the money, and the library never comes back",
    "hang_before": "the library never comes back, and nothing was asked",
    "ends": "it takes the money, and the library ends the process it lives in",
    "bank_timeout": "it takes the money, and the library returns -3",
    "no_answer_code": "nothing is asked, and the library returns -4",
    "wrong_digits": "the answer echoes other digits",
    "wrong_amount": "it takes 1 fen too much",
    "declined": "the bank declines the card",
    "no_return": "the bank refuses to give back",
    "short": "half an answer",
    "garbage": "an answer of random letters",
    "prints": "the library prints to standard output",
    "slow": "the answer comes after `seconds`",
}
BUTTONS = (
    Button(label="Pay: card, PIN, approved", group="Card", action="pay"),
    Button(label="Decline", group="Bank", action="decline"),
    Button(label="Red key: cancel", group="Card", action="cancel"),
    Button(label="Somebody rings up a sale", group="Terminal", action="other_sale"),
    Button(label="Takes the money, then the library crashes", group="Library", fault="crash"),
    Button(label="The library crashes at once", group="Library", fault="crash_before"),
    Button(label="Takes the money, then the library hangs", group="Library", fault="hang"),
    Button(label="The library hangs at once", group="Library", fault="hang_before"),
    Button(label="Takes the money, then the library ends its process", group="Library", fault="ends"),
    Button(label="Takes the money, then a time-out at the bank", group="Bank", fault="bank_timeout"),
    Button(label="An error that says nothing", group="Library", fault="no_answer_code"),
    Button(label="An answer for somebody else", group="Library", fault="wrong_digits"),
    Button(label="Takes a fen too much", group="Bank", fault="wrong_amount"),
    Button(label="The bank refuses the next void or refund", group="Bank", fault="no_return"),
    Button(label="The library prints", group="Library", fault="prints"),
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Slow: 5 s", group="Cable", fault="slow", more={"seconds": 5}),
    Button(label="Cut the next answer", group="Cable", fault="short"),
    Button(label="Garble the next answer", group="Cable", fault="garbage"),
)


class Ask:
    """A request as the bank reads it: positions counted by hand from the sheet."""

    def __init__(self, content: bytes) -> None:
        text = content.decode("ascii")
        self.kind = text[16:18]
        self.amount = int(text[18:30])
        self.voucher = text[50:56].strip()
        self.digits = text[56:59]
        self.whole = len(text) == 59


class Bank:
    """See the module; a `Simulator`."""

    def __init__(self, options: argparse.Namespace) -> None:
        folder: Path = options.books
        self._folder = folder.absolute()
        self._library = self._folder / "libsimulatedbank.so"
        self._wait_s = float(options.card_wait_s)
        self._books = Books(folder)
        self._server: asyncio.Server | None = None
        self._resident: asyncio.Future[str] | None = None
        self.waiting = asyncio.Event()
        """Set while a sale waits for a card."""
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self.actions: Mapping[str, Action] = {
            "pay": self._acts("00"),
            "decline": self._acts(DECLINED),
            "cancel": self._acts(CANCELLED),
            "other_sale": self._other_sale,
            "unplug": self._unplug,
            "plug": self._plug,
        }

    async def start(self) -> Json:
        """See `Simulator`. Raises `OSError` without a C compiler."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            raise OSError("no C compiler: the simulated bank's library cannot be made")
        source = Path(__file__).with_name("simulator_library.c")
        command = [compiler, "-shared", "-fPIC", "-O1", f"-DBANK_PORT={port}", "-o", str(self._library), str(source)]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
        return {"port": f"library://{self._library}", "settings": {}}

    async def stop(self) -> None:
        """See `Simulator`."""
        if self._server is not None:
            self._server.close()
        self._books.shut()

    def books(self) -> Json:
        """Every sale and how much of it went back."""
        waiting = self._resident is not None and not self._resident.done()
        return {**self._books.report(), "state": {"sale": "waits for a card" if waiting else "none"}}

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`; none."""

    # -- the hand ---------------------------------------------------------------------------------------------------

    def _acts(self, code: str) -> Action:
        async def act(_: Json) -> Json:
            resident = self._resident
            if resident is None or resident.done():
                return {"done": False, "paid": False, "reason": "no sale is waiting"}
            resident.set_result(code)
            return {"done": True, "paid": code == "00"}

        return act

    async def _other_sale(self, asked: Json) -> Json:
        """`amount` in fen: rung up at the card terminal by somebody."""
        amount = asked.get("amount", 777)
        if not isinstance(amount, int) or amount <= 0:
            raise BadRequestError("'amount' is a whole number of fen")
        return {"n": self._books.book("00", amount, "00", by="somebody")["n"]}

    async def _unplug(self, _: Json) -> Json:
        aside = self._library.with_suffix(".aside")
        if self._library.exists():
            self._library.rename(aside)
        return {"there": False}

    async def _plug(self, _: Json) -> Json:
        aside = self._library.with_suffix(".aside")
        if aside.exists():
            aside.rename(self._library)
        return {"there": True}

    # -- the bank ---------------------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            (size,) = struct.unpack(">I", await reader.readexactly(4))
            content = await reader.readexactly(size)
            ask = Ask(content)
            self.talk.heard(f"kind {ask.kind}, {ask.amount} fen", content)
            for verdict, more in await self._verdicts(ask):
                self.talk.said({"A": "an answer"}.get(verdict, f"verdict {verdict}"), more)
                number = struct.pack(">i", int(more)) if verdict == "R" else struct.pack(">I", len(more))
                writer.write(verdict.encode() + number + (more if verdict == "A" else b""))
            await writer.drain()
            await reader.read()  # the library hangs up, or dies
        writer.close()

    async def _verdicts(self, ask: Ask) -> list[tuple[str, bytes]]:
        for fault, verdict in (("crash_before", "C"), ("hang_before", "H")):
            if self.faults.take(fault):
                return [(verdict, b"")]
        if self.faults.take("no_answer_code"):
            return [("R", b"-4")]
        entry = await self._transaction(ask)
        if slow := self.faults.take("slow"):
            await asyncio.sleep(float(slow.more.get("seconds", 3)))
        for fault, verdict, more in (
            ("crash", "C", b""),
            ("hang", "H", b""),
            ("ends", "X", b""),
            ("bank_timeout", "R", b"-3"),
        ):
            if self.faults.take(fault):
                return [(verdict, more)]
        answer = self._answer(ask, *entry)
        if self.faults.take("wrong_digits"):
            answer = answer[:-3] + f"{(int(ask.digits) + 1) % 1000:03d}".encode()
        if self.faults.take("short"):
            answer = answer[: len(answer) // 2]
        if self.faults.take("garbage"):
            answer = b"~" * len(answer)
        printed = [("P", b"")] if self.faults.take("prints") else []
        return [*printed, ("A", answer)]

    async def _transaction(self, ask: Ask) -> tuple[str, int, int, str]:
        """Code, number, amount and time of what was done, or of what is told again."""
        if not ask.whole:
            return "30", 0, 0, ""
        match ask.kind:
            case "00":
                code = await self._at_the_terminal()
                if code == "00" and self.faults.take("declined"):
                    code = DECLINED
                amount = ask.amount + (1 if code == "00" and self.faults.take("wrong_amount") else 0)
                entry = self._books.book("00", amount, code)
                return code, entry["n"], amount, entry["at"]
            case "01" | "02":
                return self._back(ask)
            case "04":
                last = self._books.last()
                return ("00", last["n"], last["amount"], last["at"]) if last else (UNKNOWN_SALE, 0, 0, "")
            case _:
                return "30", 0, 0, ""

    def _back(self, ask: Ask) -> tuple[str, int, int, str]:
        sale = self._books.entry(int(ask.voucher)) if ask.voucher.isdecimal() else None
        if sale is None or sale["kind"] != "00" or sale["code"] != "00":
            return UNKNOWN_SALE, 0, 0, ""
        left = sale["amount"] - self._books.given_back(sale["n"])
        code = "00" if ask.amount <= left and (ask.kind == "02" or ask.amount == sale["amount"]) else TOO_MUCH
        if self.faults.take("no_return"):
            code = NOT_ALLOWED
        entry = self._books.book(ask.kind, ask.amount, code, of=sale["n"])
        return code, entry["n"], ask.amount, entry["at"]

    async def _at_the_terminal(self) -> str:
        self._resident = asyncio.get_running_loop().create_future()
        self.waiting.set()
        try:
            async with asyncio.timeout(self._wait_s):
                return await self._resident
        except TimeoutError:
            return CANCELLED
        finally:
            self.waiting.clear()

    def _answer(self, ask: Ask, code: str, n: int, amount: int, at: str) -> bytes:
        when = datetime.fromisoformat(at) if at else datetime.fromtimestamp(0).astimezone()
        parts = (
            *(code, "0105", "622202******1234".ljust(20), f"{n:06d}", f"{amount:012d}"),
            *("交易成功".encode("gbk").ljust(40), "898610000000001", "00000001", "000001"),
            *(f"{when:%m%d}", f"{when:%H%M%S}", f"{n:012d}", f"{n:06d}", f"{when:%m%d}", ask.digits),
        )
        return b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--card-wait-s", type=float, default=60.0, help="how long a sale waits for a card")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main("A simulated bank with its library", Bank, more_options, BUTTONS)
