"""The ledger is damaged while the terminal is off: what a resident sees, what the staff is told, what is still owed."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from kiosk.doctor_machine import examine_ledger
from kiosk.ledger.cli import ledger_command
from kiosk.ledger.files import Files
from kiosk.views.common import Notice, Outcome, OutOfService
from kiosk.views.gas import EnterAccount
from kiosk.views.payment import ScanToPay
from tests.journey.conftest import Hall
from tests.journey.terminal import IMPATIENT, standing
from tests.journey.test_late_money import Signal


def damage(ledger: Path) -> None:
    """Lose the last page of the database."""
    path = Files(ledger).database
    with sqlite3.connect(path) as db:  # what is in the log goes into the file
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    os.truncate(path, path.stat().st_size - 4096)


async def test_owed_order_in_a_damaged_ledger_is_not_paid_twice_and_not_forgotten(
    hall: Hall, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Paid, and the company not told. The new ledger knows nothing of it: the company does, and takes no other."""
    hall.owe(hall.account)
    down = Signal("before effect Confirm", lambda: hall.simulators.do("gas_company_http", "unplug"))
    async with standing(hall, observe=down, visit=IMPATIENT) as terminal:
        terminal.person.stay(Outcome)
        told = await terminal.person.told("not_finished")
    hall.simulators.do("gas_company_http", "plug")
    sound = shutil.copytree(hall.ledger, hall.ledger.with_name("sound"))
    damage(hall.ledger)

    async with standing(hall, journeys=("gas_bill",)) as terminal:
        shown = await terminal.person.at(OutOfService)
        assert shown.reason == "reason.money_closed"
        assert not terminal.engine.till.was_open.is_set()
        [(aside, _)] = Files(hall.ledger).set_aside()
        kept = aside.rename(hall.ledger.with_name("kept"))
        # The staff moved it away: money opens, and the company still knows of the order.
        terminal.person.stay(Notice)
        told_anew = await terminal.person.at(Notice)
        assert told_anew.title == "notice.account_busy.title"
        assert not terminal.person.saw(ScanToPay)

    assert "money stays closed until" in caplog.text
    kept.rename(aside)
    finding = examine_ledger(hall.ledger)
    assert finding.state == "todo"
    assert ledger_command(["verify", "--data", str(hall.ledger)]) == 0
    assert "an earlier ledger was set aside" in capsys.readouterr().out
    [(_, why)] = Files(hall.ledger).set_aside()
    assert why.startswith("the database")
    shutil.rmtree(hall.ledger)
    sound.rename(hall.ledger)  # as one who could mend what lies aside
    async with standing(hall) as terminal:
        await terminal.settled()
    hall.check_books()
    assert [line.order_no for line in hall.books() if line.delivered] == [told.order_no]


async def test_folder_that_cannot_be_written_closes_money_and_says_so(hall: Hall) -> None:
    """A disk that turned read-only, until somebody makes room for writing again."""
    hall.owe(hall.account)
    hall.ledger.mkdir()
    (hall.ledger / "keys").write_text("a file where a folder should be")
    async with standing(hall) as terminal:
        shown = await terminal.person.at(OutOfService)
        assert shown.reason == "reason.money_closed"
        (hall.ledger / "keys").unlink()
        await terminal.person.at(EnterAccount)  # as soon as it can be
        await terminal.person.told("done")
        await terminal.over()
