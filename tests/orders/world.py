"""A small world for searching the money path: a channel and a gas company with books, and every message that can be
lost, late or doubled. Frozen, so that a state can be put in a set."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from kiosk.devices import gas, payment
from kiosk.orders import answers, deciding, steps
from kiosk.orders.evolve import evolve
from kiosk.orders.rows import Rows
from kiosk.orders.settings import OrderSettings
from kiosk.protocol import events as ev

DUE = 100
SETTINGS = OrderSettings(late_watch_hours=1, offer_seconds=60, pay_by_margin_seconds=60)
STEP_MS = 60_000
LAST_STEP = 3

Money = Literal["none", "waiting", "paid", "closed", "paid_after_close"]
Way = Literal["wechat", "card"]
WAYS = {"wechat": steps.Method("wechat", "wechat"), "card": steps.Method("card", "card", hold=True)}


class Channel(msgspec.Struct, frozen=True):
    """The channel's truth about one attempt. `travelling`: a lost request that may still arrive."""

    state: Money = "none"
    travelling: bool = False
    captured: int = 0
    refunded: int = 0
    way: Way = "wechat"
    sent_ms: int = 0
    known: bool = False
    """Cards: whether the driver holds the terminal's own answer; a crash forgets it."""


class Company(msgspec.Struct, frozen=True):
    """The gas company's truth about the order."""

    state: Literal["none", "open", "delivered", "cancelled", "refused"] = "none"
    elsewhere: bool = False


class State(msgspec.Struct, frozen=True):
    """Everything: the durable rows, what the process remembers, the peers, the faults left."""

    rows: Rows | None
    now_ms: int = 0
    present: bool = True
    wants: Way | None = None
    predecessor: str | None = None
    stop: bool = False
    doubt: bool = False
    looked: tuple[int, ...] = ()
    channels: tuple[Channel, ...] = ()
    company: Company = Company()
    last_sale: str = "before"
    """What the card terminal names as its last sale: `before`, `other`, or the number of an attempt."""
    faults: int = 2
    pays: int = 2


def opening(wants: Way = "wechat") -> State:
    """An order that was just made durable, and what the resident chose."""
    event = ev.OrderOpening(
        order_no="T07K20000010",
        kind="gas_bill",
        subject="s",
        account_hash="h",
        hash_key="k",
        quote_id="q",
        due_fen=DUE,
        business_date="2026-11-24",
        language="zh_CN",
        at_ms=0,
    )
    return State(rows=evolve(None, event), wants=wants)


def rows_of(state: State) -> Rows:
    """The rows, which every state but the first has."""
    assert state.rows is not None
    return state.rows


def moment(state: State) -> steps.Moment:
    """What `decide` is told."""
    return steps.Moment(
        now_ms=state.now_ms,
        present=state.present,
        wants=WAYS[state.wants] if state.wants and state.present else None,
        predecessor=state.predecessor,
        stop=state.stop,
        looked_ms=dict.fromkeys(state.looked, state.now_ms),
        doubt=state.doubt,
    )


def _reader_busy(state: State) -> bool:
    return any(channel.way == "card" and channel.state == "waiting" for channel in state.channels)


def successors(state: State, ways: tuple[Way, ...] = ("wechat",)) -> Iterator[tuple[str, State]]:
    """Every state that can come next, with the name of what happened. `ways`: what the resident may choose."""
    yield from _terminal(state)
    yield from _resident(state, ways)
    if state.faults:
        yield "crash", _crash(msgspec.structs.replace(state, faults=state.faults - 1))
    if state.now_ms < LAST_STEP * STEP_MS:
        yield "time", msgspec.structs.replace(state, now_ms=state.now_ms + STEP_MS)
    for n, channel in enumerate(state.channels):
        # a card terminal is not asked what became of a sale before its request can travel no more
        if channel.travelling and (channel.way == "wechat" or state.now_ms <= channel.sent_ms):
            arrived = msgspec.structs.replace(channel, travelling=False)
            if channel.state == "none":
                arrived = msgspec.structs.replace(arrived, state="waiting")
            yield f"late request {n + 1}", _with_channel(state, n, arrived)


def _crash(state: State) -> State:
    return msgspec.structs.replace(
        state,
        present=False,
        wants=None,
        predecessor=None,
        stop=False,
        looked=(),
        channels=tuple(msgspec.structs.replace(channel, known=False) for channel in state.channels),
        doubt=rows_of(state).order.state == "delivering",
    )


def _resident(state: State, ways: tuple[Way, ...]) -> Iterator[tuple[str, State]]:
    if state.present:
        yield "leave", msgspec.structs.replace(state, present=False, wants=None)
        if rows_of(state).live and not state.stop:
            yield "stop", msgspec.structs.replace(state, stop=True)
        if not rows_of(state).live and not state.wants and len(state.channels) < 2:
            for way in ways:
                yield f"choose {way}", msgspec.structs.replace(state, wants=way, predecessor=None, stop=False)
    for n, channel in enumerate(state.channels):
        if channel.way == "card":
            yield from _at_the_reader(state, n, channel)
            continue
        if state.pays and channel.state == "waiting":
            for fen in (DUE, DUE - 1, DUE + 1):
                paid = msgspec.structs.replace(channel, state="paid", captured=fen)
                yield f"pay {n + 1} {fen}", _with_channel(msgspec.structs.replace(state, pays=state.pays - 1), n, paid)
        if state.pays and state.faults and channel.state == "closed":
            late = msgspec.structs.replace(channel, state="paid_after_close", captured=DUE)
            used = msgspec.structs.replace(state, pays=state.pays - 1, faults=state.faults - 1)
            yield f"pay {n + 1} after close", _with_channel(used, n, late)
    if "card" in ways and state.faults and state.last_sale != "other" and not _reader_busy(state):
        yield "somebody rings up a sale", msgspec.structs.replace(state, last_sale="other", faults=state.faults - 1)
    if state.faults and state.company.state == "open" and not state.company.elsewhere:
        paid_elsewhere = msgspec.structs.replace(state.company, elsewhere=True)
        yield "paid elsewhere", msgspec.structs.replace(state, company=paid_elsewhere, faults=state.faults - 1)


def _at_the_reader(state: State, n: int, channel: Channel) -> Iterator[tuple[str, State]]:
    if channel.state != "waiting":
        return
    for knows in (True, False) if state.faults else (True,):
        after = state if knows else msgspec.structs.replace(state, faults=state.faults - 1)
        lost = "" if knows else ", answer lost"
        closed = msgspec.structs.replace(channel, state="closed", known=knows)
        yield f"decline {n + 1}{lost}", _with_channel(after, n, closed)
        if state.pays:
            paid = msgspec.structs.replace(channel, state="paid", captured=DUE, known=knows)
            sold = msgspec.structs.replace(after, pays=state.pays - 1, last_sale=str(n + 1))
            yield f"pay {n + 1}{lost}", _with_channel(sold, n, paid)


def _with_channel(state: State, n: int, channel: Channel) -> State:
    return msgspec.structs.replace(state, channels=(*state.channels[:n], channel, *state.channels[n + 1 :]))


def _terminal(state: State) -> Iterator[tuple[str, State]]:
    decision = deciding.decide(rows_of(state), moment(state), SETTINGS)
    if not isinstance(decision, steps.Act):
        return
    rows = rows_of(state)
    for event in decision.intent:
        rows = evolve(rows, event)
    durable = msgspec.structs.replace(state, rows=rows)
    effect = decision.effect
    if effect is None:
        yield "record", durable
        return
    if isinstance(effect, steps.Prepare):
        ready = not _reader_busy(state)
        yield (
            "prepared",
            msgspec.structs.replace(
                state, predecessor=state.last_sale if ready else None, wants=state.wants if ready else None
            ),
        )
        return
    if isinstance(effect, steps.Start):
        assert state.wants is not None
        begun = Channel(way=state.wants, sent_ms=state.now_ms)
        durable = msgspec.structs.replace(durable, wants=None, predecessor=None, channels=(*durable.channels, begun))
    if decision.intent and state.faults:
        yield "crash after intent", _crash(msgspec.structs.replace(durable, faults=state.faults - 1))
    for name, peers, answer in _effect(durable, effect):
        after = peers
        if isinstance(effect, steps.Confirm):
            told = not isinstance(answer, gas.Unreachable) or answer.sent
            after = msgspec.structs.replace(after, doubt=after.doubt or told)
        if isinstance(effect, steps.Find | steps.Close) and not isinstance(answer, payment.Unknown):
            after = msgspec.structs.replace(after, looked=tuple(sorted({*after.looked, effect.n})))
        new_rows = rows_of(after)
        for event in answers.apply(new_rows, effect, answer, 0):
            new_rows = evolve(new_rows, event)
        after = msgspec.structs.replace(after, rows=new_rows, stop=after.stop and new_rows.live is not None)
        yield f"{type(effect).__name__} {name}", after
        if peers.faults > 0:
            yield (
                f"{type(effect).__name__} {name}, crash",
                _crash(msgspec.structs.replace(peers, faults=peers.faults - 1)),
            )


def _effect(state: State, effect: steps.Effect) -> Iterator[tuple[str, State, answers.Answer]]:
    """What the peer does and what comes back; a lost request and a lost answer cost a fault each."""
    spent = msgspec.structs.replace(state, faults=state.faults - 1)
    match effect:
        case steps.Start(n=n) | steps.Find(n=n) | steps.Close(n=n):
            channel = state.channels[n - 1]
            done, answer = _reader_call(state, n, effect) if channel.way == "card" else _channel_call(channel, effect)
            yield "answered", _with_channel(state, n - 1, done), answer
            if state.faults:
                yield "answer lost", _with_channel(spent, n - 1, done), payment.Unknown("lost")
                if isinstance(effect, steps.Start):
                    lost = msgspec.structs.replace(channel, travelling=True)
                    yield "request late", _with_channel(spent, n - 1, lost), payment.Unknown("lost")
        case steps.GiveBack(n=n, r=r):
            channel = state.channels[n - 1]
            refund = rows_of(state).refund(n, r)
            booked = [row for row in rows_of(state).refunds if row.n == n]
            done = channel
            if channel.way == "card" and state.last_sale != str(n):
                yield "answered", state, payment.RefundFailed("not the last sale")
                return
            if channel.refunded < sum(row.amount_fen for row in booked):
                done = msgspec.structs.replace(channel, refunded=channel.refunded + refund.amount_fen)
            yield "answered", _with_channel(state, n - 1, done), payment.Refunded("R")
            if state.faults:
                yield "answer lost", _with_channel(spent, n - 1, done), payment.RefundPending("lost")
        case steps.OpenOrder() | steps.Confirm() | steps.Cancel():
            company, answer_ = _company_call(state.company, effect)
            yield "answered", msgspec.structs.replace(state, company=company), answer_
            if state.faults:
                lost_answer = gas.Unreachable("lost", sent=True)
                yield "answer lost", msgspec.structs.replace(spent, company=company), lost_answer
                yield "not reached", spent, gas.Unreachable("refused", sent=False)


def _reader_call(
    state: State, n: int, effect: steps.Start | steps.Find | steps.Close
) -> tuple[Channel, payment.Outcome]:
    """A card terminal answers of itself, or names its last sale once it is idle and nothing can travel any more."""
    channel = state.channels[n - 1]
    if isinstance(effect, steps.Start):
        return msgspec.structs.replace(channel, state="waiting"), payment.Open()
    if channel.known:
        return channel, payment.Captured(channel.captured, f"C{n}") if channel.captured else payment.Dead("refused")
    if channel.state == "waiting":
        return channel, payment.Open()
    if state.last_sale == str(n):
        return channel, payment.Captured(channel.captured, f"C{n}")
    if state.now_ms <= channel.sent_ms:
        return channel, payment.Unknown("too early to tell")
    if state.last_sale == rows_of(state).attempt(n).predecessor:
        return channel, payment.Dead("never_arrived")
    return channel, payment.Unprovable("another sale came after it")


def _channel_call(channel: Channel, effect: steps.Start | steps.Find | steps.Close) -> tuple[Channel, payment.Outcome]:
    if channel.state in ("paid", "paid_after_close"):
        return channel, payment.Captured(channel.captured, "W")
    match effect:
        case steps.Start():
            return msgspec.structs.replace(channel, state="waiting"), payment.Open()
        case steps.Find():
            if channel.state == "closed":
                return channel, payment.Dead("closed")
            if channel.state == "none" and not channel.travelling:
                return channel, payment.Dead("never_arrived")
            return channel, payment.Open() if channel.state == "waiting" else payment.Unknown("not found")
        case steps.Close():
            if channel.travelling and channel.state == "none":
                return channel, payment.Unknown("not found, and the request may still travel")
            if channel.state == "none":
                return channel, payment.Dead("never_arrived")
            return msgspec.structs.replace(channel, state="closed"), payment.Dead("closed")


def _company_call(
    company: Company, effect: steps.OpenOrder | steps.Confirm | steps.Cancel
) -> tuple[Company, gas.Opened | gas.Refused | gas.Delivered | gas.Cancelled]:
    opened = gas.Opened(pay_by_ms=4 * STEP_MS, due_fen=DUE, provider_ref="G")
    match effect:
        case steps.OpenOrder():
            if company.state == "none":
                return msgspec.structs.replace(company, state="open"), opened
            return company, opened if company.state == "open" else gas.Refused("not_now")
        case steps.Confirm():
            if company.state == "delivered":
                return company, gas.Delivered("N")
            if company.state == "open" and not company.elsewhere:
                return msgspec.structs.replace(company, state="delivered"), gas.Delivered("N")
            return company, gas.Refused("already_paid")
        case steps.Cancel():
            if company.state == "delivered":
                return company, gas.Delivered("N")
            return msgspec.structs.replace(company, state="cancelled"), gas.Cancelled()
