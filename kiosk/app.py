"""`kiosk run`: the window on the main thread, the engine on its own.

The first frame comes from the window alone: the engine is imported after it is on the screen, and so is what only it
needs, down to `logging`. `kiosk run` reads its few options with `getopt`, for argparse takes longer than a page.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from getopt import GetoptError, gnu_getopt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from kiosk.config_face import Face, glance
from kiosk.text.catalogue import catalogue
from kiosk.views.common import Home, OutOfService, Starting, Tile
from kiosk.views.view import LANGUAGES, Input, Page

if TYPE_CHECKING:
    import asyncio
    from logging import Logger

    from kiosk.config import Announcement, Config
    from kiosk.watchdog import Supervisor

USAGE = """usage: kiosk run [--config FILE] [--window]

Run the terminal.

  --config FILE  instead of config.toml
  --window       in a window instead of the whole screen
"""
STOP_SECONDS = 5.0
"""How long the engine may take to stop; then the process ends all the same."""


class EngineThread:
    """Runs the engine's event loop in a daemon thread; inputs that come before it is ready are kept."""

    def __init__(
        self, work: Callable[["EngineThread"], Coroutine[Any, Any, None]], on_end: Callable[[int], None]
    ) -> None:
        """`work` is what the loop runs; it calls `ready` when inputs can be taken. `on_end` gets an exit code."""
        self._work = work
        self._on_end = on_end
        self._lock = threading.Lock()
        self._early: list[Input] = []
        self._take: Callable[[Input], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def post(self, given: Input) -> None:
        """Pass an input on. Any thread; returns at once."""
        with self._lock:
            if self._take is None or self._loop is None:
                self._early.append(given)
                return
            self._loop.call_soon_threadsafe(self._take, given)

    def ready(self, take: Callable[[Input], None]) -> None:
        """In the loop: from here on inputs go to `take`, first those that came early."""
        with self._lock:
            self._take = take
            early, self._early = self._early, []
        for given in early:
            take(given)

    def ask(self, call: Callable[[], None]) -> bool:
        """Have the loop call it, soon; False while no inputs can be taken. Any thread."""
        with self._lock:
            if self._take is None or self._loop is None or self._loop.is_closed():
                return False
            self._loop.call_soon_threadsafe(call)
            return True

    def stop(self) -> bool:
        """End the loop; False when it did not end in time."""
        with self._lock:
            loop, task = self._loop, self._task
        if loop is not None and task is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # it ends by itself just now
                loop.call_soon_threadsafe(task.cancel)
        self._thread.join(STOP_SECONDS)
        return not self._thread.is_alive()

    def _run(self) -> None:
        import asyncio

        from kiosk.restarting import AGAIN

        try:
            asyncio.run(self._main())
            self._on_end(AGAIN)
        except asyncio.CancelledError:
            self._on_end(0)
        except BaseException:
            log = _log()
            log.exception("the engine failed")
            self._on_end(os.EX_SOFTWARE)

    async def _main(self) -> None:
        import asyncio

        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.current_task()
        await self._work(self)


def first_page(face: Face) -> Page:
    """What is on the screen before the engine is there: the services as configured, each taken to be open. The words
    of one from outside are not there yet: to look for its package takes longer than to paint."""
    words = catalogue(LANGUAGES[0]).table
    if not all(f"journey.{name}.title" in words for name in face.journeys or [""]):
        return Page(number=0, view=Starting(), direction="none")
    tiles = tuple(
        Tile(journey=name, title=f"journey.{name}.title", subtitle=f"journey.{name}.subtitle", icon=name)
        for name in face.journeys
    )
    return Page(number=0, view=Home(tiles=tiles), direction="none")


class Terminal:
    """The window and the engine together. Make and use it on the main thread."""

    def __init__(
        self,
        path: Path,
        *,
        announcements: Mapping[str, "Announcement"] | None = None,
        fullscreen: bool | None = None,
        ledger: Path | None = None,
        fit: bool = False,
        before_engine: Callable[[], None] | None = None,
        change: "Callable[[Config], Config] | None" = None,
    ) -> None:
        """`path` is the configuration; `announcements` say where the simulators run that it names. `fullscreen` and
        `ledger` (its folder) stand in for what the file says; `fit` draws the panel smaller on a small desktop.
        `before_engine` is called when the first frame is on the screen; what `change` makes of the file's configuration
        is used in its stead."""
        from kiosk.stage.window import StageWindow

        face = glance(path)
        display = face.display
        if fullscreen is not None:
            display = msgspec.structs.replace(display, fullscreen=fullscreen)
        self._path = path
        self._announcements = announcements
        self._ledger = ledger
        self._folder = ledger or face.ledger
        self._before_engine = before_engine
        self._change = change
        self._thread = EngineThread(self._work, self._ended)
        self._supervisor: Supervisor | None = None
        self.window = StageWindow(display, face.hall, self._thread.post, fit=fit)
        self.window.show(first_page(face))
        self.window.on_first_frame(self._begin)

    def run(self) -> int:
        """Serve until the window is closed or the process is asked to end; the exit code."""
        return self.close(self.window.run())

    def close(self, code: int = 0) -> int:
        """Stop the engine and let go of the window. An engine that does not stop in time ends the process."""
        if self._supervisor is not None:
            self._supervisor.tell("STOPPING=1")
        stopped = self._thread.stop()
        self.window.dispose()
        if not stopped:
            _log().error("the engine did not stop in %g s", STOP_SECONDS)
            os._exit(code or os.EX_SOFTWARE)
        return code

    def _begin(self) -> None:
        gc.freeze()  # what the start imported is never garbage
        gc.enable()
        sys.setswitchinterval(0.001)  # a busy engine keeps the window waiting for Python's lock no longer than this (s)
        if self._before_engine is not None:
            self._before_engine()
        self._thread.start()
        if "NOTIFY_SOCKET" in os.environ:
            from kiosk.watchdog import Heartbeat, Supervisor

            self._supervisor = Supervisor()
            heartbeat = Heartbeat(self._supervisor, self._thread.ask)
            self.window.every(self._supervisor.beat_seconds, heartbeat.beat)

    def _ended(self, code: int) -> None:
        self.window.close(code)

    async def _work(self, thread: EngineThread) -> None:
        from kiosk.config import ConfigError, LedgerSettings, resolve_simulators
        from kiosk.config_start import load_for_start
        from kiosk.engine import Engine
        from kiosk.logbook import keeping
        from kiosk.visit import Visit, VisitSettings

        try:
            config = load_for_start(self._path, self._folder)
            config = resolve_simulators(self._change(config) if self._change else config, self._announcements or {})
        except ConfigError as error:
            for line in error.lines:
                _log().error("%s", line)
            visit = Visit(self.window, VisitSettings())
            thread.ready(visit.take)
            await visit.ask(OutOfService(reason="reason.bad_config"))
            return
        if self._ledger is not None:
            config = msgspec.structs.replace(config, ledger=LedgerSettings(folder=self._ledger))
        engine = Engine(config, self.window)
        thread.ready(engine.take)
        with keeping(engine.folder):
            await engine.run()


def run_command(argv: list[str]) -> int:
    """`kiosk run [--config FILE] [--window]`."""
    try:
        given, rest = gnu_getopt(argv, "h", ("help", "config=", "window"))
    except GetoptError as error:
        return _refused(str(error))
    options = dict(given)
    if options.keys() & {"-h", "--help"}:
        sys.stdout.write(USAGE)
        return 0
    if rest:
        return _refused(f"what is {rest[0]}?")
    window = "--window" in options
    path = Path(options.get("--config", "config.toml"))
    code = Terminal(path, fullscreen=False if window else None, fit=window, before_engine=_log_to_stderr).run()
    from kiosk.restarting import AGAIN, start_anew

    return start_anew() if code == AGAIN else code


def _refused(why: str) -> int:
    sys.stderr.write(f"{USAGE}\nkiosk run: {why}\n")
    return 2


def _log() -> "Logger":
    import logging

    return logging.getLogger(__name__)


def _log_to_stderr() -> None:
    import logging

    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
