"""One hall of a campaign: simulators of its own, and terminals that live and die among them, one after the other."""

import logging
import multiprocessing
import shutil
import threading
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from kiosk.rehearsal import headless
from kiosk.rehearsal.chaos.plan import Episode, Kill
from kiosk.rehearsal.chaos.setting import CONFIG, OPTIONS
from kiosk.rehearsal.chaos.tap import Tap
from kiosk.rehearsal.chaos.walk import WATCHED, Record, Walk
from kiosk.rehearsal.headless import CARDS, OPEN, Run
from kiosk.rehearsal.power import disk
from kiosk.rehearsal.power.ext4 import Ext4
from kiosk.rehearsal.simulators import SimulatorError, Simulators, named_by

EPISODES_A_HALL = 25
"""Then its simulators begin anew: their books grow, and so would the time to read them."""

Life = Callable[[Run], None]


def live(run: Run) -> None:
    """A life of the terminal. What it logs goes beside its log of checkpoints; what it does to its ledger too, where
    that can be."""
    if disk.watch(run.ledger, run.log.with_suffix(".disk")):
        run.log.write_text(f"{WATCHED}\n")
    logging.basicConfig(filename=run.log.with_suffix(".txt"), level=logging.WARNING, format="%(levelname)s %(message)s")
    headless.main(run)


def begin_processes(folder: Path) -> bool:
    """Start the process that all lives are forked from, with everything loaded that they need; whether a power cut
    can make them lose what was not synced. The first call of a process counts; `folder` must stay."""
    multiprocessing.get_context("forkserver").set_forkserver_preload(["__main__", "kiosk.rehearsal.chaos.warm"])
    library = disk.build(folder)
    with disk.preloading(library):
        forkserver.ensure_running()
    return library is not None


class Hall:
    """See the module. `walk` does one episode; belongs to one thread."""

    _starting = threading.Lock()

    def __init__(self, folder: Path, life: Life, ext4: Ext4 | None = None) -> None:
        """`ext4`: where the terminal's data lies, if that is to be cut off as a disk is."""
        self._folder = folder
        self._life = life
        self._ext4 = ext4
        self._simulators: Simulators | None = None
        self._walked = 0
        self._processes = multiprocessing.get_context("forkserver")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def walk(self, episode: Episode, most_kills: int) -> Record:
        """One episode with at most so many kills, and everybody's books after it."""
        if self._walked % EPISODES_A_HALL == 0:
            self._leave()
        self._walked += 1
        try:
            hall = self._standing(episode)
            folder = self._folder / f"episode-{self._walked}"
            terminal = f"T{self._walked:03d}"
            walk = Walk(episode, most_kills, hall, folder, terminal=terminal, run=self._run, ext4=self._ext4)
            record = walk.record()
        except SimulatorError:
            self._leave()
            raise
        if record.findings or any(account.manual and account.by_card for account in record.orders):
            self._walked = 0  # what is left behind must not disturb the next
        return record

    def _standing(self, episode: Episode) -> Simulators:
        """The simulators, and among them those that the episode needs."""
        if self._simulators is None:
            folder = self._folder / "simulators"
            shutil.rmtree(folder, ignore_errors=True)
            self._simulators = Simulators(folder, (), OPTIONS)
        scenario = episode.scenario
        config = headless.standing(CONFIG, episode.devices, scenario.journey, episode.card_terminal)
        self._simulators.more(named_by(config))
        return self._simulators

    def _leave(self) -> None:
        if self._simulators is not None:
            self._simulators.stop()
            self._simulators = None

    def _run(self, run: Run, kill: Kill) -> int | None:
        """A life of the terminal, cut at the moment of `kill` if that has one. Its exit code."""
        if kill.request is None:
            return self._live(run, kill, lambda _: None)
        with Tap(kill.request) as tap:
            run = msgspec.structs.replace(run, announcements=tap.before(run.announcements))
            code = self._live(run, kill, tap.kills)
            tap.served()
            return code

    def _written(self) -> int:
        """Commands to write that gas cards have carried out."""
        return 0 if self._simulators is None else int(self._simulators.books(CARDS)["written"])

    def _live(self, run: Run, kill: Kill, begun: Callable[[int], None]) -> int | None:
        process = self._processes.Process(target=self._life, args=(run,))
        with self._starting:
            process.start()
        if process.pid is not None:
            begun(process.pid)
        if kill.write is not None:
            until = self._written() + kill.write
            while process.is_alive() and self._written() <= until:
                process.join(0.01)
            process.kill()
        if kill.ms is not None and kill.after_open:
            while process.is_alive() and not (run.log.exists() and OPEN in run.log.read_text().splitlines()):
                process.join(0.01)
        process.join(run.seconds + 10 if kill.ms is None else kill.ms / 1000)
        if process.is_alive():
            process.kill()
            process.join()
        code = process.exitcode
        with self._starting:
            process.close()
        return code
