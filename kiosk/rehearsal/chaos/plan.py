"""What happens in an episode, as a pure function of its seed.

A seed is any unsigned 32-bit number. Scrambled by a bijection, its digits say the scenario, the boundary of the first
cut, and whether the episode covers exactly that boundary; everything else is drawn from it. So a campaign that wants
to cover a boundary can name the seeds that do.
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Literal, TypeVar

import msgspec

from kiosk.rehearsal.chaos.faults import BEFORE, CARD, DARK, FAULTS_OF, GAS_OF, MOMENTS, PARTY, PRINTER
from kiosk.rehearsal.headless import CARDS, PHONES, Deed, Strike

T = TypeVar("T")
Kind = Literal["gas_bill", "smart_meter", "gas_card", "gas_load", "queue_ticket"]
Way = Literal["wechat", "wechat_code", "alipay", "alipay_code", "card", "nexo"]
Person = Literal["pays", "goes_back", "stands", "switches", "pays_late", "pays_both", "tries_other", "leaves"]
Trouble = Literal[
    "",
    "refused",
    "company_gone",
    "no_paper",
    "never_returned",
    "underpaid",
    "overpaid",
    "declined",
    "password",
    "pulled",
    "pulled_unanswered",
    "wrong_key",
    "reader_gone",
    "write_lies",
    "to_the_meter",
]

TERMINALS: Mapping[Way, str] = MappingProxyType({"card": "transbank_pos", "nexo": "nexo_terminal"})
"""Ways to pay that are a bank card's, and what stands there for each; one a hall."""


DEVICES: Mapping[Way, tuple[str, ...]] = MappingProxyType(
    {
        "wechat": ("wechat",),
        "wechat_code": ("wechat-code", "codes"),
        "alipay": ("alipay",),
        "alipay_code": ("alipay-code", "codes"),
        "card": ("card",),
        "nexo": ("card",),
    }
)
"""By way to pay: what it needs, by its name in the hall."""


class Scenario(msgspec.Struct, frozen=True):
    """An order, the way to pay it that is chosen first, what its resident does, and what goes wrong for certain. A
    `gas_load` puts onto a card what the household owns already. Or a queue ticket, which is free, and then called."""

    kind: Kind
    way: Way
    person: Person
    trouble: Trouble = ""

    def __str__(self) -> str:
        words = (self.kind, self.way, self.person, self.trouble) if self.pays else (self.kind, self.trouble)
        return " ".join(filter(None, words))

    @property
    def pays(self) -> bool:
        """Whether money is to be moved."""
        return self.kind not in ("gas_load", "queue_ticket")

    @property
    def journey(self) -> str:
        """The service that sells it."""
        return "gas_card" if self.by_card else self.kind

    @property
    def by_card(self) -> bool:
        """Whether the goods go onto a gas card."""
        return self.kind in ("gas_card", "gas_load")

    @property
    def other(self) -> Way:
        """The way that is not chosen first."""
        return "wechat" if self.way in TERMINALS else "card"

    @property
    def deeds(self) -> dict[str, Deed]:
        """What the resident does at each code or reader, by channel."""
        first, other = channel(self.way), channel(self.other)
        match self.person:
            case "pays" | "tries_other" | "leaves":
                return {first: "pays", other: "pays"}
            case "goes_back":
                return {first: "goes_back"} if self.way in PHONES else {}
            case "stands":
                return {first: "stands"}
            case "switches":
                return {first: "goes_back", other: "pays"} if self.way in PHONES else {other: "pays"}
            case "pays_late":
                return {first: "pays_late"}
            case "pays_both":
                return {first: "pays_late", other: "pays"}

    @property
    def second(self) -> str:
        """The channel the resident tries after the first came to nothing, if any."""
        return channel(self.other) if self.person in ("switches", "pays_both", "tries_other") else ""

    @property
    def strikes(self) -> tuple[Strike, ...]:
        """What goes wrong for certain."""
        match self.trouble:
            case "":
                return ()
            case "refused":
                return (Strike(at=BEFORE, party="gas_company_http", fault="confirm_refused"),)
            case "company_gone":
                at = "after record menkou.attempt.captured.v1"
                return (Strike(at=at, party="gas_company_http", action="unplug"),)
            case "no_paper":
                return (Strike(at=BEFORE, party="escpos", fault="paper_out_mid_slip"),)
            case "never_returned":
                return (
                    Strike(at=BEFORE, party="gas_company_http", fault="confirm_refused"),
                    _at_the_way(self.way, NEVER_RETURNED),
                )
            case "underpaid":
                return (_at_the_way(self.way, UNDERPAID),)
            case "overpaid":
                return (Strike(at=BEFORE, party=PARTY[self.way], fault="wrong_amount"),)
            case "declined":
                return (_at_the_way(self.way, DECLINED),)
            case "password":
                return (Strike(at=BEFORE, party=PARTY[self.way], fault="userpaying"),)
            case "pulled":
                return (Strike(at=BEFORE, party=CARDS, fault="pull_mid_write", more={"after": 1}),)
            case "pulled_unanswered":
                return (Strike(at=BEFORE, party=CARDS, fault="pull_before_answer", more={"ins": "D0"}),)
            case "wrong_key":
                return (Strike(at="before effect Write", party=CARDS, action="change_key"),)
            case "reader_gone":
                return (Strike(at="before effect Write", party=CARDS, action="unplug"),)
            case "write_lies":
                return (Strike(at=BEFORE, party=CARDS, fault="write_lies"),)
            case "to_the_meter":
                return (Strike(at=DARK, party=CARDS, action="meter"),)


def channel(way: Way) -> str:
    """The channel of a way to pay, as terminal and residents call it."""
    return "card" if way in TERMINALS else way


Named = Mapping[Way, tuple[str, Mapping[str, object]]]

NEVER_RETURNED: Named = {
    "wechat": ("refund_abnormal", {}),
    "wechat_code": ("refund_abnormal", {}),
    "alipay": ("refund_never", {}),
    "alipay_code": ("refund_never", {}),
    "card": ("reversal_code", {"code": "08"}),
    "nexo": ("reversal_never", {}),
}
UNDERPAID: Named = {
    "wechat": ("wrong_amount", {"fen": 1}),
    "wechat_code": ("wrong_amount", {"fen": 1}),
    "alipay": ("wrong_amount", {"fen": 1}),
    "alipay_code": ("wrong_amount", {"fen": 1}),
    "nexo": ("partial", {}),
}
DECLINED: Named = {
    "card": ("declined", {}),
    "nexo": ("invalid_card", {}),
    "wechat_code": ("code_declined", {}),
    "alipay_code": ("code_declined", {}),
}


def _at_the_way(way: Way, faults: Named) -> Strike:
    fault, more = faults[way]
    return Strike(at=BEFORE, party=PARTY[way], fault=fault, more=more)


def _scenarios() -> tuple[Scenario, ...]:
    kinds: tuple[Kind, ...] = ("gas_bill", "smart_meter")
    ways: tuple[Way, ...] = ("wechat", "alipay", "card")
    troubles: tuple[Trouble, ...] = ("", "refused", "company_gone", "no_paper", "never_returned")
    persons: tuple[Person, ...] = ("goes_back", "stands", "switches", "pays_late", "pays_both")
    every: list[Scenario] = []
    for kind in kinds:
        for way in ways:
            every += [Scenario(kind, way, "pays", trouble) for trouble in troubles]
            every += [Scenario(kind, way, person) for person in persons]
        for wallet in ways[:2]:
            every += [Scenario(kind, wallet, "pays", "underpaid"), Scenario(kind, wallet, "pays", "overpaid")]
        every += [Scenario(kind, "card", "tries_other", "declined")]
    every += _by_payment_code("smart_meter", "wechat_code") + _by_payment_code("gas_bill", "alipay_code")
    every += _in_the_network("gas_bill", persons) + _onto_a_card()
    every += [Scenario("queue_ticket", "wechat", "pays"), Scenario("queue_ticket", "wechat", "pays", "no_paper")]
    return tuple(every)


def _by_payment_code(kind: Kind, way: Way) -> list[Scenario]:
    troubles: tuple[Trouble, ...] = ("", "password", "refused", "never_returned", "underpaid", "overpaid")
    persons: tuple[Person, ...] = ("goes_back", "stands", "switches", "pays_late", "pays_both")
    pays = [Scenario(kind, way, "pays", trouble) for trouble in troubles]
    waits = [Scenario(kind, way, person, "password") for person in persons]
    return [*pays, *waits, Scenario(kind, way, "tries_other", "declined")]


def _in_the_network(kind: Kind, persons: tuple[Person, ...]) -> list[Scenario]:
    troubles: tuple[Trouble, ...] = ("", "refused", "company_gone", "never_returned", "underpaid", "overpaid")
    pays = [Scenario(kind, "nexo", "pays", trouble) for trouble in troubles]
    others = [Scenario(kind, "nexo", person) for person in persons]
    return [*pays, *others, Scenario(kind, "nexo", "tries_other", "declined")]


def _onto_a_card() -> list[Scenario]:
    onto: tuple[Trouble, ...] = (
        *("", "pulled", "pulled_unanswered", "wrong_key", "reader_gone", "write_lies", "to_the_meter"),
    )
    paid: tuple[Trouble, ...] = ("refused", "company_gone", "no_paper", "never_returned", "underpaid", "overpaid")
    ways: tuple[Way, ...] = ("wechat_code", "alipay", "alipay_code", "card", "nexo")
    bought = [Scenario("gas_card", "wechat", "pays", trouble) for trouble in (*onto, *paid)]
    bought += [Scenario("gas_card", "wechat", person) for person in ("goes_back", "pays_late")]
    bought += [Scenario("gas_card", "wechat", "leaves", "pulled")]
    bought += [Scenario("gas_card", way, "pays", trouble) for way in ways for trouble in ("", "pulled", "refused")]
    loads: tuple[Trouble, ...] = ("", "pulled", "wrong_key", "to_the_meter")
    return [*bought, *(Scenario("gas_load", "wechat", "pays", trouble) for trouble in loads)]


SCENARIOS = _scenarios()
BOUNDARIES = 64
"""More than any scenario has."""
WRITES = 9
"""More than a purchase needs commands to write it."""
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
        if scenario.by_card and draw.one_in(2):
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
