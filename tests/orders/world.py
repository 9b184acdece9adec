"""A small world for searching the money path: one order, its peers with their books, and every message that can be
lost, late or doubled."""

from collections.abc import Iterable, Iterator
from typing import assert_never, get_args

from msgspec.structs import replace

from kiosk.devices import gas, payment
from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown
from kiosk.orders import answers, deciding, prints, steps
from kiosk.orders.private import CardPrivate, Private
from kiosk.orders.settings import OrderSettings
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import RefundRow, Rows
from tests.orders import laws, peers
from tests.orders.peers import DUE, Channel, Stuck, Way
from tests.orders.state import Kept, Paper, State, later, spent, told_apart, with_channel

SETTINGS = OrderSettings(
    deliver_by_hours=1,
    late_watch_hours=2,
    late_looks_seconds=(60, 600, 3600, 7200),
    offer_seconds=60,
    pay_by_margin_seconds=60,
    card_back_hours=2,
)
STEP_MS = 60_000
BACK_MS = SETTINGS.card_back_hours * 3_600_000
WAYS: dict[Way, steps.Method] = {
    "wechat": steps.Method("wechat", "wechat"),
    "card": steps.Method("card", "card", hold=True),
    "two_phase": steps.Method("two_phase", "card"),
}
KINDS = tuple(kind.kind for kind in get_args(Private) if kind not in get_args(CardPrivate))
"""Those that the company credits by itself; the others have a world of their own."""


def of_every_kind(rows: Rows) -> Iterator[Rows]:
    """The same, had something else been bought."""
    if rows.order.card_hash:
        yield rows
        return
    for kind in KINDS:
        yield replace(rows, order=replace(rows.order, kind=kind))


Next = Iterator[tuple[str, State]]


class World:
    """What can happen. `ways`: how the resident may pay; the first is chosen at once. `faults`, `pays`, `slips`: how
    often something goes wrong, the resident pays, or wants a slip; `renewals`: how often staff want another number for
    a refund that failed."""

    def __init__(
        self, *ways: Way, faults: int = 2, pays: int = 2, slips: int = 0, minutes: int = 2, renewals: int = 0
    ) -> None:
        self._ways = ways
        self._amounts = (DUE, DUE - 1, DUE + 1) if len(ways) == 1 else (DUE,)
        self._minutes = minutes
        self._renewals = renewals
        self._all: dict[Rows, Kept] = {}
        opening = ev.OrderOpening(
            order_no="T07K20000010",
            kind=KINDS[0],
            subject="s",
            account_hash="h",
            hash_key="k",
            quote_id="q",
            due_fen=DUE,
            business_date="2026-11-24",
            language="zh_CN",
            at_ms=0,
        )
        rows = self._keep(evolve(None, opening))
        self.start = State(rows, wants=ways[0], faults=faults, pays=pays, slips=slips, renewals=renewals)

    def successors(self, state: State) -> Next:
        """Every state that can come next, with the name of what happened."""
        for name, after in self._next(state):
            yield name, told_apart(after)

    def _next(self, state: State) -> Next:
        yield from self._terminal(state)
        yield from self._printer(state)
        yield from self._resident(state)
        yield from self._others(state)
        yield from self._staff(state)
        for effect in state.on_their_way:
            left = tuple(other for other in state.on_their_way if other != effect)
            [(_, arrived, _), *_] = self._acts(state._replace(on_their_way=left, faults=0), effect, late=True)
            yield "a late request arrives", arrived._replace(faults=state.faults)
        if state.faults:
            yield "crash", self._crash(spent(state))
        if state.now_ms < self._minutes * STEP_MS:
            yield "time passes", later(state, state.now_ms + STEP_MS)
        if state.rows.order.state in ("delivering", "held") and state.now_ms < state.rows.order.deliver_by_ms:
            yield "the deadline passes", later(state, state.rows.order.deliver_by_ms)

    def ends(self, state: State, known: dict[State, State]) -> Iterator[State]:
        """Every way that it can end, once all is well again."""
        yield self.healed(state, known)

    def healed(self, state: State, ends: dict[State, State]) -> State:
        """Run on with healthy peers and nobody there until nothing is left to do; the last state. `ends` are known."""
        channels = tuple(
            channel._replace(state="closed") if channel.way == "card" and channel.state == "waiting" else channel
            for channel in state.channels
        )
        channels = tuple(_heal(channel) for channel in channels)
        state = state._replace(channels=channels, on_their_way=(), printing=False, papers=(), predecessor=None)
        state = state._replace(faults=0, pays=0, slips=0, renewals=0, present=False, wants=None, stop=False)
        walked = []
        while state not in ends and (after := self._onward(state)) is not None:
            walked.append(state)
            laws.must(len(walked) < 60, "I8", f"it never ends: {state.rows}")
            state = after
        end = ends.get(state, state)
        ends.update(dict.fromkeys([*walked, state], end))
        return end

    def _onward(self, state: State) -> State | None:
        decision = self._decided(state)
        waits_for_staff = state.rows.manual or any(refund.state == "failed" for refund in state.rows.refunds)
        match decision:
            case steps.Final():
                return None
            case steps.Wait(until_ms=until_ms):
                if waits_for_staff or (state.rows.order.closed and not laws.unseen(state.rows, state.booked)):
                    return None
                laws.must(until_ms is not None, "I8", "nobody is there and it waits for ever")
                return later(state, max(until_ms or 0, state.now_ms))
            case steps.Act(effect=effect):
                if waits_for_staff and isinstance(effect, steps.Find):
                    return None
                after = next(after for _, after in self._terminal(state))
                return after if after != state else later(state, state.now_ms + STEP_MS)
            case _:
                assert_never(decision)

    # -- the rows ---------------------------------------------------------------------------------------------------

    def _keep(self, rows: Rows) -> Kept:
        return self._all.setdefault(rows, Kept(rows))

    def _then(self, kept: Kept, events: Iterable[ev.Event]) -> Kept:
        rows = kept.rows
        for event in events:
            rows = evolve(rows, event)
        return kept if rows is kept.rows else self._keep(rows)

    def _decided(self, state: State) -> steps.Decision:
        wants = state.wants if state.present else None
        card = state.card
        asked = (
            *(state.now_ms, state.present, wants, state.predecessor, state.stop, state.doubt, state.looked),
            *((card.seen, card.fresh) if card else ()),
        )
        decision = state.kept.decisions.get(asked)
        if decision is None:
            moment = steps.Moment(
                now_ms=state.now_ms,
                present=state.present,
                wants=WAYS[wants] if wants else None,
                predecessor=state.predecessor,
                stop=state.stop,
                looked_ms=dict(state.looked),
                doubt=state.doubt,
                card=card is not None and card.seen,
                fresh=card is not None and card.fresh,
            )
            decision = state.kept.decisions[asked] = deciding.decide(state.rows, moment, SETTINGS)
            for rows in of_every_kind(state.rows):
                laws.must(deciding.decide(rows, moment, SETTINGS) == decision, "I8", "kinds go different ways")
        return decision

    def _applied(self, kept: Kept, effect: steps.Effect, answer: answers.Answer) -> Kept:
        after = kept.after.get((effect, answer))
        if after is None:
            after = self._then(kept, answers.apply(kept.rows, effect, answer, 0))
            kept.after[effect, answer] = after
        return after

    # -- the terminal -----------------------------------------------------------------------------------------------

    def _crash(self, state: State) -> State:
        """The power goes, and the next process begins."""
        return state._replace(
            kept=self._then(state.kept, prints.lost(state.rows)),
            present=False,
            wants=None,
            predecessor=None,
            stop=False,
            doubt=state.rows.order.state == "delivering",
            looked=(),
            channels=tuple(channel._replace(known=False) for channel in state.channels),
            printing=False,
        )

    def _terminal(self, state: State) -> Next:
        decision = self._decided(state)
        if not isinstance(decision, steps.Act):
            return
        effect = decision.effect
        if isinstance(effect, steps.Prepare):
            ready = not _reader_busy(state)
            yield (
                "prepared",
                state._replace(predecessor=state.last_sale if ready else None, wants=state.wants if ready else None),
            )
            return
        durable = state
        if decision.intent:
            recorded = state.kept.after.get(decision.intent)
            if recorded is None:
                recorded = state.kept.after[decision.intent] = self._then(state.kept, decision.intent)
            durable = state._replace(kept=recorded)
        if effect is None:
            yield "record", durable
            return
        if isinstance(effect, steps.Start):
            laws.must(state.wants is not None, "I1", "a start is made again")
            assert state.wants is not None
            begun = Channel(state.wants, state.now_ms)
            durable = durable._replace(wants=None, predecessor=None, channels=(*durable.channels, begun))
        laws.i1_row_before_the_first_byte(durable.rows, effect)
        for name, after, answer in self._acts(durable, effect, asked_before=not decision.intent):
            yield name, self._answered(after, effect, answer)
            if after.faults:
                yield f"{name}, crash", self._crash(spent(after))
        if decision.intent and state.faults:
            yield "crash after the intent", self._crash(spent(durable))

    def _answered(self, state: State, effect: steps.Effect, answer: answers.Answer) -> State:
        doubt, looked = state.doubt, state.looked
        if isinstance(effect, steps.Confirm):
            doubt = doubt or not isinstance(answer, gas.Unreachable) or answer.sent
        if isinstance(effect, steps.Find | steps.Close) and not isinstance(answer, payment.Unknown):
            looked = tuple(sorted({**dict(looked), effect.n: state.now_ms}.items()))
        kept = self._applied(state.kept, effect, answer)
        return state._replace(kept=kept, doubt=doubt, looked=looked, stop=state.stop and kept.rows.live is not None)

    # -- the peers --------------------------------------------------------------------------------------------------

    def _acts(
        self, state: State, effect: steps.Effect, *, late: bool = False, asked_before: bool = True
    ) -> Iterator[tuple[str, State, answers.Answer]]:
        """What the peer does and what comes back, the undisturbed course first. A fault each: the request or the answer
        is lost, the request comes late, or once more later."""
        done, answer = self._done(state, effect, late=late, asked_before=asked_before)
        yield "answered", done, answer
        if not state.faults:
            return
        lost: answers.Answer
        match effect:
            case steps.GiveBack(n=n):
                lost = payment.RefundPending("lost")
                if self._renewals and not state.channels[n - 1].knows(state.rows.refund(n, effect.r).key):
                    yield from _sticking(spent(state), n, state.rows.refund(n, effect.r))
                elif isinstance(answer, payment.Refunded) and not state.channels[n - 1].returned:
                    never = state.channels[n - 1]._replace(never=True)
                    yield (
                        "refused for good",
                        with_channel(spent(state), n, never),
                        payment.RefundFailed("never"),
                    )
            case steps.FindRefund():
                lost = payment.RefundPending("lost")
            case steps.OpenOrder() | steps.Confirm() | steps.Cancel() | steps.Fetch() | steps.Report() | steps.Ask():
                lost = gas.Unreachable("lost", sent=True)
                yield "not reached", spent(state), gas.Unreachable("refused", sent=False)
                yield (
                    "not now",
                    spent(state),
                    lost if isinstance(effect, steps.Cancel | steps.Report | steps.Ask) else gas.Refused("not_now"),
                )
                if isinstance(answer, gas.Opened):
                    changed = gas.Opened(pay_by_ms=answer.pay_by_ms, due_fen=DUE + 1, provider_ref="G")
                    yield "another amount", spent(done), changed
            case _:
                lost = payment.Unknown("lost")
        yield "answer lost", spent(done), lost
        if not isinstance(effect, steps.Find | steps.FindRefund | steps.Prepare) and effect not in state.on_their_way:
            may_come = (*state.on_their_way, effect)
            yield "request late", spent(state._replace(on_their_way=may_come)), lost
            if not isinstance(effect, steps.Start):
                yield "answered, and once more later", spent(done._replace(on_their_way=may_come)), answer

    def _done(
        self, state: State, effect: steps.Effect, *, late: bool, asked_before: bool
    ) -> tuple[State, answers.Answer]:
        match effect:
            case steps.Fetch() | steps.Write() | steps.Look() | steps.Report() | steps.Ask():
                raise AssertionError(f"{effect} without a card")
            case steps.Start(n=n) | steps.Find(n=n) | steps.Close(n=n) | steps.Capture(n=n):
                channel = state.channels[n - 1]
                coming = steps.Start(n) in state.on_their_way
                if channel.way == "wechat" and not isinstance(effect, steps.Capture):
                    channel, outcome = peers.wallet_call(channel, effect, on_its_way=coming)
                elif channel.way == "two_phase":
                    channel, outcome = peers.two_phase_call(channel, effect, on_its_way=coming)
                elif isinstance(effect, steps.Capture) or (late and channel.state != "none"):
                    return state, payment.Open()
                else:
                    before = state.rows.attempt(n).predecessor
                    coming |= state.now_ms <= channel.sent_ms
                    channel, outcome = peers.reader_call(channel, effect, state.last_sale, before, on_its_way=coming)
                return with_channel(state, n, channel), outcome
            case steps.GiveBack(n=n, r=r):
                refund, channel = state.rows.refund(n, r), state.channels[n - 1]
                own = channel.way != "card" or state.last_sale == str(n)
                channel, returned = peers.give_back(
                    channel, refund.key, refund.amount_fen, last_sale=own, asked_before=asked_before
                )
                return with_channel(state, n, channel), returned
            case steps.FindRefund(n=n, r=r):
                return state, peers.find_refund(state.channels[n - 1], state.rows.refund(n, r).key)
            case steps.OpenOrder() | steps.Confirm() | steps.Cancel():
                company, answer = peers.company_call(state.company, effect)
                return state._replace(company=company), answer
            case steps.Prepare():
                return state, payment.Ready(state.last_sale)
            case _:
                assert_never(effect)

    def _resident(self, state: State) -> Next:
        if state.present:
            yield "leave", state._replace(present=False, wants=None)
            if state.rows.live and not state.stop:
                yield "stop", state._replace(stop=True)
            if not (state.rows.live or state.wants) and len(state.channels) < 2:
                for way in self._ways[-1:]:
                    yield f"choose {way}", state._replace(wants=way, predecessor=None, stop=False)
        for n, channel in enumerate(state.channels, 1):
            if channel.way == "card":
                yield from _at_the_reader(state, n, channel)
            elif channel.way == "two_phase":
                yield from _authorizing(state, n, channel)
            elif state.pays and channel.state == "waiting":
                for fen in self._amounts:
                    paid = channel._replace(state="paid", fen=fen)
                    yield f"pay {fen}", with_channel(state._replace(pays=state.pays - 1), n, paid)
            elif state.pays and state.faults and channel.state == "closed":
                late = channel._replace(state="paid_after_close", fen=DUE)
                yield "pay after the close", with_channel(spent(state._replace(pays=state.pays - 1)), n, late)

    def _others(self, state: State) -> Next:
        if not state.faults:
            return
        if "card" in self._ways and state.last_sale != "other" and not _reader_busy(state):
            yield "somebody rings up a sale", spent(state._replace(last_sale="other"))
        if state.company.state == "open" and not state.company.elsewhere:
            yield "paid elsewhere", spent(state._replace(company=state.company._replace(elsewhere=True)))

    def _staff(self, state: State) -> Next:
        """Two of them want another number whatever the channel said; and at the channel, somebody makes a refund by
        hand that could not be made."""
        for refund in state.rows.refunds:
            if refund.state == "failed" and state.renewals:
                renewing = ev.RefundRenewing(
                    order_no=refund.order_no, n=refund.n, r=refund.r, reason="", by="chen", second="zhao", at_ms=0
                )
                kept = self._then(state.kept, [renewing])
                yield "another number", state._replace(kept=kept, renewals=state.renewals - 1)
        for n, channel in enumerate(state.channels, 1):
            for key, _, how in channel.stuck:
                if how != "closed":
                    yield f"{key} is made", with_channel(state, n, channel.without(key))

    # -- the printer ------------------------------------------------------------------------------------------------

    def _printer(self, state: State) -> Next:
        """A slip at any moment after the paying; the power may go while it prints."""
        if state.slips and not state.printing and state.rows.order.state not in ("opening", "open"):
            intended = prints.intended(state.rows, 0)
            kept = self._then(state.kept, [intended])
            yield "print", state._replace(kept=kept, printing=True, slips=state.slips - 1)
        if not state.printing:
            return
        row = state.rows.prints[-1]
        ends: tuple[tuple[PrintOutcome, bool], ...] = (
            (Printed(), True),
            (NotPrinted("paper_out"), False),
            (PrintUnknown("lost"), True),
            (PrintUnknown("lost"), False),
        )
        for outcome, out in ends:
            papers = (*state.papers, Paper(row.truth, row.reprint, out)) if out else state.papers
            kept = self._then(state.kept, [prints.ended(row.order_no, row.p, outcome)])
            yield f"printed {out}", state._replace(kept=kept, printing=False, papers=papers)
            if state.faults:
                yield f"printed {out}, crash", self._crash(spent(state._replace(papers=papers)))


def _heal(channel: Channel) -> Channel:
    """What it is about to give back it gives."""
    for key, _, how in channel.stuck:
        if how == "processing":
            channel = channel.without(key)
    return channel


def _sticking(state: State, n: int, refund: RefundRow) -> Iterator[tuple[str, State, answers.Answer]]:
    """The channel takes a refund, and does not make it now."""
    for how in get_args(Stuck):
        channel = state.channels[n - 1]
        taken = channel._replace(stuck=(*channel.stuck, (refund.key, refund.amount_fen, how)))
        yield f"refund {how}", with_channel(state, n, taken), peers.find_refund(taken, refund.key)


def _reader_busy(state: State) -> bool:
    return any(channel.way == "card" and channel.state == "waiting" for channel in state.channels)


def _at_the_reader(state: State, n: int, channel: Channel) -> Next:
    if channel.state != "waiting":
        return
    for known in (True, False) if state.faults else (True,):
        after = state if known else spent(state)
        yield f"decline, {known}", with_channel(after, n, channel._replace(state="closed", known=known))
        if state.pays:
            sold = after._replace(pays=state.pays - 1, last_sale=str(n))
            yield f"pay, {known}", with_channel(sold, n, channel._replace(state="paid", fen=DUE, known=known))


def _authorizing(state: State, n: int, channel: Channel) -> Next:
    """The bank reserves the money; the terminal lets go of it by itself when it is told nothing."""
    if channel.state == "waiting" and state.pays:
        reserved = channel._replace(state="authorized")
        yield "authorize", with_channel(state._replace(pays=state.pays - 1), n, reserved)
    if channel.state == "waiting":
        yield "decline", with_channel(state, n, channel._replace(state="closed"))
    if channel.state == "authorized" and state.faults:
        yield "the terminal lets go", with_channel(spent(state), n, channel._replace(state="closed"))
