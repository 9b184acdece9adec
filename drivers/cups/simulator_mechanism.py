"""The printer's inside: sheets go through it one by one, unless something is in the way.

`ippeveprinter` is the printer's face on the network; for each job it runs `simulator_command.py`, which asks here. So
what the face says of sheets and troubles comes from here, in its own language (`STATE:`, `ATTR:`).
"""

import asyncio
import contextlib
import json
import math
import shutil
import sqlite3
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp
import pypdfium2

from drivers.cups import simulator_wire as wire
from kiosk.testing.simulator import Faults, Json

SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
  n INTEGER PRIMARY KEY, key TEXT, pages INTEGER, copies INTEGER, sides TEXT, color TEXT, sheets INTEGER, ended TEXT,
  pdf TEXT, began_ms INTEGER
) STRICT;
"""
TROUBLES = {
    "sheets_out": "media-empty",
    "jammed": "media-jam",
    "door_open": "cover-open",
    "toner_out": "toner-empty",
    "tray_out": "input-tray-missing",
}
WARNINGS = {"sheets_low": "media-low", "toner_low": "toner-low"}
HAND = "hand"
"""The name of jobs by which the hand changes what the printer says while it is idle."""
MID_JOB = ("paper_out_mid_job", "jam_mid_job", "power_off_mid_job", "queue_stopped_mid_job", "queue_killed_mid_job")
_LOOK_S = 0.05
_LOOKS = 60
_TRAYS = "&".join(f"size{n}=iso_a4_210x297mm&level{n}=250" for n in range(8))

Strike = Callable[[str], Awaitable[None]]


class Cancelled(Exception):
    """The network face has been told to end the job."""


class Mechanism:
    """See the module."""

    def __init__(self, folder: Path, books: sqlite3.Connection, faults: Faults, strike: Strike, sheet_s: float) -> None:
        """`strike` does what a fault in the middle of a job does beyond the mechanism (power, queue)."""
        self.folder = folder
        self.sensors = dict.fromkeys((*TROUBLES, *WARNINGS), False)
        self.printer_url = ""
        self._books = books
        self._faults = faults
        self._strike = strike
        self._sheet_s = sheet_s
        self._changed = asyncio.Event()
        self._told: set[str] = set()
        self._command: asyncio.StreamWriter | None = None
        self._server: asyncio.Server | None = None
        self._web: aiohttp.ClientSession | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self, socket: Path, printer_url: str) -> None:
        """Listen for the commands of the printer's face at `printer_url`."""
        self.printer_url = printer_url
        self._web = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3))
        self._server = await asyncio.start_unix_server(self._begin, str(socket))

    async def stop(self) -> None:
        """Listen no more. The face must be down by now: its commands end with it."""
        if self._server is not None:
            self._server.close()
        await asyncio.gather(*self._serving, return_exceptions=True)
        if self._web is not None:
            await self._web.close()

    def jobs(self) -> list[Json]:
        """Everything that came into the printer."""
        return [dict(row) for row in self._books.execute("SELECT * FROM job ORDER BY n")]

    async def set(self, **sensors: bool) -> None:
        """Something changes in or at the printer; its face says so."""
        self.sensors.update(sensors)
        await self.tell()
        self._changed.set()

    async def tell(self, powered_anew: bool = False) -> None:
        """Bring what the face says up to date."""
        if powered_anew:
            self._told = set()
        wanted = {word for sensor, word in (TROUBLES | WARNINGS).items() if self.sensors[sensor]}
        if wanted == self._told:
            return
        if self._command is not None:
            self._say(f"STATE: {','.join(sorted(wanted)) or 'none'}")
            self._told = wanted
            return
        # A face that is out of paper runs no command, so its tray is filled first, by its own web form.
        if "media-empty" in self._told:
            await self._get(f"/media?{_TRAYS}")
            self._told.discard("media-empty")
        if wanted != self._told:
            if not await self._post(wire.print_nothing(self._uri, HAND)):
                return  # it is off, and says all anew when it comes back
            for _ in range(_LOOKS):
                if wanted == self._told and wire.idle(await self._post(wire.ask_printer(self._uri))):
                    return
                await asyncio.sleep(_LOOK_S)

    @property
    def _uri(self) -> str:
        return f"ipp{self.printer_url.removeprefix('http')}/ipp/print"

    async def _get(self, path: str) -> None:
        if self._web is not None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self._web.get(self.printer_url + path) as answer:
                    await answer.read()

    async def _post(self, data: bytes) -> bytes:
        if self._web is not None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self._web.post(
                    f"{self.printer_url}/ipp/print", data=data, headers={"Content-Type": "application/ipp"}
                ) as answer:
                    return await answer.read()
        return b""

    def _say(self, line: str) -> None:
        if self._command is not None:
            self._command.write(f"{line}\n".encode())

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._command = writer
        number: int | None = None
        ended = "power lost"
        try:
            asked = json.loads(await reader.readline())
            about = asked["about"]
            wanted = {word for sensor, word in (TROUBLES | WARNINGS).items() if self.sensors[sensor]}
            self._say(f"STATE: {','.join(sorted(wanted)) or 'none'}")
            self._told = wanted
            if about.get("IPP_JOB_NAME") != HAND:
                number = self._enter(Path(asked["file"]), about)
                ended = await self._through(number, int(about.get("IPP_JOB_ID", "0")), reader)
            self._say(f"EXIT: {int(ended == 'aborted')}")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._command = None
            if number is not None:
                self._books.execute("UPDATE job SET ended = ? WHERE n = ?", (ended, number))
            writer.close()

    def _enter(self, document: Path, about: Json) -> int:
        n = int(self._books.execute("SELECT coalesce(max(n), 0) + 1 FROM job").fetchone()[0])
        kept = self.folder / f"job-{n}.pdf"
        shutil.copyfile(document, kept)
        self._books.execute(
            "INSERT INTO job VALUES (?, ?, ?, ?, ?, ?, 0, '', ?, ?)",
            (
                n,
                about.get("IPP_JOB_NAME", ""),
                count_pages(kept),
                int(about.get("IPP_COPIES", "1")),
                about.get("IPP_SIDES", "one-sided"),
                about.get("IPP_PRINT_COLOR_MODE", ""),
                kept.name,
                time.time_ns() // 1_000_000,
            ),
        )
        return n

    async def _through(self, n: int, face_job: int, reader: asyncio.StreamReader) -> str:
        """One job through the paper path; how it ended."""
        row = self._books.execute("SELECT * FROM job WHERE n = ?", (n,)).fetchone()
        two_sided = row["sides"] != "one-sided"
        sheets = row["copies"] * (math.ceil(row["pages"] / 2) if two_sided else row["pages"])
        gone = asyncio.ensure_future(reader.read())
        try:
            for sheet in range(1, sheets + 1):
                if sheet == 1 and self._faults.take("abort_job"):
                    return "aborted"
                await self._mishaps(sheet, sheets)
                await self._until_clear(face_job, gone)
                slow = self._faults.take("slow_printer")
                await self._pause(float(slow.more.get("seconds", 3)) if slow else self._sheet_s, face_job, gone)
                self._books.execute("UPDATE job SET sheets = ? WHERE n = ?", (sheet, n))
                impressions = min(sheet * 2, row["pages"] * row["copies"]) if two_sided else sheet
                self._say(f"ATTR: job-impressions-completed={impressions}")
        except Cancelled:
            return "canceled"
        finally:
            gone.cancel()
        return "printed"

    async def _mishaps(self, sheet: int, sheets: int) -> None:
        """What is armed for the middle of a job: after its first sheet, or before the only one."""
        if sheet != min(2, sheets):
            return
        if self._faults.take("paper_out_mid_job"):
            await self.set(sheets_out=True)
        if self._faults.take("jam_mid_job"):
            await self.set(jammed=True)
        for name in MID_JOB[2:]:
            if self._faults.take(name):
                await self._strike(name)

    async def _until_clear(self, face_job: int, gone: "asyncio.Future[bytes]") -> None:
        while any(self.sensors[sensor] for sensor in TROUBLES):
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), _LOOK_S * 4)
            await self._check(face_job, gone)

    async def _pause(self, seconds: float, face_job: int, gone: "asyncio.Future[bytes]") -> None:
        ends = asyncio.get_running_loop().time() + seconds
        while True:
            await self._check(face_job, gone)
            left = ends - asyncio.get_running_loop().time()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK_S * 4))

    async def _check(self, face_job: int, gone: "asyncio.Future[bytes]") -> None:
        """Raises where the power is off or the job is cancelled: a real printer stops feeding then."""
        if gone.done():
            raise ConnectionResetError
        with contextlib.suppress(wire.Unreadable):
            answer = await self._post(wire.ask_job(self._uri, face_job))
            if ("job-state-reasons", "processing-to-stop-point") in list(wire.pairs(answer)):
                raise Cancelled


def count_pages(pdf: Path) -> int:
    """The pages of a document; one for what is none, as a printer that prints its letters would."""
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError:
        return 1
    pages = len(document)
    document.close()
    return pages
