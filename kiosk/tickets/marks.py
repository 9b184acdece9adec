"""The highest numbers of the day, kept once more outside the ledger: a ledger that had to be set aside takes its
counters with it, and the fresh one must not give this morning's numbers again.

Written ahead in blocks, so that most tickets cost no second write; read only where the ledger is another one.
"""

from pathlib import Path

import msgspec

from kiosk.ledger.disk import write_once

BLOCK = 50


class _Marks(msgspec.Struct, frozen=True):
    ledger: str
    business_date: str
    floor: dict[str, int] = {}
    """Up to here numbers of the day may have been given by ledgers before this one."""
    ceiling: dict[str, int] = {}
    """Up to here this ledger may give numbers without a word."""


class Marks:
    """The file. Every call may wait for the disk."""

    def __init__(self, path: Path, ledger_id: str) -> None:
        self._path = path
        self._ledger_id = ledger_id
        self._marks = self._read()

    def floor(self, letter: str, business_date: str) -> int:
        """The number above which this ledger has to stay on that day."""
        return self._of(business_date).floor.get(letter, 0)

    def announce(self, letter: str, business_date: str, number: int) -> None:
        """Make sure that a number about to be given is known here. Raises `OSError`."""
        marks = self._of(business_date)
        if number <= marks.ceiling.get(letter, 0) and marks is self._marks:
            return
        ceiling = {**marks.ceiling, letter: max(number, number + BLOCK - 1)}
        marks = msgspec.structs.replace(marks, ceiling=ceiling)
        write_once(self._path, msgspec.json.encode(marks))
        self._marks = marks

    def _of(self, business_date: str) -> _Marks:
        marks = self._marks
        if marks.business_date != business_date:
            return _Marks(self._ledger_id, business_date)
        if marks.ledger != self._ledger_id:
            highest = {
                letter: max(marks.floor.get(letter, 0), marks.ceiling.get(letter, 0))
                for letter in {*marks.floor, *marks.ceiling}
            }
            return _Marks(self._ledger_id, business_date, floor=highest)
        return marks

    def _read(self) -> _Marks:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Marks)
        except (FileNotFoundError, msgspec.DecodeError):
            return _Marks(self._ledger_id, "")
