"""A simulated receipt printer: `python -m drivers.escpos.simulator --books DIR [--pty] [--paper-mm 58]`.

It speaks ESC/POS on TCP (as network printers do on port 9100) or on a pseudo terminal (as serial ones do), prints at
a real speed on paper that can end, and keeps every slip: `slip-N.png` as it looks, `slip-N.bin` as it was sent, and its
text in the books. The hand's own routes: GET /paper.png (the last slip, or what is being printed), /slips,
/slips/N.png, /slips/N.bin.
"""

import argparse
import asyncio
import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from drivers.escpos.simulator_machine import FAULTS, Machine, Model
from drivers.escpos.simulator_paper import Piece
from drivers.escpos.simulator_wire import PtyWire, TcpWire, Wire
from kiosk.testing.babbling import Babbling
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main, open_books

_SCHEMA = """
CREATE TABLE IF NOT EXISTS slip(n INTEGER PRIMARY KEY, ended TEXT NOT NULL, text TEXT NOT NULL, mm REAL NOT NULL,
  ended_ms INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS oddity(at_ms INTEGER NOT NULL, what TEXT NOT NULL) STRICT;
"""


BUTTONS = (
    Button(label="Paper ends", group="Paper", action="paper_out"),
    Button(label="Paper near its end", group="Paper", action="near_end"),
    Button(label="New roll", group="Paper", action="refill"),
    Button(label="Open the cover", group="Cover and cutter", action="cover_open"),
    Button(label="Close the cover", group="Cover and cutter", action="cover_close"),
    Button(label="Jam the cutter", group="Cover and cutter", action="jam_cutter"),
    Button(label="Free the cutter", group="Cover and cutter", action="free_cutter"),
    Button(label="Break the mechanism", group="Cover and cutter", action="mechanical_error"),
    Button(label="Repair", group="Cover and cutter", action="repair"),
    Button(label="The paper ends", group="In the middle of the next slip", fault="paper_out_mid_slip"),
    Button(label="The cover opens", group="In the middle of the next slip", fault="cover_opened_mid_slip"),
    Button(label="The cable is pulled", group="In the middle of the next slip", fault="unplugged_mid_slip"),
    Button(label="The proof is lost", group="In the middle of the next slip", fault="lost_proof"),
    Button(label="Unplug", group="Cable", action="unplug"),
    Button(label="Plug in", group="Cable", action="plug"),
    Button(label="Power off", group="Cable", action="power_off"),
    Button(label="Power on", group="Cable", action="power_on"),
    Button(label="Slow: 20 mm/s", group="Cable", fault="slow"),
    Button(label="Cut the answer", group="Cable", fault="half_reply"),
    Button(label="Garble the answer", group="Cable", fault="garbage_reply"),
    Button(label="Lose the answer", group="Cable", fault="no_reply"),
    Button(label="Babble without end", group="Cable", action="babble"),
    Button(label="Be quiet", group="Cable", action="hush"),
)


def _keep(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


class Printer:
    """See the module; a `Simulator`."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._folder: Path = options.books
        self._books = open_books(self._folder, "printer", _SCHEMA)
        self._pty = bool(options.pty)
        self._paper_mm = int(options.paper_mm)
        self._encoding = options.encoding
        self._wire: Wire = PtyWire(self._folder.absolute() / "printer.tty") if self._pty else TcpWire(options.port)
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        model = Model(
            paper_mm=self._paper_mm,
            encoding=options.encoding,
            mm_per_s=options.mm_per_s,
            buffer_bytes=options.buffer_bytes,
            presenter=options.presenter,
            gs_h=not options.no_gs_h,
            gs_i=not options.no_gs_i,
        )
        self._machine = Machine(model, self.faults, self.talk, self)
        self._wire.on_data = self._machine.receive
        self._babbling = Babbling(self._wire.pour)
        self._run: asyncio.Task[None] | None = None
        self._strikes: set[asyncio.Task[Json]] = set()
        self.actions: Mapping[str, Action] = {
            "paper_out": self._set(paper_out=True),
            "near_end": self._set(near_end=True),
            "refill": self._refill,
            "cover_open": self._set(cover_open=True),
            "cover_close": self._set(cover_open=False),
            "jam_cutter": self._set(cutter_error=True, cutter_blocked=True),
            "free_cutter": self._set(cutter_blocked=False),
            "mechanical_error": self._set(mechanical_error=True),
            "repair": self._set(mechanical_error=False, cutter_error=False, cutter_blocked=False),
            "head_hot": self._set(head_hot=True),
            "head_cool": self._set(head_hot=False),
            "tear": self._set(slip_in_exit=False),
            "power_off": self._power_off,
            "power_on": self._power_on,
            "unplug": self._unplug,
            "plug": self._plug,
            "unstall": self._unstall,
            "babble": self._babble,
            "hush": self._hush,
        }

    async def start(self) -> Json:
        """See `Simulator`."""
        self._run = asyncio.create_task(self._machine.run())
        settings: Json = {"paper_mm": self._paper_mm, "encoding": self._encoding}
        return {"port": await self._wire.plug(), "settings": settings}

    async def stop(self) -> None:
        """See `Simulator`."""
        self._babbling.end()
        await self._wire.unplug()
        if self._run is not None:
            await self._machine.stop(self._run)
        self._books.close()

    def books(self) -> Json:
        """Every slip with its text, what hangs out unfinished, what no sensible terminal sends, and the sensors."""
        rows = self._books.execute("SELECT * FROM slip ORDER BY n").fetchall()
        oddities = [row["what"] for row in self._books.execute("SELECT what FROM oddity ORDER BY rowid")]
        return {
            "slips": [
                {
                    "n": row["n"],
                    "ended": row["ended"],
                    "text": json.loads(row["text"]),
                    "mm": row["mm"],
                    "png": f"slip-{row['n']}.png",
                    "bin": f"slip-{row['n']}.bin",
                }
                for row in rows
            ],
            "unfinished": list(self._machine.paper.text),
            "oddities": oddities,
            "state": self._state(),
        }

    def _state(self) -> Json:
        names = ("powered", "paper_out", "near_end", "cover_open", "cutter_error", "mechanical_error", "head_hot")
        seen = {name: getattr(self._machine, name) for name in (*names, "slip_in_exit", "offline")}
        return {"plugged": self._wire.plugged, **seen}

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`."""

        async def slips(_: web.Request) -> web.Response:
            return web.json_response(self.books()["slips"])

        async def kept(request: web.Request) -> web.StreamResponse:
            n, kind = request.match_info["n"], request.match_info["kind"]
            path = self._folder / f"slip-{n}.{kind}"
            if not path.is_file():
                raise BadRequestError(f"no slip {n}")
            return web.Response(
                body=path.read_bytes(), content_type="image/png" if kind == "png" else "application/octet-stream"
            )

        async def paper(_: web.Request) -> web.Response:
            last = self._books.execute("SELECT max(n) FROM slip").fetchone()[0]
            if self._machine.paper.touched or last is None:
                return web.Response(body=self._machine.paper.peek().png(), content_type="image/png")
            return web.Response(body=(self._folder / f"slip-{last}.png").read_bytes(), content_type="image/png")

        app.add_routes(
            [
                web.get("/slips", slips),
                web.get(r"/slips/{n:\d+}.{kind:png|bin}", kept),
                web.get("/paper.png", paper),
            ]
        )

    # -- what the machine tells -------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """See `Surroundings`."""
        self._wire.send(data)

    def hold(self, on: bool) -> None:
        """See `Surroundings`."""
        self._wire.hold(on)

    def keep(self, piece: Piece, raw: bytes, how: str) -> None:
        """See `Surroundings`: the files first, then the row that names them."""
        n = int(self._books.execute("SELECT coalesce(max(n), 0) + 1 FROM slip").fetchone()[0])
        _keep(self._folder / f"slip-{n}.png", piece.png())
        _keep(self._folder / f"slip-{n}.bin", raw)
        self._books.execute(
            "INSERT INTO slip VALUES (?, ?, ?, ?, ?)",
            (n, how, json.dumps(piece.text, ensure_ascii=False), piece.mm, time.time_ns() // 1_000_000),
        )

    def note(self, what: str) -> None:
        """See `Surroundings`."""
        self._books.execute("INSERT INTO oddity VALUES (?, ?)", (time.time_ns() // 1_000_000, what))

    def strike(self, mishap: str) -> None:
        """See `Surroundings`."""
        match mishap:
            case "paper_out_mid_slip":
                self._machine.paper_out = True
                self._machine.changed()
            case "cover_opened_mid_slip":
                self._machine.cover_open = True
                self._machine.changed()
            case "power_off_mid_slip":
                self._machine.power(on=False)
                self._later(self._power_off)
            case _:
                self._later(self._unplug)

    def _later(self, action: Action) -> None:
        task = asyncio.ensure_future(action({}))
        self._strikes.add(task)
        task.add_done_callback(self._strikes.discard)

    # -- the hand ---------------------------------------------------------------------------------------------------

    def _set(self, **sensors: bool) -> Action:
        async def act(_: Json) -> Json:
            for name, value in sensors.items():
                setattr(self._machine, name, value)
            self._machine.changed()
            return self._state()

        return act

    async def _refill(self, _: Json) -> Json:
        self._machine.refill()
        return self._state()

    async def _power_off(self, _: Json) -> Json:
        """A network printer disappears; a serial one falls silent."""
        self._machine.power(on=False)
        if not self._pty:
            await self._wire.unplug()
        return self._state()

    async def _power_on(self, _: Json) -> Json:
        self._machine.power(on=True)
        await self._wire.plug()
        return self._state()

    async def _unplug(self, _: Json) -> Json:
        await self._wire.unplug()
        return self._state()

    async def _plug(self, _: Json) -> Json:
        await self._wire.plug()
        return self._state()

    async def _babble(self, _: Json) -> Json:
        self._babbling.begin()
        return self._state()

    async def _hush(self, _: Json) -> Json:
        self._babbling.end()
        return self._state()

    async def _unstall(self, _: Json) -> Json:
        self._machine.unstall()
        return self._state()


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--pty", action="store_true", help="a serial printer on a pseudo terminal instead of TCP")
    parser.add_argument("--paper-mm", type=int, choices=(58, 80), default=80)
    parser.add_argument("--encoding", choices=("gb18030", "utf-8"), default="gb18030", help="of the Chinese mode")
    parser.add_argument("--mm-per-s", type=float, default=150.0, help="printing speed")
    parser.add_argument("--buffer-bytes", type=int, default=65536, help="receive buffer; when full, it stops reading")
    parser.add_argument("--presenter", action="store_true", help="keeps the slip in its exit until it is taken")
    parser.add_argument("--no-gs-h", action="store_true", help="a model without GS ( H")
    parser.add_argument("--no-gs-i", action="store_true", help="a model that takes GS I for a letter to print")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main("A simulated ESC/POS receipt printer", Printer, more_options, BUTTONS)
