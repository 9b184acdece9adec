"""One queue out of those of several terminals.

A ticket belongs to the terminal that gave it: what stands in its journal is what became of it, and nobody else writes
there. So what several terminals and a hub know is put together without a conflict; what has to be said is who came
first, and that is said the same way wherever it is asked.
"""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from kiosk.protocol.tickets import TicketRow


def merged(of_each: Mapping[str, Iterable[TicketRow]]) -> list[TicketRow]:
    """The tickets of a day in the order in which they were given, `place` counting all of them. `of_each` has those of
    each ledger.

    The tickets of one ledger keep their order, whatever its clock did; between ledgers their clocks decide.
    """
    keyed: list[tuple[int, str, int, TicketRow]] = []
    for source, rows in of_each.items():
        latest = 0
        for row in sorted(rows, key=lambda row: (row.place, row.matter)):
            latest = max(latest, row.given_ms)
            keyed.append((latest, source, row.place, row))
    keyed.sort(key=lambda entry: entry[:3])
    return [replace(row, place=place) for place, (*_, row) in enumerate(keyed, start=1)]
