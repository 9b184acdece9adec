"""A printer or a card terminal that sends without end, through a whole payment: it alone is out of work, the engine
stays quick, money is safe, and nothing of the flood stays in memory."""

import asyncio
import time

import pytest

from kiosk.views.common import Outcome
from kiosk.views.payment import AtReader
from tests.fuzz.campaign import weight_mib
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import IMPATIENT, standing
from tests.journey.test_late_money import Signal

ROOM_MIB = 48.0


class Lag:
    """The longest that the engine kept others waiting, in seconds of its own work."""

    def __init__(self) -> None:
        self.most = 0.0
        self._task = asyncio.create_task(self._measure())

    async def _measure(self) -> None:
        while True:
            begun = time.thread_time()
            await asyncio.sleep(0)
            self.most = max(self.most, time.thread_time() - begun)

    def end(self) -> None:
        self._task.cancel()


@pytest.mark.parametrize("begins", ["at home", "before effect Print"])
async def test_printer_that_babbles(hall: Hall, begins: str) -> None:
    hall.owe(hall.account)
    babble = Signal(begins, lambda: hall.simulators.do("escpos", "babble"))
    if begins == "at home":
        babble("at home")
    before = weight_mib()
    times = {"proof_timeout_s": 2.0, "send_timeout_s": 3.0, "watch_every_s": 0.05, "reply_timeout_s": 0.1}
    quick = {"escpos": {**times, "probe_timeout_s": 0.5}}
    async with standing(hall, observe=babble, visit=IMPATIENT, drivers=quick) as terminal:
        person = terminal.person
        lag = Lag()
        person.stay(Outcome)
        told = await person.told("done")
        # a proof may be found in the middle of it, but none is made up
        assert told.slip_state != "printed" or "办好了" in hall.slips()[-1]
        assert weight_mib() - before < ROOM_MIB
        lag.end()
        assert lag.most < 2  # of the processor; a drain that finds no end has no limit
        hall.simulators.do("escpos", "hush")
        while told.slip_state != "printed":  # once more where what it had sent was still on its way
            await person.at(Outcome, lambda view: view.can_print)
            person.answer("print")
            await person.at(Outcome, lambda view: view.slip_state == "printing")
            told = await person.at(Outcome, lambda view: view.slip_state != "printing")
        person.answers.clear()
        person.answer("done")
        await terminal.over()
    assert "办好了" in hall.slips()[-1]


async def test_card_terminal_that_babbles_keeps_nobody_from_paying_by_code(
    hall: Hall, caplog: pytest.LogCaptureFixture
) -> None:
    hall.owe(hall.account)
    hall.simulators.do("transbank_pos", "babble")
    async with standing(hall) as terminal:
        person = terminal.person
        await terminal.over()
        assert "done" in [view.truth for view in person.seen if isinstance(view, Outcome)]
        async with asyncio.timeout(LIMIT_SECONDS):
            while "device card does not work: Offline(detail='it sends without end" not in caplog.text:
                await terminal.passes()


@pytest.mark.parametrize("begins", ["before effect Start", "at the reader"])
async def test_card_terminal_that_begins_to_babble_in_a_sale(hall: Hall, begins: str) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    babble = Signal(begins, lambda: hall.simulators.do("transbank_pos", "babble"))
    async with standing(hall, observe=babble, visit=IMPATIENT) as terminal:
        person = terminal.person
        person.channel = "card"
        person.before[AtReader] = lambda: babble("at the reader")
        person.stay(Outcome)
        await babble.wait()
        await person.at(Outcome)
        hall.simulators.do("transbank_pos", "hush")
        person.answers.clear()
        person.answer("done")
        await terminal.over()
    [line] = hall.books()
    assert line.charged - line.returned == line.delivered == due - hall.arrears(hall.account)
