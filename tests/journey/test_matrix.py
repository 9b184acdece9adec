"""Every button of the workbench at every moment of both payments: true screens, true slips, balanced books.

The buttons are those that the simulators themselves show. Several terminals stand side by side, each among simulators
of its own, because most of the time is spent waiting.
"""

import asyncio
import contextlib
import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.protocol.order.truth import needs_staff
from kiosk.rehearsal.books import Line, ledger_rows
from kiosk.rehearsal.hand import SimulatorError
from kiosk.rehearsal.headless import configured
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.views.common import Outcome
from kiosk.views.payment import AtReader, ScanToPay
from tests.journey.conftest import CONFIG, OPTIONS, Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import IMPATIENT, ORDERS, QUICK, Terminal, standing

LANES = 4
TRIES = 3
"""A loaded machine may end a visit before the moment comes."""
MOMENTS = (
    "before effect OpenOrder",
    "before effect Start",
    "after effect Start",
    "at the wallet or the reader",
    "before effect Confirm",
    "after effect Confirm",
    "before effect Print",
)
PARTIES = {
    "wechat": ("wechat_pay", "gas_company_http", "escpos"),
    "card": ("transbank_pos", "gas_company_http", "escpos"),
    "alipay": ("alipay",),
}
HEALED = {
    "wechat_pay": ("plug",),
    "alipay": ("plug",),
    "gas_company_http": ("plug",),
    "transbank_pos": ("hush", "plug", "power_on", "refill", "load_keys"),
    "escpos": ("hush", "plug", "power_on", "refill", "cover_close", "free_cutter", "repair"),
}
LATE_LOOKS = msgspec.structs.replace(ORDERS, late_watch_hours=1, late_looks_seconds=(0.2, 0.5, 1, 2, 4, 8))
UNPROVABLE = ("other_sale", "close_batch", "swap")
"""What a person can do at the card terminal that destroys the proof of a sale: the staff must look."""

CHANGES_THE_DEBT = {"add_debt", "pay_elsewhere", "raise_prices", "paid_elsewhere", "price_changed"}

Button = dict[str, Any]


@pytest.fixture(scope="module")
def lanes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Simulators]]:
    names = named_by(configured(CONFIG))
    with contextlib.ExitStack() as stack:
        folders = [tmp_path_factory.mktemp(f"lane-{lane}") for lane in range(LANES)]
        yield [stack.enter_context(Simulators(folder, names, OPTIONS)) for folder in folders]


class Case:
    """One button pressed once, the first time that the moment comes."""

    def __init__(self, hall: Hall, party: str, button: Button, method: str, moment: str) -> None:
        self.hall = hall
        self.party = party
        self.button = button
        self.method = method
        self.moment = moment
        self.pressed = False
        self._calls: set[asyncio.Task[object]] = set()

    def __str__(self) -> str:
        return f"{self.party}: {self.button['label']!r}, {self.moment}, paying by {self.method}"

    def observe(self, name: str) -> None:
        if name == self.moment:
            self.press()

    def press(self) -> None:
        if self.pressed:
            return
        self.pressed = True
        if self.button["action"] == "pay" and self.party == "transbank_pos":  # it waits for the sale to end
            task = asyncio.create_task(asyncio.to_thread(self._press))
            self._calls.add(task)
        else:
            self._press()

    def _press(self) -> object:
        hand = self.hall.simulators
        with contextlib.suppress(SimulatorError):  # there is nothing to do that with at this moment
            if self.button["fault"]:
                hand.arm(self.party, self.button["fault"], times=self.button["times"], **self.button["more"])
            else:
                hand.do(self.party, self.button["action"], **self.button["more"])
        return None

    async def done(self) -> None:
        if self._calls:
            await asyncio.wait(self._calls)


async def walked(case: Case) -> list[str]:
    """What was not as it should be."""
    hall, action = case.hall, case.button["action"]
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    async with standing(
        hall,
        alipay=case.method == "alipay",
        observe=case.observe,
        visit=IMPATIENT,
        orders=LATE_LOOKS,
        drivers={"gas_company_http": QUICK},
    ) as terminal:
        person = terminal.person
        person.channel = case.method
        person.late = action in ("pay_late", "reverse")
        if case.moment == "at the wallet or the reader":
            person.before[ScanToPay] = person.before[AtReader] = case.press
        await _until_it_goes_no_further(terminal)
        heal(hall.simulators)
        problems = await _until_resolved(terminal, case)
        await case.done()
    problems += person.lies
    lines = hall.books()
    delivered = sum(line.delivered_there for line in lines)
    owed = hall.arrears(hall.account)
    if not CHANGES_THE_DEBT & {action, case.button["fault"]} and delivered != due - owed:
        problems.append(f"the company booked {delivered} of {due}, and {owed} are still owed")
    told = [view.truth for view in person.seen if isinstance(view, Outcome)]
    if any(line.charged_there for line in lines) and not told:
        problems.append("money moved and no end screen was shown")
    for slip in hall.slips():
        if "办好了" in slip and not delivered:
            problems.append("a slip says done")
        if "没有留下您的钱" in slip and delivered:
            problems.append("a slip says that no money was kept")
    return problems


async def _until_it_goes_no_further(terminal: Terminal) -> None:
    """The visit is over, or the screen says that it is not finished and goes on trying."""
    person = terminal.person
    stuck = asyncio.create_task(person.at(Outcome, lambda view: view.truth == "not_finished"))
    done = asyncio.create_task(person.done.wait())
    await asyncio.wait({stuck, done}, timeout=LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for task in (stuck, done):
        task.cancel()
    await asyncio.gather(stuck, done, return_exceptions=True)


async def _until_resolved(terminal: Terminal, case: Case) -> list[str]:
    """Every order closed and the books balanced, or a payment in doubt that a person's deed explains."""
    why: list[str] = ["nothing was looked at"]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LIMIT_SECONDS):
            while why := _unresolved(case, ledger_rows(case.hall.ledger), case.hall.books()):
                await terminal.passes()
    return why


def _unresolved(case: Case, orders: list[Any], lines: list[Line]) -> list[str]:
    action = case.button["action"]
    why = []
    for rows in orders:
        if needs_staff(rows) and action not in (*UNPROVABLE, "reverse"):
            why.append(f"{rows.order.order_no} needs staff")
        if not rows.order.closed and not needs_staff(rows):
            why.append(f"{rows.order.order_no} is {rows.order.state} and not closed")
    for line in lines:
        with_staff = any(needs_staff(rows) and rows.order.order_no == line.order_no for rows in orders)
        excused = action == "reverse" or with_staff
        if not excused and (not line.agrees or line.owed):
            why.append(f"the books differ: {line}")
    return why


def heal(simulators: Simulators) -> None:
    """Everything plugged in, refilled and repaired."""
    for party, actions in HEALED.items():
        simulators.clear(party)
        for action in actions:
            simulators.do(party, action)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("method", PARTIES if os.environ.get("EVERY_MOMENT") else ("wechat", "card"))
async def test_every_button(lanes: list[Simulators], tmp_path: Path, method: str) -> None:
    """Each button at one moment, the next button at the next one; the printer's and the company's with every other way
    to pay. In `make matrix` each at all moments with all."""
    moments = itertools.cycle(MOMENTS)
    every = bool(os.environ.get("EVERY_MOMENT"))
    ways = list(PARTIES)
    free: asyncio.Queue[Simulators] = asyncio.Queue()
    for lane in lanes:
        free.put_nowait(lane)
    problems: list[str] = []

    async def walk(n: int, party: str, button: Button, moment: str) -> None:
        lane = await free.get()
        try:
            for again in range(TRIES):
                heal_before(lane)
                case = Case(Hall(lane, tmp_path / f"{n}-{again}"), party, button, method, moment)
                problems.extend(f"{case}: {problem}" for problem in await walked(case))
                if case.pressed:
                    break
            else:
                problems.append(f"{case}: the moment never came")
        finally:
            free.put_nowait(lane)

    cases = [
        (party, button, moment)
        for party in PARTIES[method]
        for number, button in enumerate(_buttons(lanes[0], party))
        if every or party == PARTIES[method][0] or ways[number % len(ways)] == method
        for moment in (MOMENTS if every else (next(moments),))
    ]
    await asyncio.gather(*(walk(n, *case) for n, case in enumerate(cases)))
    assert problems == []


def heal_before(lane: Simulators) -> None:
    lane.do("transbank_pos", "swap", terminal="70012345")
    lane.do("transbank_pos", "power_off")
    heal(lane)
    lane.do("transbank_pos", "close_batch")
    lane.do("transbank_pos", "other_sale")


def _buttons(lane: Simulators, party: str) -> list[Button]:
    found: list[Button] = json.loads(lane.fetch(party, "/"))["buttons"]
    return found
