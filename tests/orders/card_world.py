"""The searched world of goods that go onto a gas card: an order that is paid for, or free, from the company's word to
the card's.

What may go wrong beside the company's line: the card is pulled at any byte, swapped, emptied by its meter, or written
at another terminal; the reader's answer is lost, or a write goes on after it; the power goes between any two steps.
"""

from collections.abc import Iterator

from kiosk.devices import gas, gas_card
from kiosk.orders import answers, steps
from tests.orders import card_peers
from tests.orders.card_peers import Card
from tests.orders.peers import DUE, PAY_BY_MS, Channel, Company
from tests.orders.state import State
from tests.orders.story import Story
from tests.orders.world import BACK_MS, Next, World

LOCKED = gas_card.LockedCard(0)
NOT_THIS_CARD = gas.Refused("card_unknown")


class CardWorld(World):
    """See the module. `free`: what is loaded is owed to the household already. `writes`: how often it is tried."""

    def __init__(self, *, free: bool, faults: int, writes: int = 2) -> None:
        super().__init__("wechat", faults=faults, minutes=0)
        story = Story(card="c", due_fen=0 if free else DUE)
        if free:
            start = State(self._keep(story.rows), card=Card(place="in", seen=True), company=Company("unknown"))
        else:
            paid = Channel("wechat", 0, "paid", DUE)
            rows = story.opened(PAY_BY_MS).shown().captured().rows
            start = State(self._keep(rows), channels=(paid,), company=Company("open"), card=Card(place="in", seen=True))
        self._writes = writes
        self.start = start._replace(faults=faults)

    def _next(self, state: State) -> Next:
        card = _of(state)
        yield from super()._next(state)
        if state.rows.order.state in ("opening", "open", "refused", "cancelled"):
            return
        if card.place == "in":
            yield "the card is pulled", _with(state, card._replace(place="out"))
            if not card.seen and _wanted(state) and (state.rows.job or len(state.rows.jobs) < self._writes):
                yield "the card is read", _with(state, card._replace(seen=True))
        elif card.place == "out":
            yield "the card is put in", _with(state, card._replace(place="in"))
            yield "another card is put in", _with(state, card._replace(place="other"))
            if card.image == "new":
                yield "the meter takes the gas", _with(state, card._replace(image="emptied"))
        else:
            yield "the other card is pulled", _with(state, card._replace(place="out"))
        job = state.rows.job
        if job and state.now_ms < job.sent_ms + BACK_MS:
            yield "the card does not come back", state._replace(now_ms=job.sent_ms + BACK_MS)

    def _others(self, state: State) -> Next:
        yield from super()._others(state)
        card, company = _of(state), state.company
        if card.elsewhere:
            told = _with(state._replace(company=company._replace(state="delivered")), card._replace(elsewhere=False))
            yield "the other terminal reports", told
        if state.faults and company.state == "owed" and card.place == "out" and card.image in ("old", "mixed"):
            there = card._replace(image="new", landed=card.landed + 1, elsewhere=True)
            yield "written at another terminal", _with(state._replace(faults=state.faults - 1), there)

    def _crash(self, state: State) -> State:
        left = tuple(effect for effect in state.on_their_way if not isinstance(effect, steps.Write))
        return _with(super()._crash(state)._replace(on_their_way=left), _of(state).forgotten())

    def _acts(
        self, state: State, effect: steps.Effect, *, late: bool = False, asked_before: bool = True
    ) -> Iterator[tuple[str, State, answers.Answer]]:
        if isinstance(effect, steps.Write | steps.Look):
            yield from self._at_the_reader(state, effect)
            return
        for name, done, answer in super()._acts(state, effect, late=late, asked_before=asked_before):
            for_sale = done._replace(company=done.company._replace(state="open"))
            yield name, for_sale if name == "another amount" else done, answer
        if isinstance(effect, steps.Fetch) and state.faults and state.company.state == "owed":
            spent = state._replace(faults=state.faults - 1)
            yield "the card holds gas", spent, gas.Refused("gas_on_card")
            yield "the card is locked", spent, LOCKED
            yield "the company wants another card", spent, NOT_THIS_CARD

    def _at_the_reader(
        self, state: State, effect: steps.Write | steps.Look
    ) -> Iterator[tuple[str, State, answers.Answer]]:
        """Calls take turns: what an earlier one was still to do, it has done or will never do."""
        left = tuple(other for other in state.on_their_way if not isinstance(other, steps.Write))
        state = state._replace(on_their_way=left)
        card, found = _of(state), card_peers.look(_of(state))
        if isinstance(effect, steps.Look) or not isinstance(found, gas_card.Absent):
            yield "looked", state, found
            if state.faults:
                yield "not looked", state._replace(faults=state.faults - 1), gas_card.CardUnknown("lost")
            return
        if effect.doubt and not found.mixed:
            yield "looked", state, found
            return
        yield "written", _with(state, card_peers.written(card)), card_peers.LANDED
        if not state.faults:
            return
        spent = state._replace(faults=state.faults - 1)
        for name, after, outcome in card_peers.broken_off(card):
            yield name, _with(spent, after), outcome
        later = spent._replace(on_their_way=(*spent.on_their_way, effect))
        yield "it is written later", later, gas_card.CardUnknown("lost")

    def _done(
        self, state: State, effect: steps.Effect, *, late: bool, asked_before: bool
    ) -> tuple[State, answers.Answer]:
        if isinstance(effect, steps.Write):
            return _with(state, card_peers.written(_of(state))), gas_card.CardUnknown("late")
        if isinstance(effect, steps.GiveBack | steps.Find):
            return super()._done(state, effect, late=late, asked_before=asked_before)
        if (
            isinstance(effect, steps.Cancel) and _of(state).elsewhere
        ):  # it cannot be called off before that one is told of
            return state, gas.Unreachable("another terminal has the job", sent=True)
        landed = isinstance(effect, steps.Report) and state.rows.jobs[effect.n - 1].state == "landed"
        due_fen = state.rows.order.due_fen
        company, answer = card_peers.company_call(state.company, due_fen, effect, landed=landed)
        return state._replace(company=company), answer

    def _answered(self, state: State, effect: steps.Effect, answer: answers.Answer) -> State:
        card = _of(state)
        if isinstance(effect, steps.Write | steps.Look):
            state = _with(state, card.forgotten())
        elif isinstance(effect, steps.Fetch) and isinstance(answer, gas.WriteJob):
            state = _with(state, card._replace(fresh=True))
        elif isinstance(effect, steps.Fetch) and answer in (gas.Refused("gas_on_card"), LOCKED, NOT_THIS_CARD):
            state = _with(state, card._replace(seen=False))
        return super()._answered(state, effect, answer)

    def ends(self, state: State, known: dict[State, State]) -> Iterator[State]:
        """Whether the resident brings the card back, or never does."""
        card = _of(state)._replace(elsewhere=False)
        if _of(state).elsewhere:
            state = state._replace(company=state.company._replace(state="delivered"))
        for place in ("in", "out"):
            yield self.healed(_with(state, card._replace(place=place)), known)

    def _onward(self, state: State) -> State | None:
        card = _of(state)
        if card.place == "in" and not card.seen and _wanted(state):
            return _with(state, card._replace(seen=True))
        decision = self._decided(state)
        if not (isinstance(decision, steps.Act) and isinstance(decision.effect, steps.Ask)):
            return super()._onward(state)
        asked = next(after for _, after in self._terminal(state))
        if asked != state:
            return asked
        if state.rows.order.state == "manual":
            return None
        job = state.rows.job
        return state._replace(now_ms=job.sent_ms + BACK_MS if job else state.rows.order.deliver_by_ms)


def _of(state: State) -> Card:
    assert state.card is not None
    return state.card


def _with(state: State, card: Card) -> State:
    return state._replace(card=card)


def _wanted(state: State) -> bool:
    """Whether something is to be done with the card; with the staff only where it tells something."""
    match state.rows.order.state:
        case "delivering" | "held":
            return state.rows.order.owed
        case "manual":
            return state.rows.job is not None and (_of(state).landed > 0 or _of(state).image == "odd")
        case _:
            return False
