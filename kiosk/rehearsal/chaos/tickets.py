"""Queue tickets against the paper that came out: no number twice, none lost, no slip that nobody took down. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from kiosk.protocol.tickets import TicketRow
from kiosk.rehearsal.chaos.reconcile import Finding

_SHOWN = re.compile(r"[A-Z][0-9]{3,4}")


class Paper(msgspec.Struct, frozen=True):
    """A ticket's slip that came out whole: its number, and whether it says that it is a reprint."""

    shown: str
    reprint: bool


def papers(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Paper]:
    """The tickets' slips among those that came out since then, by the printer's own books."""
    new = [[line.strip() for line in slip["text"]] for slip in after["slips"][len(before["slips"]) :]]
    return [
        Paper(shown, any("补打" in line for line in lines))
        for lines in new
        for shown in filter(_SHOWN.fullmatch, lines)
    ]


def at_a_cut(rows: Sequence[TicketRow], out: Sequence[Paper]) -> list[Finding]:
    """While the terminal is dead: no number is in anybody's hand that is not on disk, and none is there twice."""
    known = {row.shown for row in rows}
    found = [Finding("lost", paper.shown, "on paper, and no row here") for paper in out if paper.shown not in known]
    fresh = Counter(paper.shown for paper in out if not paper.reprint)
    found += [
        Finding("duplicated", shown, f"{count} slips, none of them marked")
        for shown, count in fresh.items()
        if count > 1
    ]
    given = Counter((row.business_date, row.shown) for row in rows)
    found += [Finding("duplicated", shown, f"given {count} times") for (_, shown), count in given.items() if count > 1]
    turns = Counter((row.business_date, call.turn) for row in rows for call in row.calls)
    found += [Finding("duplicated", "", f"turn {turn} called twice") for (_, turn), count in turns.items() if count > 1]
    return [*found, *_gaps(rows)]


def at_the_end(rows: Sequence[TicketRow], out: Sequence[Paper]) -> list[Finding]:
    """Once everything is whole again: what a row says of its slip is what came out."""
    found = at_a_cut(rows, out)
    there = {paper.shown for paper in out}
    for row in rows:
        if row.slip == "printing":
            found.append(Finding("unresolved", row.shown, "its slip is on its way for ever"))
        if row.slip == "printed" and row.shown not in there:
            found.append(Finding("lost", row.shown, "called printed, and nothing came out"))
    return found


def _gaps(rows: Sequence[TicketRow]) -> Iterator[Finding]:
    """A number that is skipped is one that somebody was promised."""
    numbers: dict[tuple[str, str], list[int]] = {}
    for row in rows:
        numbers.setdefault((row.business_date, row.letter), []).append(row.number)
    for (_, letter), given in numbers.items():
        for number in range(1, max(given)):
            if number not in given:
                yield Finding("lost", f"{letter}{number:03d}", "skipped")
