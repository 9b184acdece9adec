"""The power goes at every durable step and around every outside effect; the restart finishes what was begun."""

import re
import signal

import pytest

from tests.journey.conftest import Hall

ACCOUNT = "0100004711"
SMART_METER = "0200000156"


def checkpoints(lines: list[str]) -> list[str]:
    return [line.split(" ", 2)[2] for line in lines if line.startswith("checkpoint")]


def check_books(hall: Hall) -> None:
    for line in hall.books():
        assert line.state in ("delivered", "cancelled", "refused"), line
        assert line.agrees, line
        assert line.owed == 0, line


def balance(hall: Hall) -> int:
    fen: int = hall.simulators.books("gas_company_http")["meters"][SMART_METER]["balance_fen"]
    return fen


def moments(passed: list[str], which: str = "") -> list[int]:
    """Where a cut can leave something else behind than the one before it: nothing is written and nothing is sent from
    the end of one step to the beginning of the next. `which`: only steps whose names match that."""
    return [n for n, name in enumerate(passed) if (n == 0 or name.startswith("after")) and re.search(which, name)]


def cut_everywhere(hall: Hall, *, pays: bool) -> list[str]:
    """Cut one visit at its first moment, the next at its second, and so on."""
    hall.owe(ACCOUNT)
    code, lines = hall.run(ACCOUNT, pays=pays)
    assert code == 0, lines
    passed = checkpoints(lines)
    for kill_at in moments(passed):
        hall.owe(ACCOUNT)
        code, lines = hall.run(ACCOUNT, kill_at=kill_at, pays=pays)
        if code == 0:
            break  # a channel was asked less often than the first time
        assert code == -signal.SIGKILL, lines
        code, restarted = hall.run()
        assert code == 0, (lines, restarted)
        check_books(hall)
    check_books(hall)
    return passed


@pytest.mark.timeout(240)
def test_power_cut_at_every_step_of_a_paid_bill(hall: Hall) -> None:
    passed = cut_everywhere(hall, pays=True)
    recorded = {name.removeprefix("after record ") for name in passed if name.startswith("after record")}
    assert recorded == {
        "menkou.order.opening.v1",
        "menkou.order.opened.v1",
        "menkou.attempt.sent.v1",
        "menkou.attempt.opened.v1",
        "menkou.attempt.captured.v1",
        "menkou.order.delivering.v1",
        "menkou.order.delivered.v1",
        "menkou.print.intended.v1",
        "menkou.print.ended.v1",
    }
    effects = {name.removeprefix("after effect ") for name in passed if name.startswith("after effect")}
    assert effects == {"OpenOrder", "Start", "Find", "Confirm", "Print"}


@pytest.mark.timeout(240)
def test_power_cut_at_every_step_of_a_bill_that_is_not_paid_after_all(hall: Hall) -> None:
    passed = cut_everywhere(hall, pays=False)
    effects = {name.removeprefix("after effect ") for name in passed if name.startswith("after effect")}
    assert effects >= {"OpenOrder", "Start", "Close", "Cancel"}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("refused", [False, True], ids=["paid", "given back"])
def test_power_cut_wherever_a_card_differs_from_a_code(hall: Hall, refused: bool) -> None:
    """At what concerns the money: what a terminal that knows only its last sale can prove afterwards."""

    def run(kill_at: int | None, account: str | None = ACCOUNT) -> tuple[int | None, list[str]]:
        if refused:
            hall.simulators.clear("gas_company_http")
            hall.simulators.arm("gas_company_http", "confirm_refused")
        return hall.run(account, channel="card", kill_at=kill_at)

    hall.owe(ACCOUNT)
    code, lines = run(None)
    assert code == 0, lines
    money = moments(checkpoints(lines), r"attempt|refund|Prepare|Start|GiveBack")
    assert len(money) >= (8 if refused else 5), checkpoints(lines)
    for kill_at in money:
        hall.owe(ACCOUNT)
        code, lines = run(kill_at)
        assert code == -signal.SIGKILL, lines
        code, restarted = run(None, None)
        assert code == 0, (lines, restarted)
        check_books(hall)


@pytest.mark.timeout(240)
def test_power_cut_wherever_a_top_up_differs_from_a_bill(hall: Hall) -> None:
    """At what concerns the goods. The account has what the channel kept, and no fen more."""
    before = balance(hall)
    code, lines = hall.run(SMART_METER, journey="smart_meter")
    assert code == 0, lines
    goods = moments(checkpoints(lines), r"order\.|OpenOrder|Confirm")
    assert len(goods) >= 6
    for kill_at in goods:
        code, lines = hall.run(SMART_METER, journey="smart_meter", kill_at=kill_at)
        assert code == -signal.SIGKILL, lines
        code, restarted = hall.run()
        assert code == 0, (lines, restarted)
        check_books(hall)
    kept = sum(line.charged_there - line.returned_there for line in hall.books())
    delivered = sum(line.state == "delivered" for line in hall.books())
    assert balance(hall) - before == kept == 5_000 * delivered
    assert 1 < delivered < len(hall.books())


@pytest.mark.timeout(240)
def test_power_cut_at_every_step_of_a_payment_that_must_go_back(hall: Hall) -> None:
    """From where the company refuses what was paid; up to there it is any other payment."""

    def run(kill_at: int | None, account: str | None = ACCOUNT) -> tuple[int | None, list[str]]:
        hall.simulators.clear("gas_company_http")
        hall.simulators.arm("gas_company_http", "confirm_refused")
        return hall.run(account, kill_at=kill_at)

    hall.owe(ACCOUNT)
    code, lines = run(None)
    assert code == 0, lines
    passed = checkpoints(lines)
    effects = {name.removeprefix("after effect ") for name in passed if name.startswith("after effect")}
    assert effects >= {"Confirm", "Cancel", "GiveBack"}
    back = [n for n in moments(passed) if n >= passed.index("after effect Confirm")]
    assert len(back) >= 6, passed
    for kill_at in back:
        hall.owe(ACCOUNT)
        code, lines = run(kill_at)
        if code == 0:
            break  # a channel was asked less often than the first time
        assert code == -signal.SIGKILL, lines
        code, restarted = run(None, None)
        assert code == 0, (lines, restarted)
        check_books(hall)
    check_books(hall)
