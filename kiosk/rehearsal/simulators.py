"""Starts the simulators that a demo configuration names, each as a process of its own from one nest, and is the
hand at their control interfaces."""

import atexit
import select
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any, Self

import msgspec

from kiosk.config import Announcement, Config
from kiosk.plugins import plugins
from kiosk.rehearsal.hand import Hand, SimulatorError
from kiosk.rehearsal.nest import Nest, Program

__all__ = ["SimulatorError", "Simulators", "named_by"]

START_SECONDS = 60.0


class Simulators:
    """Running simulators by name; a context manager that ends them."""

    def __init__(
        self, folder: Path, names: tuple[str, ...], options: Mapping[str, Sequence[str]] = MappingProxyType({})
    ) -> None:
        """`folder` holds each simulator's books and its log; `options` are more command-line words by name."""
        self.folder = folder
        self.names = names
        self.options = options
        self.announcements: dict[str, Announcement] = {}
        self._processes: dict[str, Program] = {}
        self._logs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        self.more(self.names)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all; they also end by themselves when this process dies, for their standard input ends."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            if not process.wait(5):
                process.kill()
                process.wait()
            process.close()
        self._processes.clear()
        for log in self._logs:
            log.close()
        self._logs.clear()

    def more(self, names: Iterable[str]) -> None:
        """Start those of them that do not run. Raises `SimulatorError`, and then none does any more."""
        new = [name for name in dict.fromkeys(names) if name not in self._processes]
        modules = _modules()
        try:
            for name in new:
                self._start(name, modules)
            for name in new:
                self.announcements[name] = self._announced(name, self._processes[name])
        except BaseException:
            self.stop()
            raise
        self.names = tuple(dict.fromkeys((*self.names, *new)))

    def hand(self, name: str) -> Hand:
        """The hand at one of them."""
        return Hand(name, self.announcements[name].control)

    def do(self, name: str, action: str, **what: object) -> dict[str, Any]:
        """Use the hand: `POST /do/ACTION`. Raises `SimulatorError`."""
        return self.hand(name).do(action, **what)

    def arm(self, name: str, fault: str, **more: object) -> None:
        """Arm a fault. Raises `SimulatorError`."""
        self.hand(name).arm(fault, **more)

    def clear(self, name: str, fault: str | None = None) -> None:
        """Disarm one fault, or all. Raises `SimulatorError`."""
        self.hand(name).clear(fault)

    def books(self, name: str) -> dict[str, Any]:
        """Everything the simulator has booked. Raises `SimulatorError`."""
        return self.hand(name).books()

    def fetch(self, name: str, path: str) -> bytes:
        """Any other resource of the control interface. Raises `SimulatorError`."""
        return self.hand(name).fetch(path)

    def _start(self, name: str, modules: Mapping[str, str]) -> None:
        if name not in modules:
            raise SimulatorError(f"there is no simulator {name}; known: {', '.join(sorted(modules))}")
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        log = (folder / "simulator.log").open("ab")
        self._logs.append(log)
        words = ["--books", str(folder), "--until-eof", *self.options.get(name, ())]
        self._processes[name] = _nest().hatch(modules[name], words, log)

    def _announced(self, name: str, process: Program) -> Announcement:
        ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
        line = process.stdout.readline() if ready else b""
        try:
            return msgspec.json.decode(line, type=Announcement)
        except msgspec.MsgspecError as error:
            raise SimulatorError(
                f"simulator {name} did not start; see {self.folder / name / 'simulator.log'}"
            ) from error


def _modules() -> Mapping[str, str]:
    return {point.name: point.value for point in plugins("kiosk.simulators")}


@cache
def _nest() -> Nest:
    """One for all that this process starts."""
    nest = Nest(tuple(_modules().values()))
    atexit.register(nest.close)
    return nest


def named_by(config: Config) -> tuple[str, ...]:
    """The simulators that a configuration's ports name."""
    return tuple(sorted({device.simulator for device in config.devices if device.simulator is not None}))
