"""Cases in the database."""

from collections.abc import Iterable
from typing import Any

import msgspec

from hub.cases.case import CLOSED, OPEN, STEPS, Case, Step, begins, together
from hub.matters import Days, caught_up, matters, next_version, version_of
from hub.portable import Portable, Sql
from kiosk.protocol.matters import MATTERS
from kiosk.protocol.ratings import RATING, RatingRow
from kiosk.protocol.tickets import TicketRow
from kiosk.queueing.hall import HallPlan, plan_in, plan_of

MOST_CLOSED = 60
_KINDS = {kind.name: kind for kind in MATTERS}
_CASES = (
    "SELECT case_file.matter, case_file.kind, case_file.state, matter.terminal, matter.body FROM case_file "
    "LEFT JOIN rated AS mine ON mine.hall = case_file.hall AND mine.matter = case_file.matter "
    "LEFT JOIN rated AS same ON same.hall = mine.hall AND same.about = mine.about "
    "JOIN matter ON matter.hall = case_file.hall AND matter.matter = coalesce(same.matter, case_file.matter) "
    "WHERE case_file.hall = $1 AND "
)
"""A case with its request, or with every rating of the same service."""
_TICKET = "SELECT body FROM matter WHERE hall = $1 AND matter = $2 AND kind = 'ticket'"


class CaseBook:
    """See the module. Raises `StoreBusyError`."""

    def __init__(self, store: Portable) -> None:
        self._store = store

    async def halls(self) -> list[str]:
        """Every hall with a terminal."""
        async with self._store.work() as sql:
            return [hall for (hall,) in await sql("SELECT DISTINCT hall FROM terminal ORDER BY hall")]

    async def cases(self, hall: str, kind: str) -> list[Case]:
        """All that are not closed, and the last that are."""
        await caught_up(self._store, hall)
        async with self._store.work() as sql:
            rows = await sql(f"{_CASES} case_file.kind = $2 AND case_file.state <> $3", hall, kind, CLOSED)
            rows += await sql(
                f"{_CASES} case_file.kind = $2 AND case_file.state = $3 ORDER BY matter.business_date DESC LIMIT $4",
                *(hall, kind, CLOSED, MOST_CLOSED),
            )
        return _cases(hall, rows)

    async def cases_of(self, hall: str, kind: str, days: Days) -> list[Case]:
        """All that began on these days."""
        await caught_up(self._store, hall)
        async with self._store.work() as sql:
            that = "case_file.kind = $2 AND matter.business_date BETWEEN $3 AND $4"
            return _cases(hall, await sql(_CASES + that, hall, kind, days.first, days.last))

    async def case(self, hall: str, matter: str) -> Case | None:
        """One with its steps."""
        async with self._store.work() as sql:
            return await _whole(sql, hall, matter)

    async def step(self, hall: str, matter: str, seen: int, step: Step) -> bool:
        """Take a step behind the `seen` ones; whether it could be taken: nobody was faster, and it leads onward."""
        async with self._store.work() as sql:
            await version_of(sql, hall)  # nobody else takes one meanwhile
            found = await _whole(sql, hall, matter)
            if found is None or len(found.steps) != seen or step.step not in found.ahead:
                return False
            await sql(
                "INSERT INTO case_step VALUES ($1, $2, $3, $4, $5, $6, $7)",
                *(hall, matter, seen + 1, step.at_ms, step.who, step.step, step.note),
            )
            await sql("UPDATE case_file SET state = $3 WHERE hall = $1 AND matter = $2", hall, matter, step.step)
            if step.step == CLOSED:
                # its place stays until it expires: the terminal may not have heard that it came, and send it again
                emptied = "UPDATE sealed SET content = '' WHERE hall = $1 AND subject = $2"
                for subject in found.subjects:
                    await sql(emptied, hall, subject)
            await next_version(sql, hall)
        return True

    async def plan(self, hall: str) -> HallPlan:
        """What the hall's terminals say of it."""
        async with self._store.work() as sql:
            found = await sql("SELECT plan FROM attending WHERE hall = $1 ORDER BY terminal", hall)
        return plan_of(plan for (text,) in found if (plan := plan_in(text)) is not None)

    async def ratings(self, hall: str, days: Days) -> list[tuple[str, RatingRow]]:
        """Every rating of these days, with its terminal; of what was rated twice the first counts."""
        await caught_up(self._store, hall)
        async with self._store.work() as sql:
            found = await matters(sql, hall, RATING, days)
        first = {each.row.about: each for each in sorted(found, key=lambda each: -each.row.at_ms)}
        return [(each.terminal, each.row) for each in first.values()]

    async def windows(self, hall: str, ratings: Iterable[RatingRow]) -> dict[str, int]:
        """The window that had the ticket of each rating that is about one, by what it is about."""
        found: dict[str, int] = {}
        async with self._store.work() as sql:
            for about in {rating.about for rating in ratings}:
                for (body,) in await sql(_TICKET, hall, about):
                    found[about] = msgspec.json.decode(body, type=TicketRow).window
        return {about: window for about, window in found.items() if window}

    async def sealed(self, hall: str, subject: str) -> bytes | None:
        """What a terminal sealed for this hub under that name."""
        async with self._store.work() as sql:
            found = await sql("SELECT content FROM sealed WHERE hall = $1 AND subject = $2", hall, subject)
        return bytes.fromhex(found[0][0]) if found and found[0][0] else None


async def _whole(sql: Sql, hall: str, matter: str) -> Case | None:
    found = _cases(hall, await sql(f"{_CASES} case_file.matter = $2", hall, matter))
    steps = await sql(
        "SELECT n, at_ms, who, step, note FROM case_step WHERE hall = $1 AND matter = $2 ORDER BY n", hall, matter
    )
    if not found:
        return None
    taken = tuple(Step(n=n, at_ms=at_ms, who=who, step=step, note=note) for n, at_ms, who, step, note in steps)
    return msgspec.structs.replace(found[0], steps=taken)


def _cases(hall: str, rows: Iterable[tuple[Any, ...]]) -> list[Case]:
    found: dict[str, list[Case]] = {}
    for matter, kind, state, terminal, body in rows:
        row = msgspec.json.decode(body, type=_KINDS[kind].row)
        if begins(row):
            known = state if state in STEPS[kind] else OPEN
            case = Case(hall=hall, matter=matter, terminal=terminal, kind=kind, state=known, row=row)
            found.setdefault(matter, []).append(case)
    return [together(cases) for cases in found.values()]
