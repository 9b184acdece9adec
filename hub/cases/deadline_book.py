"""The deadlines that somebody gave, in versions that are never changed; on either database."""

import msgspec

from hub.cases.deadlines import DEFAULTS, Deadlines, deadlines_in
from hub.portable import Portable

START = (
    "[days]\n"
    + "".join(f"{step} = {count}\n" for step, count in DEFAULTS.items())
    + """
# Each public holiday as it is published, with the weekend days that are worked for it:
# [[holiday]]
# name = "国庆节"
# first = 2024-10-01
# last = 2024-10-07
# worked = [2024-09-29, 2024-10-12]
"""
)
"""What to begin with; it is what counts where nobody gave anything."""
_NEWEST = "SELECT version, text, who, at_ms FROM deadlines ORDER BY version DESC LIMIT 1"
_ADD = "INSERT INTO deadlines VALUES ($1, $2, $3, $4)"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What counts now. Nobody gave version 0."""

    version: int = 0
    text: str = START
    who: str = ""
    at_ms: int = 0

    @property
    def deadlines(self) -> Deadlines:
        """What it says."""
        return deadlines_in(self.text)


class DeadlineBook:
    """The versions in a store. Every call may raise `StoreBusyError`."""

    def __init__(self, store: Portable) -> None:
        self._store = store

    async def now(self) -> Given:
        """What counts, for cases that are open too."""
        async with self._store.work() as sql:
            for version, text, who, at_ms in await sql(_NEWEST):
                return Given(version=version, text=text, who=who, at_ms=at_ms)
        return Given()

    async def give(self, text: str, who: str, now_ms: int) -> None:
        """Have something else count from now on, and write down who did so. Raises `WrongDeadlinesError`."""
        deadlines_in(text)
        async with self._store.work() as sql:
            version = next((version for version, *_ in await sql(_NEWEST)), 0) + 1
            await sql(_ADD, version, text, who, now_ms)
            await sql(
                "INSERT INTO deed (at_ms, who, what, about) VALUES ($1, $2, $3, $4)",
                *(now_ms, who, "hub.deed.deadlines", f"#{version}"),
            )
