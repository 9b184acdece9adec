"""Every device is unplugged before and after every outside effect of a visit, then plugged in again."""

from collections.abc import Callable

import pytest

from kiosk.rehearsal.simulators import Simulators
from kiosk.views.common import Goodbye, Notice, Outcome
from kiosk.views.payment import ChooseMethod, ScanToPay
from kiosk.views.view import View
from tests.journey.conftest import Hall
from tests.journey.terminal import standing
from tests.journey.test_late_money import Signal

CHECKPOINTS = [
    f"{moment} effect {effect}"
    for effect in ("OpenOrder", "Start", "Find", "Confirm", "Print")
    for moment in ("before", "after")
]

Plug = Callable[[Simulators], object]

DEVICES: dict[str, tuple[Plug, Plug]] = {
    "gas company": (
        lambda simulators: simulators.do("gas_company_http", "set_down"),
        lambda simulators: simulators.do("gas_company_http", "set_up"),
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


def at_rest(view: View) -> bool:
    """Whether the resident now waits for the machine, or is done."""
    return isinstance(view, Outcome | Notice | Goodbye | ScanToPay) or (
        isinstance(view, ChooseMethod) and view.remark is not None
    )


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
@pytest.mark.parametrize("device", DEVICES)
async def test_unplugged(hall: Hall, device: str, checkpoint: str) -> None:
    hall.owe(hall.account)
    due = hall.arrears(hall.account)
    unplug, plug = DEVICES[device]
    pulled = Signal(checkpoint, lambda: unplug(hall.simulators))
    async with standing(hall, observe=pulled) as terminal:
        person = terminal.person
        await pulled.wait()
        await person.at(View, at_rest)
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
