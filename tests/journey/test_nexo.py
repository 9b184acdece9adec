"""Paying at a card terminal in the network: every way through it that differs from a serial one."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.ways import WAYS
from kiosk.views.common import Outcome
from kiosk.views.payment import AtReader, ChooseMethod
from tests.journey.conftest import Hall, joined
from tests.journey.terminal import IMPATIENT, standing

HAND = ThreadPoolExecutor(1)
FIT = WAYS["nexo"].devices
QUICK: dict[str, dict[str, object]] = {"nexo_terminal": {"begin_s": 0.1, "request_lifetime_s": 1, "abort_s": 2}}


@pytest.fixture(scope="module")
def network(simulators: Simulators, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """The hall's simulators, and the terminal."""
    with joined(simulators, tmp_path_factory.mktemp("nexo"), "nexo_terminal") as both:
        yield both


@pytest.fixture
def there(hall: Hall, network: Simulators, tmp_path: Path) -> Hall:
    """A hall whose card terminal is in the network; `hall` has made everything else whole."""
    assert hall.simulators.names
    network.clear("nexo_terminal")
    network.do("nexo_terminal", "power_on")
    return Hall(network, tmp_path)


async def test_paid_at_a_terminal_in_the_network(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, drivers=QUICK, fit=FIT) as terminal:
        person = terminal.person
        person.channel = "card"
        person.before[AtReader] = _once(lambda: there.simulators.do("nexo_terminal", "pay"))
        person.stay(AtReader)
        await person.told("done")
        await terminal.over()
    [line] = there.books()
    assert line.charged == line.delivered > 0
    assert "银行卡" in there.slips()[-1]


async def test_back_aborts_it_and_another_way_is_chosen(there: Hall) -> None:
    there.owe(there.account)
    async with standing(there, drivers=QUICK, fit=FIT) as terminal:
        person = terminal.person
        person.channel, person._second = "card", "wechat"
        person.answers[AtReader] = lambda view: "cancel" if isinstance(view, AtReader) and view.can_stop else None
        await terminal.over()
    chosen = [view for view in terminal.person.seen if isinstance(view, ChooseMethod)]
    assert [view.remark.key for view in chosen if view.remark] == ["remark.stopped"]
    assert [view.truth for view in person.seen if isinstance(view, Outcome)][-1] == "done"
    booked = list(there.simulators.books("nexo_terminal")["payments"].values())[-1]
    assert (booked["state"], booked["paid_fen"]) == ("refused", 0)


async def test_power_lost_after_the_bank_approved_and_the_company_refuses(there: Hall) -> None:
    """Nobody knows for a while; then the terminal is asked, says that it took the money, and gives it back."""
    there.owe(there.account)
    there.simulators.arm("nexo_terminal", "dies")
    there.simulators.arm("gas_company_http", "confirm_refused")
    async with standing(there, visit=IMPATIENT, drivers=QUICK, fit=FIT) as terminal:
        person = terminal.person
        person.channel = "card"
        person.stay(Outcome, AtReader)
        person.before[AtReader] = _once(lambda: there.simulators.do("nexo_terminal", "pay"))
        told = await person.at(Outcome, lambda view: view.truth == "not_finished")
        assert [line.key for line in told.lines] == ["truth.money.unknown"]
        there.simulators.do("nexo_terminal", "power_on")
        await person.told("no_money_kept")
        person.answers.clear()
        person.answer("done")
        await terminal.over()
    [line] = there.books()
    assert line.charged == line.returned == line.returned_there > 0


def _once(do: Callable[[], object]) -> Callable[[], None]:
    """Do it in a thread, the first time."""
    done: list[Future[object]] = []

    def act() -> None:
        if not done:
            done.append(HAND.submit(do))

    return act
