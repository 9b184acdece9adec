"""Episodes side by side in several halls, until there were enough kills or every boundary was covered."""

import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from kiosk.rehearsal.chaos import reconcile
from kiosk.rehearsal.chaos.lane import Hall, Life
from kiosk.rehearsal.chaos.plan import BOUNDARIES, Episode, covering, derived, episode
from kiosk.rehearsal.chaos.scenarios import SCENARIOS
from kiosk.rehearsal.chaos.walk import Record
from kiosk.rehearsal.power.ext4 import Ext4


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The campaign in one line; money in fen."""

    kills: int
    faults: int
    orders: int
    charged: int
    delivered: int
    refunded: int
    owed: int
    manual: int
    lost: int
    duplicated: int
    unresolved: int

    def __str__(self) -> str:
        return " ".join(f"{name}={getattr(self, name)}" for name in self.__struct_fields__)

    @property
    def good(self) -> bool:
        """Whether nothing was lost, doubled or left open."""
        return not (self.lost or self.duplicated or self.unresolved)


def summary(records: list[Record]) -> Summary:
    """All episodes together."""
    accounts = [account for record in records for account in record.orders]
    flaws = [finding.flaw for record in records for finding in record.findings]
    return Summary(
        kills=sum(len(record.kills) for record in records),
        faults=sum(len(record.struck) for record in records),
        orders=len(accounts),
        charged=sum(account.captured_there for account in accounts),
        delivered=sum(account.delivered_there for account in accounts),
        refunded=sum(account.refunded_there for account in accounts),
        owed=reconcile.owed_fen(accounts),
        manual=sum(account.manual for account in accounts),
        lost=flaws.count("lost"),
        duplicated=flaws.count("duplicated"),
        unresolved=flaws.count("unresolved"),
    )


class Sample:
    """Episodes from one seed until `kills` struck in all; `turned`: what each of them is turned into."""

    def __init__(self, seed: int, kills: int, turned: Callable[[Episode], Episode] = lambda planned: planned) -> None:
        self._turned = turned
        self._seed = seed
        self._left = kills
        self._next = 0
        self._walking = 0

    @property
    def over(self) -> bool:
        """Whether there is nothing more to come."""
        return self._next > 0 and not self._left and not self._walking

    def take(self) -> tuple[Episode, int] | None:
        """The next episode and how many kills it may have; None when there is none now."""
        if self._next and not self._left:
            return None
        found = self._turned(episode(derived(self._seed, self._next)))
        most = min(len(found.kills), self._left)
        self._next += 1
        self._left -= most
        self._walking += 1
        return found, most

    def done(self, planned: Episode, most: int, record: Record) -> None:
        """What an episode did not use goes to the others."""
        self._left += most - len(record.kills)
        self._walking -= 1


class Cover:
    """Every scenario cut at its first boundary, then at its second, until it has no more."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._open = dict.fromkeys(range(len(SCENARIOS)), 0)
        self._order: list[int] = list(self._open)
        self._scenario: dict[int, int] = {}
        self._walking = 0

    @property
    def over(self) -> bool:
        """As `Sample.over`."""
        return not self._order and not self._walking

    def take(self) -> tuple[Episode, int] | None:
        """As `Sample.take`."""
        if not self._order:
            return None
        n = self._order.pop(0)
        boundary = self._open[n]
        self._open[n] = boundary + 1
        found = episode(covering(n, boundary, self._seed + boundary * len(SCENARIOS) + n))
        self._scenario[found.seed] = n
        if boundary + 1 < BOUNDARIES:
            self._order.append(n)
        self._walking += 1
        return found, len(found.kills)

    def done(self, planned: Episode, most: int, record: Record) -> None:
        """A scenario that was not cut at a boundary has no more of them."""
        n = self._scenario.pop(planned.seed)
        if not record.cut_as_planned and n in self._order:
            self._order.remove(n)
        self._walking -= 1


class Campaign:
    """See the module."""

    def __init__(
        self, plan: Sample | Cover, folder: Path, lanes: int, seconds: float | None, life: Life, *, ext4: bool = False
    ) -> None:
        """`ext4`: whether the terminals' data lies on file systems that are shut down at a cut."""
        self.records: list[Record] = []
        self._plan = plan
        self._folder = folder
        self._lanes = lanes
        self._until = float("inf") if seconds is None else time.monotonic() + seconds
        self._life = life
        self._ext4 = ext4
        self._changed = threading.Condition()
        self._stopped = False

    def run(self, tell: Callable[[Record], None]) -> None:
        """Until the plan or the time is at its end. Raises what broke a hall."""
        with ThreadPoolExecutor(self._lanes) as threads:
            try:
                for _ in threads.map(lambda n: self._walk(n, tell), range(self._lanes)):
                    pass
            finally:
                self._stop()

    def _walk(self, n: int, tell: Callable[[Record], None]) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(self._stop)  # whatever ends this hall: there is nothing more to do, or it broke
            folder = self._folder / f"hall-{n}"
            ext4 = stack.enter_context(Ext4(folder)) if self._ext4 else None
            hall = stack.enter_context(Hall(folder, self._life, ext4))
            while (taken := self._take()) is not None:
                planned, most = taken
                record = hall.walk(planned, most)
                with self._changed:
                    self._plan.done(planned, most, record)
                    self.records.append(record)
                    tell(record)
                    self._changed.notify_all()

    def _stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _take(self) -> tuple[Episode, int] | None:
        with self._changed:
            while not (self._stopped or self._plan.over or (self.records and time.monotonic() >= self._until)):
                if (taken := self._plan.take()) is not None:
                    return taken
                self._changed.wait(1)
            return None
