"""Who may use the clerks' page, and how often one may guess."""

from kiosk.clerk.gate import FREE_TRIES, LONGEST_WAIT_SECONDS, MOST_SESSIONS, SESSION_SECONDS, Gate


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_pin_opens_until_the_evening() -> None:
    clock = Clock()
    gate = Gate("2468", clock)
    session = gate.enter("2468", "10.0.0.5")
    assert session
    assert gate.session(session.token) == session
    assert gate.session("") is None
    clock.now += SESSION_SECONDS + 1
    assert gate.session(session.token) is None


def test_wrong_pins_make_everyone_at_that_place_wait_longer_each_time() -> None:
    clock = Clock()
    gate = Gate("2468", clock)
    waits = []
    for _ in range(20):
        clock.now += gate.wait_seconds("10.0.0.5")
        assert gate.enter("1111", "10.0.0.5") is None
        waits.append(gate.wait_seconds("10.0.0.5"))
    assert waits[: FREE_TRIES - 1] == [0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [30, 60, 120]
    assert max(waits) == LONGEST_WAIT_SECONDS
    assert gate.enter("2468", "10.0.0.5") is None, "even the right one, while it lasts"
    assert gate.enter("2468", "10.0.0.6"), "another place goes on"
    clock.now += LONGEST_WAIT_SECONDS + 1
    assert gate.enter("2468", "10.0.0.5")


def test_many_places_that_guess_together_wait_together() -> None:
    gate = Gate("2468", Clock())
    for n in range(10 * FREE_TRIES):
        assert gate.enter("1111", f"10.0.{n}.1") is None
    assert gate.wait_seconds("10.9.9.9") > 0
    assert gate.enter("2468", "10.9.9.9") is None


def test_sessions_have_an_end() -> None:
    gate = Gate("2468", Clock())
    first = gate.enter("2468", "a")
    assert first
    last = first
    for _ in range(MOST_SESSIONS):
        last = gate.enter("2468", "a") or first
    assert gate.session(first.token) is None
    gate.leave(last.token)
    assert gate.session(last.token) is None
