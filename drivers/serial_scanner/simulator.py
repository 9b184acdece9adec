"""A simulated code scanner: `python -m drivers.serial_scanner.simulator --books DIR [--trigger honeywell]`.

A pseudo terminal as a scanner engine is seen on a serial cable. Somebody holds things under it: `show` with a `text`
(or `texts`, in one burst), `show_bill` with an `account`. It reads only while it is lit, and puts its light out after a
while; a `continuous` one is always lit. Its commands are read from the makers' pages afresh.
"""

import argparse
import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from kiosk.testing.babbling import Babbling
from kiosk.testing.cable import Cable
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main, open_books

SCHEMA = "CREATE TABLE IF NOT EXISTS reads (n INTEGER PRIMARY KEY, text TEXT NOT NULL, heard INTEGER NOT NULL) STRICT"
ON = {"honeywell": b"\x16T\x0d", "newland": b"~\x010000#SCNTRG1;\x03", "sunmi": b"#SCNTRG1\xfd\xdb", "datalogic": b"T"}
OFF = {"honeywell": b"\x16U\x0d", "newland": b"~\x010000#SCNTRG0;\x03", "sunmi": b"#SCNTRG0\xfd\xdc", "datalogic": b"X"}
ACK = {"newland": b"\x02\x010000#SCNTRG1\x06;\x03"}
SUFFIXES = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "none": b""}
BILL = "0100003862"

FAULTS = {
    "no_suffix": "the code comes without its end",
    "glued_ack": "an acknowledgement is glued before the code",
    "pieces": "the code comes in pieces of one byte, `seconds` (0.005) apart",
    "broken": "the code breaks off in the middle",
    "binary": "the code comes as bytes that are no letters",
    "control": "control characters stand in the code",
    "long": "a code of 20,000 characters comes instead",
    "twice": "the code is read twice",
    "slow": "the code comes after `seconds` (5)",
    "deaf": "the next command is not heard",
}
BUTTONS = (
    Button(label="Hold a bill under it", group="Code", action="show_bill"),
    Button(
        label="Hold something else under it", group="Code", action="show", more={"text": "https://example.com/?a=1"}
    ),
    Button(label="Hold a trap under it", group="Code", action="show", more={"text": "'; DROP TABLE orders; --"}),
    Button(label="Read it twice", group="Code", fault="twice"),
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Slow 5 s", group="Cable", fault="slow", more={"seconds": 5}),
    Button(label="Cut the next code", group="Cable", fault="broken"),
    Button(label="Garble the next code", group="Cable", fault="binary"),
    Button(label="Leave its end away", group="Cable", fault="no_suffix"),
    Button(label="Babble without end", group="Cable", action="babble"),
    Button(label="Be quiet", group="Cable", action="hush"),
)


class Scanner:
    """The engine, its cable and whoever holds something under it."""

    def __init__(self, options: argparse.Namespace) -> None:
        folder: Path = options.books
        self._books = open_books(folder, "scanner", SCHEMA)
        self._cable = Cable(folder.absolute() / "scanner.tty", 9600)
        self._cable.on_data = self._received
        self._trigger: str = options.trigger
        self._suffix = SUFFIXES[options.suffix]
        self._lit_s: float = options.lit_s
        self._heard = b""
        self._out: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._babbling = Babbling(self._cable.send)
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self.lit = options.trigger == "continuous"
        self.actions: Mapping[str, Action] = {
            "show": self._show,
            "show_bill": self._show_bill,
            "unplug": self._do(self._unplug),
            "plug": self._do(self._cable.plug),
            "babble": self._do(self._babbling.begin),
            "hush": self._do(self._babbling.end),
        }

    async def start(self) -> Json:
        """See `Simulator`."""
        known = {value: name for name, value in SUFFIXES.items()}
        return {"port": self._cable.plug(), "settings": {"trigger": self._trigger, "suffix": known[self._suffix]}}

    async def stop(self) -> None:
        """See `Simulator`."""
        self._babbling.end()
        self._dark()
        for task in self._sending:
            task.cancel()
        self._cable.unplug()
        self._books.close()

    def books(self) -> Json:
        """What was held under it, and whether it was read."""
        reads = [
            {"text": row["text"], "heard": bool(row["heard"])} for row in self._books.execute("SELECT * FROM reads")
        ]
        return {"reads": reads, "state": {"lit": self.lit, "plugged": self._cable.plugged}}

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`; none."""

    # The hand

    async def _show(self, asked: Json) -> Json:
        texts = asked.get("texts", [asked.get("text")])
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise BadRequestError("'text' is what the code says, or 'texts' what several say")
        self._cable.hear()  # the light may have to go out
        read = self.lit and self._cable.plugged
        self._books.executemany("INSERT INTO reads(text, heard) VALUES (?, ?)", [(text, read) for text in texts])
        if read:
            self._dark()  # one code for each command; one that reads on by itself reads several
            task = asyncio.create_task(self._read_out(texts))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return {"done": read}

    async def _show_bill(self, asked: Json) -> Json:
        return await self._show({"text": asked.get("account", BILL)})

    def _do(self, what: Callable[[], object]) -> Action:
        async def act(_: Json) -> Json:
            what()
            return {"done": True}

        return act

    def _unplug(self) -> None:
        self._cable.unplug()
        self._dark()  # its power comes by the cable

    # The engine

    async def _read_out(self, texts: list[str]) -> None:
        if slow := self.faults.take("slow"):
            await asyncio.sleep(float(slow.more.get("seconds", 5)))
        codes = [self._spoiled(text.encode()) for text in texts]
        for _ in range(2 if self.faults.take("twice") else 1):
            self.talk.said(f"a code of {len(texts[0])} characters" if len(texts) == 1 else f"{len(texts)} codes", b"")
            if pieces := self.faults.take("pieces"):
                for byte in b"".join(codes):
                    self._cable.send(bytes([byte]))
                    await asyncio.sleep(float(pieces.more.get("seconds", 0.005)))
            else:
                self._cable.send(b"".join(codes))
            await asyncio.sleep(0.01)

    def _spoiled(self, code: bytes) -> bytes:
        """The code with its end, as the armed faults have it."""
        end = self._suffix
        if self.faults.take("binary"):
            code = b"\xff\xfe\x80" + code[::-1]
        if self.faults.take("control"):
            code = code[:2] + b"\x1b\x07" + code[2:]
        if self.faults.take("long"):
            code = b"9" * 20_000
        if self.faults.take("broken"):
            code, end = code[: len(code) // 2], b""
        if self.faults.take("no_suffix"):
            end = b""
        if self.faults.take("glued_ack"):
            code = ACK.get(self._trigger, b"\x06") + code
        return code + end

    def _received(self, data: bytes) -> None:
        self._heard = (self._heard + data)[-64:]
        words = {table[self._trigger]: word for word, table in (("read", ON), ("stop", OFF)) if self._trigger in table}
        while said := [command for command in words if command in self._heard]:
            command = min(said, key=self._heard.index)
            word = words[command]
            self._heard = self._heard.split(command, 1)[1]
            self.talk.heard(word, command)
            if self.faults.take("deaf"):
                continue
            if word == "read":
                self._light()
            else:
                self._dark()

    def _light(self) -> None:
        self._dark()
        self.lit = True
        self._out = asyncio.get_running_loop().call_later(self._lit_s, self._dark)

    def _dark(self) -> None:
        if self._out is not None:
            self._out.cancel()
            self._out = None
        self.lit = self._trigger == "continuous"


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--trigger", choices=["continuous", *ON], default="honeywell")
    parser.add_argument("--suffix", choices=sorted(SUFFIXES), default="cr")
    parser.add_argument("--lit-s", type=float, default=5, help="the light goes out by itself after that")


if __name__ == "__main__":
    main("A simulated code scanner.", Scanner, more_options, BUTTONS)
