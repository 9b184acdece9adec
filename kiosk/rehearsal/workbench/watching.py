"""One thread for each simulator and one for the ledger: they ask and press, and tell what they saw. No Qt here.

The window must never wait for a peer: whatever it wants is asked on another thread, and told from there.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.ledger.errors import LedgerError
from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.books import ledger_rows
from kiosk.rehearsal.hand import Hand, Json, RefusedError, SimulatorError

LOOK_S = 0.4
LEDGER_LOOK_S = 1.0
ACCOUNTS_EVERY = 4
"""Looks between two questions for the demo accounts."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a simulator showed; None: nothing new. `error`: why it did not answer."""

    name: str
    error: str = ""
    index: Json | None = None
    armed: list[Json] | None = None
    books: Json | None = None
    talk: list[Json] = []
    accounts: list[Json] | None = None
    paper: bytes | None = None
    pressed: str = ""
    answer: Json | None = None


Press = Callable[[Hand], Json]


class Watcher:
    """Looks at one simulator again and again and does what it is asked to in between."""

    def __init__(self, eye: Hand, hand: Hand, tell: Callable[[Seen], None], look_s: float = LOOK_S) -> None:
        """`eye` looks and gives up soon, `hand` presses and is patient. `tell` is called on other threads."""
        self.name = hand.name
        self._eye = eye
        self._hand = hand
        self._listener = tell
        self._over = threading.Event()
        self._look_s = look_s
        self._wake = threading.Event()
        self._last = 0
        self._looks = 0
        self._index: Json | None = None
        self._slips: object = None
        self._thread = threading.Thread(target=self._run, name=f"watch-{hand.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more. Does not wait for a call that hangs; nothing is told from here on."""
        self._over.set()
        self._wake.set()
        self._thread.join(0.5)

    def press(self, label: str, press: Press) -> None:
        """Do it now; told as `pressed` and `answer`. Some presses last (a whole sale): each has its own thread."""
        threading.Thread(target=self._do, args=(label, press), name=f"press-{self.name}", daemon=True).start()

    def _do(self, label: str, press: Press) -> None:
        try:
            answer = press(self._hand)
        except RefusedError as error:
            answer = {"error": error.reason}
        except SimulatorError as error:
            answer = {"error": str(error)}
        self._tell(Seen(name=self.name, pressed=label, answer=answer))
        self._wake.set()

    def _tell(self, seen: Seen) -> None:
        if not self._over.is_set():
            self._listener(seen)

    def _run(self) -> None:
        while not self._over.is_set():
            self._wake.clear()
            self._look()
            self._wake.wait(self._look_s)

    def _look(self) -> None:
        self._looks += 1
        try:
            self._tell(self._seen())
        except SimulatorError as error:
            self._index = None
            self._tell(Seen(name=self.name, error=str(error)))

    def _seen(self) -> Seen:
        index = None
        if self._index is None:
            index = self._index = self._eye.index()
            self._last = 0
        books = self._eye.books()
        spoken = self._eye.talk(self._last)
        self._last = spoken["last"]
        accounts = None
        if "households" in self._index["actions"] and self._looks % ACCOUNTS_EVERY == 1:
            accounts = self._eye.do("households")["households"]
        return Seen(
            name=self.name,
            index=index,
            armed=self._eye.faults()["armed"],
            books=books,
            talk=spoken["lines"],
            accounts=accounts,
            paper=self._paper(books),
        )

    def _paper(self, books: Json) -> bytes | None:
        """The last slip or document, if it has changed."""
        if "slips" in books:
            slips = (len(books["slips"]), tuple(books.get("unfinished", ())))
        elif "prints" in books:
            slips = (books.get("sheets", 0), ())
        else:
            return None
        if slips == self._slips:
            return None
        self._slips = slips
        return self._eye.fetch("/paper.png") if any(slips) else None


class LedgerWatcher:
    """Reads the terminal's ledger again and again, without writing."""

    def __init__(self, folder: Path, tell: Callable[[list[Rows]], None]) -> None:
        self._folder = folder
        self._tell = tell
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch-ledger", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join(0.5)

    def _run(self) -> None:
        known: list[Rows] | None = None
        while not self._over.is_set():
            try:
                rows = ledger_rows(self._folder)
            except (OSError, LedgerError, sqlite3.Error):
                rows = known or []  # not there yet, or being made: a later look will see it
            if rows != known and not self._over.is_set():
                known = rows
                self._tell(rows)
            self._over.wait(LEDGER_LOOK_S)
