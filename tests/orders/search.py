"""Every state that a small world can reach, each held against the laws, and each run on to its end."""

from collections import deque
from decimal import Decimal

from kiosk.protocol.order.truth import needs_staff
from tests.orders import laws
from tests.orders.card_peers import GAS
from tests.orders.state import State
from tests.orders.world import BACK_MS, World, of_every_kind


def check(state: State) -> None:
    """What must hold in a state; what was found lawful once is not looked at again."""
    books = state.books
    if books not in state.kept.lawful:
        laws.i2_one_live_attempt_and_one_hold([state.rows])
        for rows in of_every_kind(state.rows):
            laws.after_every_step(rows, state.booked)
        if state.card:
            torn, heard = state.card.image in ("mixed", "odd"), state.company.state == "delivered"
            laws.i5_as_much_as_booked(state.rows, Decimal(GAS) * state.card.landed, torn=torn, heard=heard)
        state.kept.lawful.add(books)
    if manual := state.rows.manual:
        laws.must(state.channels[manual.n - 1].way == "card" and state.last_sale != str(manual.n), "I8", "no need")
    seen: set[str] = set()
    for paper in state.papers:
        laws.must(paper.reprint or paper.told not in seen, "screen", "a slip came out twice and is not marked")
        seen.add(paper.told)


def explore(world: World) -> int:
    """How many states there are. Raises what the first broken law raises, with the way there."""
    came: dict[State, tuple[State, str] | None] = {world.start: None}
    queue = deque([world.start])
    ends: dict[State, State] = {}
    ended: set[State] = set()
    while queue:
        state = queue.popleft()
        try:
            check(state)
            for name, after in world.successors(state):
                if after not in came:
                    came[after] = state, name
                    queue.append(after)
            for end in world.ends(state, ends):
                if end not in ended:
                    check_end(end)
                    ended.add(end)
        except AssertionError as error:
            error.add_note(way_to(state, came))
            raise
    return len(came)


def check_end(end: State) -> None:
    """I8, and the books at the end."""
    check(end)
    other_sale = "card" in {channel.way for channel in end.channels} and end.last_sale == "other"
    refused = any(channel.never or channel.stuck for channel in end.channels)
    failed = {refund.key for refund in end.rows.refunds if refund.state == "failed"}
    refused |= any(key in failed for channel in end.channels for key, _ in channel.returned)  # by hand, after all
    laws.i8_it_ends(end.rows, beyond_the_machine=other_sale or refused or _tells_nothing(end))
    if end.rows.order.closed:
        laws.must(not needs_staff(end.rows), "I8", "closed, and with the staff")
        laws.must(not laws.unseen(end.rows, end.booked), "I8", "late money was never looked for")


def _tells_nothing(end: State) -> bool:
    """Whether the card is torn, or did not come back in time and nobody else knows."""
    if end.card is None or end.rows.order.state != "manual":
        return False
    too_late = end.rows.job is not None and end.now_ms >= end.rows.job.sent_ms + BACK_MS
    return end.card.image == "odd" or (too_late and end.company.state != "delivered")


def way_to(state: State, came: dict[State, tuple[State, str] | None]) -> str:
    """What happened before."""
    names: list[str] = []
    while (before := came[state]) is not None:
        state, name = before
        names.append(name)
    return " → ".join(reversed(names)) or "at once"
