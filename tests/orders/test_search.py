"""The money path searched exhaustively: one order, two attempts, every message lost or late, a crash anywhere."""

from collections import deque

import msgspec

from kiosk.orders import machine
from kiosk.orders.truth import truth
from tests.orders.world import DUE, SETTINGS, State, moment, opening, rows_of, successors


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
        wants=False,
        faults=0,
        pays=0,
        channels=tuple(msgspec.structs.replace(channel, travelling=False) for channel in state.channels),
    )
    for _ in range(60):
        decision = machine.decide(rows_of(state), moment(state), SETTINGS)
        if isinstance(decision, machine.Final):
            return state
        if isinstance(decision, machine.Wait):
            assert decision.until_ms is not None, "nobody is there and it waits for ever"
            state = msgspec.structs.replace(state, now_ms=max(decision.until_ms, state.now_ms), looked=())
            if rows_of(state).order.closed and not any(c.state == "paid_after_close" for c in state.channels):
                return state
            continue
        state = next(after for name, after in successors(state) if name.endswith("answered") or name == "record")
    raise AssertionError("the order never ends")


def test_no_reachable_state_breaks_an_invariant_and_every_one_ends() -> None:
    start = opening()
    seen = {start}
    queue = deque([start])
    while queue:
        state = queue.popleft()
        check_invariants(state)
        for _, after in successors(state):
            if after not in seen:
                seen.add(after)
                queue.append(after)
    assert len(seen) > 10_000
    ends = {}
    for state in seen:
        key = msgspec.structs.replace(state, faults=0, pays=0, present=False, wants=False, stop=False)
        if key not in ends:
            end = ends[key] = healed(state)
            assert rows_of(end).order.closed
            check_invariants(end)
            captured = sum(channel.captured for channel in end.channels)
            refunded = sum(channel.refunded for channel in end.channels)
            assert captured - refunded == (DUE if end.company.state == "delivered" else 0)
