"""A state of the small world: what is on the disk, what the process remembers, its peers, and what may still happen.
It is a tuple, to be put in a set; equal rows are one object."""

from typing import NamedTuple, assert_never

from kiosk.orders import steps
from kiosk.protocol.order.rows import Rows
from tests.orders import laws
from tests.orders.card_peers import Card
from tests.orders.peers import Channel, Company, Way


class Kept:
    """Rows on the disk: the same rows are the same object, which remembers what was asked of it."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.decisions: dict[tuple[object, ...], steps.Decision] = {}
        self.after: dict[tuple[object, ...], Kept] = {}
        self.lawful: set[Books] = set()
        """The peers' books that these rows agree with."""


Books = tuple[tuple[Channel, ...], Company, Card | None]


class Paper(NamedTuple):
    """A slip that a printer had. `out`: whether it came out whole."""

    told: str
    reprint: bool
    out: bool


class State(NamedTuple):
    """Everything: what is on the disk, what the process remembers, the peers, and what may still happen."""

    kept: Kept
    now_ms: int = 0
    present: bool = True
    wants: Way | None = None
    predecessor: str | None = None
    stop: bool = False
    doubt: bool = False
    looked: tuple[tuple[int, int], ...] = ()
    """By dead attempt: when the channel last said what became of it."""
    channels: tuple[Channel, ...] = ()
    company: Company = Company()
    card: Card | None = None
    """The card that the goods go onto, where they do."""
    last_sale: str = "before"
    """What the card terminal names as its last sale: `before`, `other`, or the number of an attempt."""
    on_their_way: tuple[steps.Effect, ...] = ()
    """Requests that were lost, or copies of them, and may still arrive."""
    printing: bool = False
    papers: tuple[Paper, ...] = ()
    faults: int = 0
    pays: int = 0
    slips: int = 0
    renewals: int = 0
    """How often staff still want another number for a refund that failed."""

    @property
    def rows(self) -> Rows:
        """What the ledger has."""
        return self.kept.rows

    @property
    def books(self) -> Books:
        """Everything that laws may ask about the peers."""
        return self.channels, self.company, self.card

    @property
    def booked(self) -> laws.Booked:
        """What the peers have."""
        takings = tuple(
            laws.Taking(
                key=self.rows.attempt(n).key,
                fen=channel.fen,
                returned=channel.returned,
                may_return=tuple((key, fen) for key, fen, how in channel.stuck if how != "closed"),
                late=channel.state == "paid_after_close",
            )
            for n, channel in enumerate(self.channels, 1)
            if channel.fen
        )
        if self.card:
            goods: laws.Goods = "delivered" if self.card.landed else self.company.state
            return laws.Booked(takings=takings, goods=goods, deliveries=self.card.landed)
        return laws.Booked(takings=takings, goods=self.company.state, deliveries=self.company.deliveries)


def told_apart(state: State) -> State:
    """The state without what can make no difference any more."""
    order = state.rows.order.state
    if state.on_their_way:
        state = state._replace(on_their_way=tuple(effect for effect in state.on_their_way if _matters(state, effect)))
    if order not in ("opening", "open") and not state.card:
        state = state._replace(present=False, wants=None, predecessor=None, stop=False)
    if state.doubt and order not in ("delivering", "held"):
        state = state._replace(doubt=False)
    if state.looked:
        dead = tuple(look for look in state.looked if state.rows.attempt(look[0]).state == "dead")
        state = state._replace(looked=dead)
    for n, attempt in enumerate(state.rows.attempts, 1):
        if state.channels[n - 1].known and attempt.state in ("captured", "dead"):
            state = with_channel(state, n, state.channels[n - 1]._replace(known=False))
    return state


def _matters(state: State, effect: steps.Effect) -> bool:
    """Whether a request would still do something when it comes."""
    match effect:
        case steps.OpenOrder():
            return state.company.state == "unknown"
        case steps.Cancel():
            return state.company.state in ("unknown", "open")
        case steps.Confirm():
            return state.company.state == "open" and not state.company.elsewhere
        case steps.Start(n=n):
            return state.channels[n - 1].state == "none"
        case steps.Close(n=n):
            return state.channels[n - 1].state in ("none", "waiting", "authorized")
        case steps.Capture(n=n):
            return state.channels[n - 1].state == "authorized"
        case steps.GiveBack(n=n, r=r):
            channel = state.channels[n - 1]
            return not channel.never and not channel.knows(state.rows.refund(n, r).key)
        case steps.FindRefund() | steps.Find() | steps.Prepare() | steps.Look() | steps.Ask() | steps.Report():
            return False
        case steps.Fetch():  # it changes nothing there
            return False
        case steps.Write():
            return state.card is not None and state.card.place == "in" and state.card.image in ("old", "mixed")
        case _:
            assert_never(effect)


def spent(state: State) -> State:
    """A fault less may happen."""
    return state._replace(faults=state.faults - 1)


def later(state: State, now_ms: int) -> State:
    """Time has passed. A card terminal's request comes at once or never."""
    coming = tuple(
        effect
        for effect in state.on_their_way
        if not (
            isinstance(effect, steps.Start | steps.Close | steps.GiveBack)
            and state.channels[effect.n - 1].way == "card"
        )
    )
    return state._replace(now_ms=now_ms, on_their_way=coming)


def with_channel(state: State, n: int, channel: Channel) -> State:
    """Another state of the channel of attempt `n`."""
    return state._replace(channels=(*state.channels[: n - 1], channel, *state.channels[n:]))
