"""Who may use the page: whoever knew the PIN, until the evening; and how often one may guess."""

import hmac
import secrets
from collections.abc import Callable

import msgspec

SESSION_SECONDS = 12 * 3600.0
FREE_TRIES = 5
"""Wrong PINs before the first wait."""
FIRST_WAIT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 900.0
MOST_SESSIONS = 100
MOST_PLACES = 1000


class Session(msgspec.Struct, frozen=True):
    """`form` must come back with everything that changes something: another site cannot know it."""

    token: str
    form: str
    until: float


class _Guesses(msgspec.Struct):
    wrong: int = 0
    wait_until: float = 0.0


class Gate:
    """Sessions and guesses, in memory alone: a restart asks for the PIN again. `clock` is monotonic, in seconds."""

    def __init__(self, pin: str, clock: Callable[[], float]) -> None:
        self._pin = pin.encode()
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._guesses: dict[str, _Guesses] = {}

    def wait_seconds(self, place: str) -> float:
        """How long nobody may try from an address, or from anywhere at all."""
        waits = [self._guesses[who].wait_until for who in (place, "") if who in self._guesses]
        return max(0.0, *(until - self._clock() for until in waits), 0.0)

    def enter(self, pin: str, place: str) -> Session | None:
        """A session for who knows the PIN. While a wait runs, no PIN is right."""
        if self.wait_seconds(place) > 0:
            return None
        if not hmac.compare_digest(pin.encode(), self._pin):
            # all addresses together get ten times as many tries as one
            self._wrong(place, FREE_TRIES)
            self._wrong("", 10 * FREE_TRIES)
            return None
        self._guesses.pop(place, None)
        session = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), self._clock() + SESSION_SECONDS)
        while len(self._sessions) >= MOST_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        self._sessions[session.token] = session
        return session

    def session(self, token: str) -> Session | None:
        """The session of a token, while it lasts."""
        session = self._sessions.get(token)
        if session is not None and session.until < self._clock():
            del self._sessions[token]
            return None
        return session

    def leave(self, token: str) -> None:
        """End a session."""
        self._sessions.pop(token, None)

    def _wrong(self, who: str, free: int) -> None:
        while who not in self._guesses and len(self._guesses) >= MOST_PLACES:
            self._guesses.pop(next(iter(self._guesses)))
        guesses = self._guesses.setdefault(who, _Guesses())
        guesses.wrong += 1
        if guesses.wrong >= free:
            doubled = min(guesses.wrong - free, 10)
            guesses.wait_until = self._clock() + min(FIRST_WAIT_SECONDS * 2**doubled, LONGEST_WAIT_SECONDS)
