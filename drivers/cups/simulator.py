"""A print queue with a printer behind it: real CUPS, a real IPP printer, and a hand at paper, doors, power and cables.

`python -m drivers.cups.simulator --books FOLDER`. The terminal speaks IPP with `cupsd`, over a wire that tells every
word of it and can fail; `cupsd` speaks with `ippeveprinter`, over a cable that can be pulled. What comes out is kept,
page by page, until the folder is removed.
"""

import argparse
import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aiohttp
import pypdfium2
from aiohttp import web
from PIL import Image

from drivers.cups import simulator_wire
from drivers.cups.simulator_cable import Cable
from drivers.cups.simulator_daemons import QUEUE, DaemonError, Daemons
from drivers.cups.simulator_mechanism import SCHEMA, Mechanism
from kiosk.testing.http_peer import HTTP_FAULTS, WIRE_BUTTONS, HttpWire
from kiosk.testing.simulator import Action, BadRequestError, Button, Faults, Json, Talk, main, open_books

FAULTS = {
    **HTTP_FAULTS,
    "paper_out_mid_job": "the paper ends after the first sheet of a job, or before the only one",
    "jam_mid_job": "a sheet jams after the first of a job, or the only one",
    "power_off_mid_job": "the printer loses its power after the first sheet of a job, or before the only one",
    "queue_stopped_mid_job": "CUPS is stopped in the middle of a job, and started again",
    "queue_killed_mid_job": "CUPS dies in the middle of a job, and is started again",
    "abort_job": "the printer gives a job up before its first sheet",
    "slow_printer": "the next sheet takes `seconds`",
}

BUTTONS = (
    Button(label="Take the paper out", group="Paper", action="paper_out"),
    Button(label="New sheets", group="Paper", action="refill"),
    Button(label="Few sheets left", group="Paper", action="paper_low"),
    Button(label="Paper out in the middle", group="Paper", fault="paper_out_mid_job"),
    Button(label="Jam a sheet", group="Paper", action="jam"),
    Button(label="Clear the jam", group="Paper", action="clear_jam"),
    Button(label="Jam in the middle", group="Paper", fault="jam_mid_job"),
    Button(label="Pull the tray out", group="Paper", action="tray_out"),
    Button(label="Push the tray in", group="Paper", action="tray_in"),
    Button(label="Open the door", group="Printer", action="door_open"),
    Button(label="Close the door", group="Printer", action="door_close"),
    Button(label="Toner out", group="Printer", action="toner_out"),
    Button(label="New toner", group="Printer", action="toner_new"),
    Button(label="Next sheet takes 8 s", group="Printer", fault="slow_printer", more={"seconds": 8}),
    Button(label="Give the next job up", group="Printer", fault="abort_job"),
    Button(label="Hang the printer", group="Power", action="freeze"),
    Button(label="Let it go on", group="Power", action="thaw"),
    Button(label="Power off", group="Power", action="power_off"),
    Button(label="Power on", group="Power", action="power_on"),
    Button(label="Power off in the middle", group="Power", fault="power_off_mid_job"),
    Button(label="Pull the printer's cable", group="Power", action="unplug_printer"),
    Button(label="Plug the printer in", group="Power", action="plug_printer"),
    Button(label="Pause the queue", group="Queue", action="pause_queue"),
    Button(label="Resume the queue", group="Queue", action="resume_queue"),
    Button(label="Stop CUPS", group="Queue", action="stop_queue"),
    Button(label="Start CUPS", group="Queue", action="start_queue"),
    Button(label="CUPS restarts in the middle", group="Queue", fault="queue_stopped_mid_job"),
    Button(label="CUPS dies in the middle", group="Queue", fault="queue_killed_mid_job"),
    *WIRE_BUTTONS,
)
_DOTS_PER_POINT = 1.2
_SIDES_SHOWN = 6
_GAP = 8


class PrintShop:
    """See the module; a `Simulator`."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._folder: Path = options.books
        self._books = open_books(self._folder, "printer", SCHEMA)
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self.daemons = Daemons(self._folder, keep_documents=options.keep_documents)
        self._cable = Cable(self.daemons.printer_port)
        self.mechanism = Mechanism(self._folder, self._books, self.faults, self._strike, options.sheet_s)
        self._wire = HttpWire(self.faults, self.talk, self._pass_on, _explain, options.port)
        self._web: aiohttp.ClientSession | None = None
        self._strikes: set[asyncio.Task[None]] = set()
        self._frozen = False
        self.actions: Mapping[str, Action] = {
            **self._wire.actions,
            "paper_out": self._set(sheets_out=True),
            "paper_low": self._set(sheets_low=True),
            "refill": self._set(sheets_out=False, sheets_low=False),
            "jam": self._set(jammed=True),
            "clear_jam": self._set(jammed=False),
            "tray_out": self._set(tray_out=True),
            "tray_in": self._set(tray_out=False),
            "door_open": self._set(door_open=True),
            "door_close": self._set(door_open=False),
            "toner_out": self._set(toner_out=True),
            "toner_low": self._set(toner_low=True),
            "toner_new": self._set(toner_out=False, toner_low=False),
            "freeze": self._action(lambda: self._freeze(on=True)),
            "thaw": self._action(lambda: self._freeze(on=False)),
            "power_off": self._action(self._power_off),
            "power_on": self._action(self._power_on),
            "unplug_printer": self._action(self._cable.unplug),
            "plug_printer": self._action(self._cable.plug),
            "pause_queue": self._action(lambda: self.daemons.staff("cupsdisable", QUEUE)),
            "resume_queue": self._action(lambda: self.daemons.staff("cupsenable", QUEUE)),
            "reject_jobs": self._action(lambda: self.daemons.staff("cupsreject", QUEUE)),
            "accept_jobs": self._action(lambda: self.daemons.staff("cupsaccept", QUEUE)),
            "stop_queue": self._action(lambda: self._queue_down(kill=False)),
            "kill_queue": self._action(lambda: self._queue_down(kill=True)),
            "start_queue": self._action(self._queue_up),
        }

    async def start(self) -> Json:
        """See `Simulator`."""
        self._web = aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))
        await self._cable.plug()
        self.daemons.device_uri = f"ipp://127.0.0.1:{self._cable.port}/ipp/print"
        await self.mechanism.start(self.daemons.paper_socket, f"http://127.0.0.1:{self.daemons.printer_port}")
        await self.daemons.start()
        url = await self._wire.plug()
        settings: Json = {"queue_remembers": True}
        return {"port": f"ipp{url.removeprefix('http')}/printers/{QUEUE}", "settings": settings}

    async def stop(self) -> None:
        """See `Simulator`."""
        await self._wire.unplug()
        await asyncio.gather(*self._strikes, return_exceptions=True)
        await self.daemons.stop()
        await self._cable.unplug()
        await self.mechanism.stop()
        if self._web is not None:
            await self._web.close()
        self._books.close()

    def books(self) -> Json:
        """Every job that came into the printer, the sheets it fed, documents that CUPS still keeps, and the state."""
        jobs = self.mechanism.jobs()
        return {
            "prints": jobs,
            "sheets": sum(job["sheets"] for job in jobs),
            "spooled": sorted(path.name for path in self.daemons.spool.glob("d*")),
            "state": self._state(),
        }

    def add_control_routes(self, app: web.Application) -> None:
        """See `Simulator`."""

        async def document(request: web.Request) -> web.Response:
            path = self._folder / f"job-{request.match_info['n']}.pdf"
            if not path.is_file():
                raise BadRequestError("no such job")
            return web.Response(body=path.read_bytes(), content_type="application/pdf")

        async def paper(_: web.Request) -> web.Response:
            printed = [job for job in self.mechanism.jobs() if job["sheets"]]
            if not printed:
                raise BadRequestError("nothing printed yet")
            return web.Response(body=_picture(self._folder, printed[-1]), content_type="image/png")

        app.add_routes([web.get(r"/jobs/{n:\d+}.pdf", document), web.get("/paper.png", paper)])

    # -- the wire ---------------------------------------------------------------------------------------------------

    async def _pass_on(self, request: web.Request) -> web.Response:
        """What `cupsd` answers."""
        if self._web is None:
            return web.Response(status=503)
        port = self.daemons.queue_port
        try:
            async with self._web.request(
                request.method,
                f"http://127.0.0.1:{port}{request.path}",
                data=await request.read(),
                headers={"Content-Type": request.content_type},
            ) as answer:
                return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)
        except aiohttp.ClientError:
            return web.Response(status=503, text="cupsd is down")

    # -- the hand ---------------------------------------------------------------------------------------------------

    def _state(self) -> Json:
        return {
            "plugged": self._wire.plugged,
            "queue_up": self.daemons.alive("cupsd"),
            "powered": self.daemons.alive("ippeveprinter"),
            "printer_plugged": self._cable.plugged,
            "frozen": self._frozen,
            **self.mechanism.sensors,
        }

    def _set(self, **sensors: bool) -> Action:
        async def act(_: Json) -> Json:
            await self.mechanism.set(**sensors)
            return self._state()

        return act

    def _action(self, do: Callable[[], Awaitable[object]]) -> Action:
        async def act(_: Json) -> Json:
            try:
                await do()
            except DaemonError as error:
                raise BadRequestError(str(error)) from error
            return self._state()

        return act

    async def _freeze(self, on: bool) -> None:
        self.daemons.hold("ippeveprinter", on)
        self._frozen = on and self.daemons.alive("ippeveprinter")

    async def _power_off(self) -> None:
        self._frozen = False
        await self.daemons.stop_one("ippeveprinter", kill=True)

    async def _power_on(self) -> None:
        if not self.daemons.alive("ippeveprinter"):
            await self.daemons.start_printer()
            await self.mechanism.tell(powered_anew=True)

    async def _queue_down(self, kill: bool) -> None:
        """Nobody listens where the queue was."""
        await self.daemons.stop_one("cupsd", kill)
        await self._wire.unplug()

    async def _queue_up(self) -> None:
        if not self.daemons.alive("cupsd"):
            await self.daemons.start_queue()
        await self._wire.plug()

    async def _strike(self, mishap: str) -> None:
        async def do() -> None:
            match mishap:
                case "power_off_mid_job":
                    await self._power_off()
                case _:
                    await self._queue_down(kill=mishap == "queue_killed_mid_job")
                    await self._queue_up()

        task = asyncio.create_task(do())
        self._strikes.add(task)
        task.add_done_callback(self._strikes.discard)
        if mishap != "power_off_mid_job":
            with contextlib.suppress(DaemonError):
                await asyncio.shield(task)


def _explain(_: web.Request, body: bytes, response: web.Response | None) -> str:
    if response is None:
        return simulator_wire.in_words(body, answer=False)
    said = response.body if isinstance(response.body, bytes) else b""
    return simulator_wire.in_words(said, answer=True) if response.status == 200 else "no IPP"


def _picture(folder: Path, job: Json) -> bytes:
    """The newest sides that came out of a job, one under the other."""
    per_sheet = 1 if job["sides"] == "one-sided" else 2
    document = pypdfium2.PdfDocument(folder / job["pdf"])
    try:
        out = min(job["sheets"] * per_sheet, job["pages"] * job["copies"])
        newest = range(max(0, out - _SIDES_SHOWN), out)
        pages = [document[side % job["pages"]].render(scale=_DOTS_PER_POINT).to_pil() for side in newest]
    finally:
        document.close()
    height = sum(page.height + _GAP for page in pages) - _GAP
    sheet = Image.new("RGB", (max(page.width for page in pages), height), "silver")
    top = 0
    for page in pages:
        sheet.paste(page.convert("L") if job["color"] == "monochrome" else page, (0, top))
        top += page.height + _GAP
    png = io.BytesIO()
    sheet.save(png, "PNG")
    return png.getvalue()


def more_options(parser: argparse.ArgumentParser) -> None:
    """The command line beyond what every simulator has."""
    parser.add_argument("--sheet-s", type=float, default=1.5, help="seconds that a sheet takes")
    parser.add_argument("--keep-documents", action="store_true", help="a CUPS that keeps documents after printing")


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main("A simulated print queue", PrintShop, more_options, BUTTONS)
