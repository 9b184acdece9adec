"""The money path searched exhaustively: one order, two attempts, every message lost or late, a crash anywhere.

The resident pays by WeChat or by card, changes the way after a decline or a closed code, and leaves at any moment; a
sale that is not ours may be rung up on the card terminal.
"""

from collections import deque

import msgspec
import pytest

from kiosk.orders import deciding, steps
from kiosk.orders.truth import truth
from tests.orders.world import DUE, SETTINGS, STEP_MS, State, Way, moment, opening, rows_of, successors


def check_invariants(state: State) -> None:
    rows = rows_of(state)
    captured = sum(channel.captured for channel in state.channels)
    refunded = sum(channel.refunded for channel in state.channels)
    # I4: what is booked here happened there, and never more
    assert rows.captured_fen <= captured
    assert rows.refunded_fen <= refunded <= captured
    # I6: no refund beyond the capture of its attempt
    for channel in state.channels:
        assert channel.refunded <= channel.captured
    # I7: never delivered before it is paid
    if state.company.state == "delivered":
        assert captured >= DUE
    # never both delivered and refunded
    if state.company.state == "delivered":
        assert captured - refunded >= DUE
    # I3: closed means that all books agree
    if rows.order.closed and not any(channel.state == "paid_after_close" for channel in state.channels):
        assert captured - refunded == (DUE if state.company.state == "delivered" else 0)
    # the screen never lies
    # manual only where the terminal names another sale
    if manual := rows.manual:
        assert state.channels[manual.n - 1].way == "card"
        assert state.last_sale != str(manual.n)
    # one sale at a time, and none after one that is not resolved
    assert sum(row.hold for row in rows.attempts) <= 1
    match truth(rows):
        case "done":
            assert state.company.state == "delivered"
        case "no_money_kept":
            unseen = any(channel.state == "paid_after_close" for channel in state.channels)
            assert unseen or captured == refunded
        case "not_finished":
            assert not rows.order.closed


def healed(state: State) -> State:
    """Run on with healthy peers and nobody there until nothing is left to do; the last state."""
    state = msgspec.structs.replace(
        state,
        present=False,
        wants=None,
        faults=0,
        pays=0,
        channels=tuple(
            msgspec.structs.replace(
                channel,
                travelling=False,
                state="closed" if channel.way == "card" and channel.state == "waiting" else channel.state,
            )
            for channel in state.channels
        ),
    )
    for _ in range(60):
        decision = deciding.decide(rows_of(state), moment(state), SETTINGS)
        if isinstance(decision, steps.Final):
            return state
        if isinstance(decision, steps.Wait):
            if for_the_staff(state):
                return state
            assert decision.until_ms is not None, "nobody is there and it waits for ever"
            state = msgspec.structs.replace(state, now_ms=max(decision.until_ms, state.now_ms), looked=())
            if rows_of(state).order.closed and not any(c.state == "paid_after_close" for c in state.channels):
                return state
            continue
        if for_the_staff(state) and isinstance(decision.effect, steps.Find):
            return state
        after = next(after for name, after in successors(state) if name.endswith("answered") or name == "record")
        state = after if after != state else msgspec.structs.replace(state, now_ms=state.now_ms + STEP_MS)
    raise AssertionError("the order never ends")


def for_the_staff(state: State) -> bool:
    """Whether the machine has done all it can: a sale it cannot prove, or a refund that the channel refused."""
    rows = rows_of(state)
    return rows.manual is not None or any(refund.state == "failed" for refund in rows.refunds)


@pytest.mark.parametrize("ways", [("wechat",), ("card",), ("card", "wechat"), ("wechat", "card")], ids=" then ".join)
def test_no_reachable_state_breaks_an_invariant_and_every_one_ends(ways: tuple[Way, ...]) -> None:
    start = opening(ways[0])
    seen = {start}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        check_invariants(state)
        for _, after in successors(state, ways[-1:]):
            if after not in seen:
                seen.add(after)
                queue.append(after)
    assert len(seen) > 10_000
    ends = {}
    for state in seen:
        key = msgspec.structs.replace(state, faults=0, pays=0, present=False, wants=None, predecessor=None, stop=False)
        if key not in ends:
            end = ends[key] = healed(state)
            check_invariants(end)
            if for_the_staff(end):
                assert end.last_sale == "other"
                continue
            assert rows_of(end).order.closed
            captured = sum(channel.captured for channel in end.channels)
            refunded = sum(channel.refunded for channel in end.channels)
            assert captured - refunded == (DUE if end.company.state == "delivered" else 0)
