"""Every device is unplugged before and after every outside effect of a visit, then plugged in again."""

import asyncio
from collections.abc import Callable

import pytest

from kiosk.rehearsal.simulators import Simulators
from kiosk.views.common import Outcome
from tests.journey.conftest import Hall
from tests.journey.person import LIMIT_SECONDS
from tests.journey.terminal import standing
from tests.journey.test_late_money import Signal

CHECKPOINTS = [
    "before effect OpenOrder",
    "before effect Start",
    "after effect Start",
    "before effect Find",
    "after effect Find",
    "before effect Confirm",
    "after effect Confirm",
    "before effect Print",
    "after effect Print",
]

Plug = Callable[[Simulators], object]

DEVICES: dict[str, tuple[Plug, Plug]] = {
    "gas company": (
        lambda simulators: simulators.do("gas_company_http", "unplug"),
        lambda simulators: simulators.do("gas_company_http", "plug"),
    ),
    "WeChat": (
        lambda simulators: simulators.arm("wechat_pay", "down", times=-1),
        lambda simulators: simulators.clear("wechat_pay"),
    ),
    "answers of WeChat": (
        lambda simulators: simulators.arm("wechat_pay", "lost_answer", times=-1),
        lambda simulators: simulators.clear("wechat_pay"),
    ),
    "questions to WeChat": (
        lambda simulators: simulators.arm("wechat_pay", "lost_request", times=-1),
        lambda simulators: simulators.clear("wechat_pay"),
    ),
    "printer": (
        lambda simulators: simulators.do("escpos", "unplug"),
        lambda simulators: simulators.do("escpos", "plug"),
    ),
}


class Tries(Signal):
    """Tells when two more effects have ended after that: whatever needed the device has missed it."""

    def __init__(self, name: str, unplug: Callable[[], object]) -> None:
        super().__init__(name, unplug)
        self.enough = asyncio.Event()
        self._ended = 0

    def __call__(self, name: str) -> None:
        if self.passed.is_set() and name.startswith("after effect"):
            self._ended += 1
            if self._ended == 2:
                self.enough.set()
        super().__call__(name)


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
@pytest.mark.parametrize("device", DEVICES)
async def test_unplugged(hall: Hall, device: str, checkpoint: str) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    unplug, plug = DEVICES[device]
    pulled = Tries(checkpoint, lambda: unplug(hall.simulators))
    async with standing(hall, observe=pulled) as terminal:
        person = terminal.person
        await pulled.wait()
        enough, done = asyncio.create_task(pulled.enough.wait()), asyncio.create_task(person.done.wait())
        await asyncio.wait({enough, done}, timeout=LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        enough.cancel()
        done.cancel()
        plug(hall.simulators)
        await terminal.over()
    [line] = hall.books()
    assert line.charged - line.returned == line.delivered == due - hall.arrears(hall.account)
    told = [view for view in person.seen if isinstance(view, Outcome)]
    if told:
        assert told[-1].truth == ("done" if line.delivered else "no_money_kept")
    for slip in hall.slips():
        assert "办好了" not in slip or line.delivered
        assert "没有留下您的钱" not in slip or not line.delivered
    if line.delivered and device != "printer":
        assert "办好了" in hall.slips()[-1]
