"""What happens in an episode, as a pure function of its seed.

A seed is any unsigned 32-bit number. Scrambled by a bijection, its digits say the scenario, the boundary of the first
cut, and whether the episode covers exactly that boundary; everything else is drawn from it. So a campaign that wants
to cover a boundary can name the seeds that do.
"""

import hashlib
from collections.abc import Sequence
from itertools import chain
from typing import Literal, TypeVar

import msgspec

from kiosk.rehearsal.chaos.faults import CARD, DARK, FAULTS_OF, GAS_OF, MOMENTS, PRINTER
from kiosk.rehearsal.chaos.scenarios import DEVICES, SCENARIOS, TERMINALS, Scenario, Way
from kiosk.rehearsal.headless import Strike

T = TypeVar("T")
BOUNDARIES = 64
"""More than any scenario has."""
WRITES = 6
"""As many commands as write a purchase."""
USUAL = 34
"""About as many as a scenario has."""
STYLES = 8
"""Style 0 cuts at exactly its boundary, and nothing else goes wrong before."""


Disk = Literal["kept", "lost", "torn", "ext4"]
"""What a cut does to that of the ledger which was not synced: nothing, for only the process is killed; it is lost, all
of it; or any sectors of it; or what a file system does that is shut down."""


DISKS: tuple[Disk, ...] = ("kept", "kept", "lost", "torn")


_DISKS_SAID: dict[Disk, str] = {
    "kept": "",
    "lost": "; what was not synced is lost",
    "torn": "; what was not synced is torn",
    "ext4": "; the file system was shut down",
}


class Kill(msgspec.Struct, frozen=True):
    """A power cut in one life of the terminal: at the boundary of that number, at the first byte of the request of that
    number that would have a peer do something, or at a moment that none of these chose: `ms` after its start, or after
    it began to take money. Neither: none."""

    boundary: int | None = None
    ms: int | None = None
    after_open: bool = False
    request: int | None = None
    write: int | None = None
    """Instead of these: once so many commands to write came to a gas card, and one more."""
    disk: Disk = "kept"

    def __str__(self) -> str:
        disk = _DISKS_SAID[self.disk]
        if self.request is not None:
            return f"request {self.request}{disk}"
        if self.write is not None:
            return f"write {self.write} of a gas card{disk}"
        if self.ms is None:
            return f"boundary {self.boundary}{disk}"
        return f"{self.ms} ms after {'it took money' if self.after_open else 'its start'}{disk}"


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One order from its seed: the first cut strikes the visit, the others strike the restarts after it."""

    seed: int
    scenario: Scenario
    strikes: tuple[Strike, ...]
    kills: tuple[Kill, ...]
    pays_in_the_dark: bool
    """Whether a code that was shown before the first cut is paid while the terminal is without power."""
    again: Way | None
    """The way that somebody pays who comes after the cuts, before the faults are healed."""
    neighbour: bool
    """Whether that is somebody else: the account is another one."""

    @property
    def devices(self) -> frozenset[str]:
        """What stands there, by its name in the hall."""
        ways: set[Way] = {self.scenario.way, self.scenario.other, self.again or self.scenario.way}
        card = ("gas-cards",) if self.scenario.by_card else ()
        return frozenset(("gas", "receipts", *card, *chain.from_iterable(DEVICES[way] for way in ways)))

    @property
    def card_terminal(self) -> str:
        """The driver of what takes bank cards."""
        return TERMINALS.get(self.scenario.way, TERMINALS["card"])


def episode(seed: int) -> Episode:
    """What happens under a seed."""
    digits, n = divmod(_scramble(seed), len(SCENARIOS))
    digits, boundary = divmod(digits, BOUNDARIES)
    style = digits % STYLES
    scenario = SCENARIOS[n]
    draw = Draw(str(seed))
    if style == 0:
        kills, strikes = [Kill(boundary=boundary)], _drawn(draw, scenario, draw.among((0, 0, 1)), (DARK,))
    elif style < 3:
        kills, strikes = [Kill(ms=draw.below(1200), after_open=True)], _drawn(draw, scenario, draw.below(6), MOMENTS)
        if scenario.by_card and not draw.one_in(3):
            kills = [Kill(write=draw.below(WRITES))]
    else:
        kills = [Kill(boundary=boundary * USUAL // BOUNDARIES)]
        strikes = _drawn(draw, scenario, draw.below(6), MOMENTS)
    while len(kills) < 4 and draw.one_in(2):
        moment = Kill(ms=draw.below(300), after_open=not draw.one_in(3))
        boundary_kill = Kill(boundary=draw.below(9))
        writing = Kill(write=draw.below(WRITES))
        kills.append(moment if draw.one_in(3) else writing if scenario.by_card and draw.one_in(3) else boundary_kill)
    power = Draw(f"power {seed}")
    return Episode(
        seed=seed,
        scenario=scenario,
        strikes=(*scenario.strikes, *strikes),
        kills=tuple(_powerless(kill, power, exact=style == 0 and n == 0) for n, kill in enumerate(kills)),
        pays_in_the_dark=draw.one_in(5),
        again=draw.among(_again(scenario)),
        neighbour=draw.one_in(2),
    )


def _again(scenario: Scenario) -> tuple[Way | None, ...]:
    terminal: Way = scenario.way if scenario.way in TERMINALS else "card"
    return (None, None, None, "wechat", "alipay", terminal) if scenario.pays else ("wechat",)


def _powerless(kill: Kill, power: "Draw", *, exact: bool) -> Kill:
    """What the cut does to the disk, and whether a peer brings it about; an `exact` one stays where it is."""
    if power.one_in(4) and not exact:
        kill = Kill(request=power.below(5))
    return msgspec.structs.replace(kill, disk=power.among(DISKS))


def at_requests(planned: Episode) -> Episode:
    """The same, cut each time at the first byte of a request, with the file system shut down."""
    draw = Draw(f"requests {planned.seed}")
    kills = tuple(Kill(request=draw.below(6), disk="ext4") for _ in planned.kills)
    return msgspec.structs.replace(planned, kills=kills)


class Draw:
    """Numbers from a text, the same for ever: another Python, another machine, the same episode."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._drawn = 0

    def below(self, most: int) -> int:
        """0 to `most` - 1."""
        self._drawn += 1
        word = hashlib.sha256(f"{self._text} {self._drawn}".encode()).digest()
        return int.from_bytes(word[:8]) % most

    def one_in(self, n: int) -> bool:
        """True once in `n`."""
        return self.below(n) == 0

    def among(self, these: Sequence[T]) -> T:
        """One of them."""
        return these[self.below(len(these))]


def _drawn(draw: Draw, scenario: Scenario, count: int, moments: tuple[str, ...]) -> tuple[Strike, ...]:
    strikes = []
    for _ in range(count):
        way = scenario.other if draw.one_in(4) else scenario.way
        paying, gas = FAULTS_OF[way] if scenario.pays else (), GAS_OF.get(scenario.kind, ())
        card = CARD if scenario.by_card else ()
        among = (paying, paying, paying, gas, gas, gas, card, card, card, PRINTER)
        strike = draw.among(draw.among(tuple(filter(None, among))))
        strikes.append(msgspec.structs.replace(strike, at=draw.among(moments)))
    return tuple(strikes)


def covering(scenario: int, boundary: int, salt: int, style: int = 0) -> int:
    """A seed whose episode cuts scenario number `scenario` at exactly `boundary`; another for each `salt`. In another
    style than 0, anything of that scenario may happen."""
    rest = salt % (2**32 // (len(SCENARIOS) * BOUNDARIES * STYLES) - 1)
    return _unscramble(scenario + len(SCENARIOS) * (boundary + BOUNDARIES * (style + STYLES * rest)))


def derived(seed: int, n: int) -> int:
    """The seed of a campaign's `n`th episode; its first is the campaign's own."""
    return seed if n == 0 else Draw(f"episode {n} of {seed}").below(2**32)


_ODD = 0x9E3779B1
_INVERSE = pow(_ODD, -1, 2**32)


def _scramble(seed: int) -> int:
    mixed = (seed ^ seed >> 16) * _ODD % 2**32
    return mixed ^ mixed >> 16


def _unscramble(mixed: int) -> int:
    seed = (mixed ^ mixed >> 16) * _INVERSE % 2**32
    return seed ^ seed >> 16
