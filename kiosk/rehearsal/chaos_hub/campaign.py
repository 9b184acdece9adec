"""Terminals send to a hub while all of them are killed, the database is restarted, clocks are wrong, the network is
in trouble and an intruder is there. At the end every row is counted at both ends.

An episode is one hub with its terminals, and a pure function of its seed: whom each kill hits, what goes wrong with
the network or the clock meanwhile. Every second one is on PostgreSQL, where that is installed.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from kiosk.ledger.errors import LedgerError
from kiosk.ledger.reading import reading
from kiosk.rehearsal.chaos.plan import Draw
from kiosk.rehearsal.chaos_hub.network import HUB_HOST, TROUBLES, Network, Trouble
from kiosk.testing.postgres import Postgres

Victim = Literal["T1", "T2", "T3", "hub", "database"]
TERMINALS: tuple[Victim, ...] = ("T1", "T2", "T3")
HALL = "campaign"
KILLS = 12
"""Of one episode."""
DRAIN_S = 90.0
CLOCKS_S = (-4000.0, -600.0, 600.0, 4000.0)
"""By so much a clock is wrong; a hub takes five minutes."""
_CONFIG = Path(__file__).parent.parent / "chaos" / "hall.toml"


class Step(msgspec.Struct, frozen=True):
    """What happens before a kill, and whom it hits."""

    victim: Victim
    after_s: float
    trouble: Trouble | None
    skew_s: float
    """Of the victim's clock in its next life, where that is a terminal."""
    intruder: bool


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """An episode, or several together."""

    kills: int = 0
    faults: int = 0
    rows: int = 0
    lost: int = 0
    duplicated: int = 0
    let_in: int = 0
    unresolved: int = 0

    def __str__(self) -> str:
        return " ".join(f"{name}={getattr(self, name)}" for name in self.__struct_fields__)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(**{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__})

    @property
    def good(self) -> bool:
        """Whether every row arrived once, and nobody was let in."""
        return not (self.lost or self.duplicated or self.let_in or self.unresolved)


def steps(seed: int) -> list[Step]:
    """What happens under a seed."""
    draw = Draw(f"hub {seed}")
    victims: tuple[Victim, ...] = (*TERMINALS, "hub", "hub", "database")
    return [
        Step(
            victim=draw.among(victims),
            after_s=draw.below(900) / 1000,
            trouble=draw.among((None, *TROUBLES)),
            skew_s=draw.among(CLOCKS_S) if draw.one_in(4) else 0.0,
            intruder=draw.one_in(4),
        )
        for _ in range(KILLS)
    ]


class Episode:
    """One hub and its terminals, in a folder of their own."""

    def __init__(self, folder: Path, network: Network | None, postgres: Postgres | None) -> None:
        self._folder = folder
        self._at_hub = network.at_hub if network else ()
        self._at_terminal = network.at_terminal if network else ()
        self._network = network
        self._postgres = postgres
        self._environment = dict(os.environ, MENKOU_HUB_DATABASE=postgres.new_database() if postgres else "")
        self._host = HUB_HOST if network else "127.0.0.1"
        self._port = "0"
        self._hub: subprocess.Popen[str] | None = None
        self._lives: dict[str, subprocess.Popen[bytes]] = {}
        self._found = Counter[str]()

    def run(self, planned: Sequence[Step]) -> Outcome:
        """Do it; what became of it."""
        try:
            self._start_hub()
            for terminal in TERMINALS:
                self._pair(terminal)
                self._start(terminal)
            for step in planned:
                self._step(step)
            self._heal()
            self._drain()
            for terminal in TERMINALS:
                self._compare(terminal)
        finally:
            for life in self._lives.values():
                life.kill()
                life.wait()
            if self._hub is not None:
                self._hub.kill()
                self._hub.communicate()
        return Outcome(**self._found)

    # -- what happens -----------------------------------------------------------------------------------------------

    def _step(self, step: Step) -> None:
        if step.trouble is not None and self._network is not None:
            self._network.trouble(step.trouble)
            self._found["faults"] += 1
        time.sleep(step.after_s)
        if step.intruder:
            self._found["let_in"] += self._intrude()
        self._found["kills"] += 1
        match step.victim:
            case "hub":
                self._start_hub()
            case "database" if self._postgres is not None:
                self._postgres.stop()
                time.sleep(step.after_s)
                self._postgres.start()
            case "database":
                self._start_hub()  # its database is a file of its own
            case terminal:
                self._start(terminal, skew_s=step.skew_s)
                self._found["faults"] += bool(step.skew_s)
        if step.trouble is not None:
            time.sleep(step.after_s)
            self._heal()

    def _heal(self) -> None:
        if self._network is not None:
            self._network.heal()

    def _start_hub(self) -> None:
        if self._hub is not None:
            self._hub.kill()
            self._hub.communicate()
        with (self._folder / "hub.log").open("a") as log:
            self._hub = subprocess.Popen(
                [*self._at_hub, *self._menkou_hub("serve", "--host", self._host, "--port", self._port)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self._environment,
            )
        said = self._hub.stdout.readline() if self._hub.stdout else ""
        if not said.startswith("listening at "):
            raise RuntimeError(f"the hub does not serve: {(self._folder / 'hub.log').read_text()[-400:]}")
        self._port = said.strip().rpartition(":")[2]

    def _menkou_hub(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "hub", "--data", str(self._folder / "hub"), *arguments]

    def _pair(self, terminal: str) -> None:
        text = _CONFIG.read_text()
        for before, after in (
            ('id = "T1"', f'id = "{terminal}"'),
            ('folder = "var/ledger"', f'folder = "{terminal}"'),
        ):
            text = text.replace(before, after, 1)
        hub = f'[hub]\nurl = "http://{self._host}:{self._port}"\nbatch_rows = 20\n'
        quick = "timeout_s = 1\nretry_s = 0.05\nlongest_pause_s = 1\nreport_s = 1\n"
        self._config(terminal).write_text(f"{text}\n{hub}{quick}")
        code = self._say(*self._menkou_hub("code", HALL, terminal)).strip()
        command = (sys.executable, "-m", "kiosk", "sync", "pair", code, "--config", str(self._config(terminal)))
        self._say(*self._at_terminal, *command)

    def _config(self, terminal: str) -> Path:
        return self._folder / f"{terminal}.toml"

    def _say(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, env=self._environment, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def _start(self, terminal: str, *more: str, skew_s: float = 0.0) -> None:
        """Kill it where it lives, and start it."""
        if life := self._lives.get(terminal):
            self._found["unresolved"] += life.poll() is not None  # it ended by itself
            life.kill()
            life.wait()
        module = (sys.executable, "-m", "kiosk.rehearsal.chaos_hub.terminal", str(self._config(terminal)))
        with (self._folder / f"{terminal}.log").open("ab") as log:
            command = (*self._at_terminal, *module, "--skew-s", str(skew_s), *more)
            self._lives[terminal] = subprocess.Popen(command, stdout=log, stderr=log)

    def _intrude(self) -> int:
        """Somebody else, in the name of a terminal; how often what they sent was taken in."""
        module = (sys.executable, "-m", "kiosk.rehearsal.chaos_hub.intruder")
        said = self._say(*self._at_terminal, *module, str(self._folder / TERMINALS[0]), self._host, self._port)
        tried, taken = map(int, said.split())
        self._found["faults"] += tried
        return taken

    # -- at the end -------------------------------------------------------------------------------------------------

    def _drain(self) -> None:
        for terminal in TERMINALS:
            self._start(terminal, "--drain")
        until = time.monotonic() + DRAIN_S
        for terminal in TERMINALS:
            with contextlib.suppress(subprocess.TimeoutExpired):
                if self._lives[terminal].wait(max(until - time.monotonic(), 0.1)) == 0:
                    continue
            self._found["unresolved"] += 1

    def _compare(self, terminal: str) -> None:
        """Each row of the terminal, to the letter, once, and nothing else."""
        try:
            with reading(self._folder / terminal) as db:
                rows = [bytes(body) for (body,) in db.execute("SELECT CAST(body AS BLOB) FROM journal ORDER BY seq")]
        except LedgerError:
            self._found["unresolved"] += 1
            return
        there = Counter(self._say(*self._menkou_hub("journal", HALL, terminal)).encode().splitlines())
        self._found["rows"] += len(rows)
        self._found["lost"] += sum(row not in there for row in rows)
        self._found["duplicated"] += sum(count > 1 for count in there.values()) + len(there.keys() - set(rows))


def campaign(
    seed: int, kills: int, seconds: float | None, network: Network | None, tell: Callable[[str], object]
) -> Outcome:
    """Episodes until there were so many kills, or the time is over."""
    began, total = time.monotonic(), Outcome()
    with tempfile.TemporaryDirectory(prefix="menkou-chaos-hub-") as scratch, _postgres() as postgres:
        for n in range(-(-kills // KILLS)):
            if n and seconds is not None and time.monotonic() - began >= seconds:
                break
            own = seed if n == 0 else Draw(f"episode {n} of {seed}").below(2**32)
            folder = Path(scratch) / f"episode-{n}"
            (folder / "hub").mkdir(parents=True)
            on = postgres if own % 2 else None
            found = Episode(folder, network, on).run(steps(own)[: kills - total.kills])
            total += found
            if not found.good:
                tell(f"{found} on {'PostgreSQL' if on else 'SQLite'}\n  kiosk chaos --hub --seed {own} --kills {KILLS}")
            shutil.rmtree(folder)
    return total


@contextlib.contextmanager
def _postgres() -> Iterator[Postgres | None]:
    """A database server, where one is installed."""
    if not any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        yield None
        return
    with Postgres() as server:
        yield server
