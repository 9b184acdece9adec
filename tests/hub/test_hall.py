"""Two terminals and a hub, the network coming and going: whatever each decides on its own, the books agree afterwards.

The rules are those of the product (`Hall`, `decide`, `merged`, a ticket's `evolve`); what carries them is played here.
"""

import itertools
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.hall import Attendant, Hall, Step, Ticket
from kiosk.protocol import tickets as ev
from kiosk.protocol.matter import ImpossibleEventError
from kiosk.protocol.tickets import TicketRow, evolve
from kiosk.queueing.deciding import decide
from kiosk.queueing.hall import PRESENT_S
from kiosk.queueing.merging import merged
from kiosk.queueing.numbering import share_of
from kiosk.queueing.rules import Business, Plan
from kiosk.queueing.wishes import (
    QueueComeBack,
    QueueFinish,
    QueueNext,
    QueueNoShow,
    QueueRecall,
    QueueTransfer,
    Wish,
)

DAY = "2026-11-30"
STEP_MS = 4000
BUSINESS = tuple(
    Business(letter=letter, name=letter, name_en=letter, windows=windows)
    for letter, windows in (("A", (1, 2)), ("B", (2,)))
)
NAMES = ("T1", "T2")
WISHES: st.SearchStrategy[Wish] = st.one_of(
    *(st.builds(kind, window=st.sampled_from((1, 2))) for kind in (QueueNext, QueueRecall, QueueNoShow, QueueFinish)),
    st.builds(QueueNext, window=st.sampled_from((1, 2))),
    st.builds(QueueTransfer, window=st.sampled_from((1, 2)), to=st.sampled_from("AB")),
    st.builds(QueueComeBack, number=st.sampled_from(("A001", "A002", "B001", "B002"))),
)


class Terminal:
    """Its journal, what follows from it, and how far the hub has it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.plan = Plan(business=BUSINESS, calls=2, share=f"{NAMES.index(name) + 1}/{len(NAMES)}")
        self.rows: dict[str, TicketRow] = {}
        self.journal: list[ev.TicketEvent] = []
        self.sent = 0
        self.plugged = True
        self.taken = 0
        self.refused: set[int] = set()

    def give(self, letter: str, now_ms: int, *, priority: bool) -> None:
        last = max((row.number for row in self.rows.values() if row.letter == letter), default=0)
        place = len(self.rows) + 1
        self.happened(
            ev.TicketGiven(
                matter=f"{self.name}-{place}",
                letter=letter,
                number=share_of(self.plan.share).after(last),
                business_date=DAY,
                priority=priority,
                place=place,
                at_ms=now_ms,
            )
        )

    def happened(self, event: ev.TicketEvent) -> None:
        self.rows[event.matter] = evolve(self.rows.get(event.matter), event)
        self.journal.append(event)

    def obey(self, event: ev.TicketEvent) -> bool:
        try:
            self.happened(event)
        except ImpossibleEventError:
            return False
        return True


class Halls(RuleBasedStateMachine):
    """See the module."""

    @initialize()
    def begin(self) -> None:
        self.now_ms = 1_800_000_000_000
        self.terminals = {name: Terminal(name) for name in NAMES}
        self.tickets: dict[str, Ticket] = {}
        self.steps: dict[int, tuple[Step, int]] = {}
        self.attendants: dict[str, Attendant] = {}
        self.count = itertools.count(1)
        for name in NAMES:
            self.poll(name)

    def hall(self) -> Hall:
        return Hall(self.tickets.values(), self.live(), self.attendants.values(), self.now_ms)

    def live(self) -> list[Step]:
        return [
            step
            for step, until_ms in self.steps.values()
            if step.state == "counts" or (step.state == "open" and until_ms > self.now_ms)
        ]

    def become(self, n: int, state: Any) -> None:
        step, until_ms = self.steps[n]
        if step.state != "done":
            self.steps[n] = (msgspec.structs.replace(step, state=state), until_ms)

    # What people do

    @rule(name=st.sampled_from(NAMES), letters=st.text("AB", min_size=1, max_size=3), priority=st.booleans())
    def give(self, name: str, letters: str, *, priority: bool) -> None:
        for letter in letters:
            self.terminals[name].give(letter, self.now_ms, priority=priority)
        self.send(name)

    @rule(name=st.sampled_from(NAMES), wish=WISHES)
    def a_terminal_alone_decides(self, name: str, wish: Wish) -> None:
        terminal = self.terminals[name]
        if not terminal.plugged:
            for event in decide(merged({name: terminal.rows.values()}), wish, terminal.plan, self.now_ms).events:
                terminal.happened(event)

    @rule(wish=WISHES)
    def the_hub_decides(self, wish: Wish) -> None:
        hall = self.hall()
        decided, begins = hall.decide(wish)
        for event in decided.events:
            n, owner = next(self.count), hall.terminal_of(event.matter)
            step = Step(n=n, terminal=owner, event=event, state=begins[event.matter])
            heard_ms = self.attendants[owner].heard_ms
            assert step.state == ("open" if self.now_ms - heard_ms <= PRESENT_S * 1000 else "counts")
            if isinstance(event, ev.TicketCalled):  # nobody else is being called to any window, in this turn or as this
                asked = [other.event for other in self.live() if other.state == "open"]
                calls = [other for other in asked if isinstance(other, ev.TicketCalled)]
                assert not [other for other in calls if other.turn == event.turn or other.matter == event.matter]
            self.steps[n] = (step, self.now_ms + STEP_MS)

    @rule(name=st.sampled_from(NAMES))
    def somebody_takes_over(self, name: str) -> None:
        if name in self.hall().away:
            self.attendants[name] = msgspec.structs.replace(self.attendants[name], taken_over=True)

    # What time and the network do

    @rule(ms=st.sampled_from((100, STEP_MS, int(PRESENT_S * 1000) + 1)))
    def time_passes(self, ms: int) -> None:
        self.now_ms += ms

    @rule(name=st.sampled_from(NAMES))
    def cut(self, name: str) -> None:
        self.terminals[name].plugged = False

    @rule(name=st.sampled_from(NAMES))
    def plug(self, name: str) -> None:
        self.terminals[name].plugged = True

    @rule(name=st.sampled_from(NAMES))
    def restart(self, name: str) -> None:
        self.terminals[name].taken = 0
        self.terminals[name].refused.clear()

    @rule(name=st.sampled_from(NAMES))
    def send(self, name: str) -> None:
        terminal = self.terminals[name]
        while terminal.plugged and terminal.sent < len(terminal.journal):
            event = terminal.journal[terminal.sent]
            terminal.sent += 1
            before = self.tickets.get(event.matter)
            self.tickets[event.matter] = Ticket(name, name, evolve(before.row if before else None, event))
            for n, (step, _) in self.steps.items():
                if step.event == event:
                    self.become(n, "done")

    @rule(name=st.sampled_from(NAMES), answered=st.booleans())
    def poll(self, name: str, *, answered: bool = True) -> None:
        terminal = self.terminals[name]
        if not terminal.plugged:
            return
        for n in terminal.refused:
            self.become(n, "void")
        plan = msgspec.json.encode(terminal.plan).decode()
        self.attendants[name] = Attendant(terminal=name, ledger=name, heard_ms=self.now_ms, taken_over=False, plan=plan)
        if not answered:
            return
        terminal.refused.clear()
        for step in self.live():
            if step.terminal == name and step.n > terminal.taken:
                turns = [call.turn for call in terminal.rows[step.event.matter].calls]
                known = isinstance(step.event, ev.TicketCalled) and step.event.turn in turns
                if not known and not terminal.obey(step.event):
                    terminal.refused.add(step.n)
                terminal.taken = step.n

    # What must hold

    @invariant()
    def what_is_shown_is_what_a_terminal_recorded(self) -> None:
        decided = {step.event.matter for step, _ in self.steps.values() if step.state == "counts"}
        for row in self.hall().rows:
            kept = self.tickets[row.matter].row
            assert row.matter in decided or msgspec.structs.replace(row, place=kept.place) == kept

    @invariant()
    def a_number_is_in_one_hand(self) -> None:
        numbers = [row.shown for terminal in self.terminals.values() for row in terminal.rows.values()]
        assert len(set(numbers)) == len(numbers)

    def teardown(self) -> None:
        """With the network whole, everything agrees, and who waits is called: nobody is lost, and none twice."""
        for name in NAMES:
            self.plug(name)
        self.settle()
        hall = self.hall()
        assert hall.away == {}
        assert hall.rows == merged({name: terminal.rows.values() for name, terminal in self.terminals.items()})
        recorded = [event for terminal in self.terminals.values() for event in terminal.journal]
        for step, _ in self.steps.values():
            assert step.state != "counts"
            assert recorded.count(step.event) == (step.state == "done")

        waiting = sorted(row.matter for row in hall.rows if row.state == "waiting")
        before = {row.matter: len(row.calls) for row in hall.rows}
        for window in (1, 2) * (len(hall.rows) + 2):
            self.the_hub_decides(QueueNext(window=window))
            self.settle()
        rows = self.hall().rows
        assert sorted(row.matter for row in rows if len(row.calls) == before[row.matter] + 1) == waiting
        assert {row.state for row in rows} <= {"finished", "missed"}

    def settle(self) -> None:
        """As many exchanges as it takes."""
        for name in NAMES * 2:
            self.send(name)
            self.poll(name)
            self.send(name)
        self.time_passes(STEP_MS)


Halls.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_halls = Halls.TestCase
