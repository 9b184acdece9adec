"""The power goes before and after every durable step of a day, a clerk's steps too; the next life goes on with it."""

import multiprocessing
import signal
from collections import Counter
from pathlib import Path

import pytest

from kiosk.ledger.reading import reading, verify
from kiosk.ledger.tables import matters_where
from kiosk.protocol.tickets import TicketRow
from tests.tickets import cut


def rows_in(folder: Path) -> list[TicketRow]:
    with reading(folder) as db:
        assert [wrong for _, wrong in verify(db, None) if wrong] == []
        return sorted(matters_where(db, TicketRow, {}), key=lambda row: row.number)


@pytest.mark.timeout(240)
def test_no_number_twice_and_none_lost_wherever_the_power_goes(tmp_path: Path) -> None:
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.tickets.cut"])
    folder = tmp_path / "hall"
    before: list[TicketRow] = []
    for kill_at in range(200):
        process = processes.Process(target=cut.live, args=(folder, kill_at))
        process.start()
        process.join(30)
        rows = rows_in(folder)
        assert [row.number for row in rows] == list(range(1, len(rows) + 1))
        assert [row.matter for row in rows][: len(before)] == [row.matter for row in before]
        turns = [call.turn for row in rows for call in row.calls]
        assert len(set(turns)) == len(turns), "two calls in one turn"
        at = Counter(row.window for row in rows if row.state == "called")
        assert max(at.values(), default=0) <= 1, "two numbers at one window"
        before = rows
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
    assert process.exitcode == 0
    assert kill_at > 20
    out = folder.with_suffix(".paper").read_text().splitlines()
    plain = [line for line in out if not line.endswith(" again")]
    assert len(set(plain)) == len(plain), "the same slip twice without a mark"
    known = {row.shown for row in before}
    assert {line.split()[0] for line in out} <= known
    assert {row.shown for row in before if row.slip == "printed"} <= {line.split()[0] for line in out}
