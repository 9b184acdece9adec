import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.doctor_machine import examine_ledger
from kiosk.ledger.cli import ledger_command
from kiosk.ledger.files import Files, connect
from kiosk.ledger.numbering import order_number as order_number_of
from kiosk.ledger.store import Store
from kiosk.orders.private import for_days
from kiosk.protocol.matter import new_matter
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.ratings import RatingExplained, RatingGiven
from kiosk.text.numbers import order_number
from tests.ledger import stories
from tests.orders.test_kinds import BILL
from tests.tickets.hall import Clock, desk_on

Day = tuple[Path, list[Rows]]


@pytest.fixture
def day(tmp_path: Path) -> Day:
    store = Store(tmp_path / "data", "T07")
    orders = stories.a_day(store)
    second = orders[1].order.order_no
    orders[1] = stories.tell(store, orders[1], stories.captured(second, late=True), *stories.given_back(second))
    store.close()
    return tmp_path / "data", orders


def _run(capsys: pytest.CaptureFixture[str], folder: Path, *argv: str) -> tuple[int, list[str], str]:
    command, *rest = argv
    status = ledger_command([command, "--data", str(folder), *rest])
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err


def test_orders_newest_first_in_columns(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, orders = day

    status, lines, _ = _run(capsys, folder, "orders")

    assert status == 0
    assert [line.split()[0] for line in lines[1:]] == [order_number(rows.order.order_no) for rows in reversed(orders)]
    liability = lines[0].index("liability") + len("liability")
    assert [line[:liability].split()[-1] for line in lines[1:]] == ["0.00", "0.00", "0.00"]
    assert "waiting for money" in lines[1]
    assert "payment 1 may still take ¥154.00" in lines[1]
    assert "cancelled" in lines[2]
    assert "late money" in lines[2]


def test_only_open_orders(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, orders = day

    _, lines, _ = _run(capsys, folder, "orders", "--open")

    assert [line.split()[0] for line in lines[1:]] == [order_number(orders[2].order.order_no)]


def test_card_of_an_order_that_has_none_or_whose_values_are_gone_or_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path, "T07")
    unreadable, gone = stories.begin(store), stories.begin(store, "2")
    opening = stories.opening(store, "3")
    sealed = for_days(BILL, opening.subject, stories.NOW_MS, 30)
    store.record(opening, rows=evolve(None, opening), subject=sealed)
    store.close()
    with connect(Files(tmp_path).database) as db:
        db.execute("DELETE FROM private WHERE subject = ?", [gone.order.subject])

    status, lines, _ = _run(capsys, tmp_path, "show", opening.order_no, "--card")
    assert (status, lines[-1]) == (0, "nothing was written on a gas card for it")
    for order_no, why in ((gone.order.order_no, "are gone"), (unreadable.order.order_no, "JSON is malformed")):
        status, _, error = _run(capsys, tmp_path, "show", order_no, "--card")
        assert status == 1
        assert why in error


def test_what_happened_to_this_payment(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, orders = day

    status, lines, _ = _run(capsys, folder, "show", order_number(orders[1].order.order_no).lower())

    assert status == 0
    story = "\n".join(lines)
    assert "No money kept: ¥154.00 were taken and went back." in story
    places = [
        story.index(words)
        for words in (
            "order begun (gas bill)",
            "wechat pay is asked for ¥154.00",
            "nothing was taken and nothing will be (proof: closed)",
            "cancelled: the gas company",
            "¥154.00 taken, reference 42000001, late",
            "refund 1.1: ¥154.00 must go back",
            "refund 1.1: the channel confirmed it, reference 5030",
            "captured 154.00, refunded 154.00, delivered 0.00, owed 0.00",
        )
    ]
    assert places == sorted(places)


def test_story_says_what_became_of_the_slip(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, orders = day

    _, lines, _ = _run(capsys, folder, "show", orders[0].order.order_no)

    assert lines[1] == "Done: ¥154.00 delivered, nothing owed."
    assert any("slip 1: printed" in line for line in lines)


async def test_story_of_a_ticket_by_the_id_that_its_code_holds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with desk_on(tmp_path, Clock()) as desk:
        ticket = await desk.give("A")
    assert ledger_command(["show", ticket.matter, "--data", str(tmp_path)]) == 0
    assert f"ticket {ticket.shown} of 2026-11-30 was given" in capsys.readouterr().out


def test_story_of_a_matter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(tmp_path / "ledger", "T07")
    rating = RatingGiven(
        matter=new_matter(),
        about="T07K20000012",
        service="gas_bill",
        grade=1,
        business_date="2026-11-24",
        language="en",
        at_ms=1,
    )
    store.note(rating, RatingExplained(matter=rating.matter, reasons=("came_twice",)))
    store.close()

    assert ledger_command(["show", rating.matter, "--data", str(tmp_path / "ledger")]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("gas bill was rated 1 of 5")
    assert second.endswith("what was not good: I had to come twice")
    assert ledger_command(["show", rating.matter, "--language", "zh_CN", "--data", str(tmp_path / "ledger")]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("燃气费：评了 1 分，满分 5 分")
    assert ledger_command(["show", new_matter(), "--data", str(tmp_path / "ledger")]) == 1
    assert "there is no matter" in capsys.readouterr().err


def test_nothing_personal_is_shown(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, orders = day
    order = orders[2].order

    for argv in (["orders"], ["show"], ["show", order.order_no], ["verify"]):
        _, lines, _ = _run(capsys, folder, *argv)
        for hidden in (stories.ACCOUNT, stories.NAME.decode(), order.subject, order.account_hash):
            assert hidden not in "\n".join(lines)


def test_last_events(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = day

    _, lines, _ = _run(capsys, folder, "show", "--last", "3")

    assert [line.split()[0] for line in lines] == ["21", "22", "23"]
    assert "the channel confirmed it" in lines[-1]


def test_slip_of_the_pen_in_an_order_number(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, orders = day
    number = orders[0].order.order_no
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")

    for typed in (wrong, " ", "--", "气", "T07-K2"):
        said = f"kiosk ledger: {typed} is not an order number: its check character is wrong\n"
        assert _run(capsys, folder, "show", "--", typed)[::2] == (1, said)


def test_order_of_another_terminal(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    number = order_number_of("T09", "ZZ", 7)

    assert _run(capsys, day[0], "show", number)[::2] == (
        1,
        f"kiosk ledger: there is no order {number} in this ledger\n",
    )


def test_sound_ledger_is_said_to_be(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    status, lines, _ = _run(capsys, day[0], "verify")

    assert status == 0
    assert [line.split()[0] for line in lines[:-1]] == ["ok"] * 6
    assert "is sound: 23 rows" in lines[-1]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ("UPDATE attempts SET amount_fen = 1 WHERE state = 'sent'", "amount_fen of the attempt is 1, but the journal"),
        ("UPDATE orders SET due_fen = 99 WHERE state = 'delivered'", "due_fen of the order is 99, but the journal"),
        (
            "UPDATE orders SET state = 'rubbish' WHERE closed = 0",
            "the tables hold a row that cannot be: Invalid enum value 'rubbish'",
        ),
        ("DELETE FROM prints", "prints: the table has 0, but the journal tells of 1"),
        ("DELETE FROM orders WHERE closed = 0", "is in the journal but not in the tables"),
        ("UPDATE refunds SET amount_fen = 20000", "gave back or delivered more than it took (I3)"),
        ("UPDATE orders SET closed = 1 WHERE closed = 0", "is closed but not settled (I3)"),
        ("DROP TRIGGER journal_not_deleted", "tables, indexes or triggers are not those of a ledger"),
        ("UPDATE ledger SET ledger_id = 'K2000000000000000000'", "the witness knows"),
    ],
)
def test_first_bad_row_is_named(day: Day, capsys: pytest.CaptureFixture[str], edit: str, said: str) -> None:
    folder, _ = day
    with connect(Files(folder).database) as db:
        db.execute(edit)

    status, lines, _ = _run(capsys, folder, "verify")

    assert status == 1
    assert any(line.startswith("WRONG") and said in line for line in lines)


def test_journal_row_taken_out(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    folder, _ = day
    with connect(Files(folder).database) as db:
        sql = db.execute("SELECT sql FROM sqlite_master WHERE name = 'journal_not_deleted'").fetchone()[0]
        db.execute("DROP TRIGGER journal_not_deleted")
        db.execute("DELETE FROM journal WHERE seq = 5")
        db.execute(sql)

    status, lines, _ = _run(capsys, folder, "verify")

    assert status == 1
    assert any("row 5 of the journal is missing" in line for line in lines)


@pytest.mark.parametrize(
    ("table", "edit"),
    [
        ("journal", "UPDATE journal SET body = NULL WHERE seq = 23"),
        ("journal", "UPDATE journal SET hash = NULL WHERE seq = 23"),
        ("ledger", "UPDATE ledger SET ledger_id = NULL"),
    ],
)
def test_record_that_lost_a_column(day: Day, capsys: pytest.CaptureFixture[str], table: str, edit: str) -> None:
    """A damaged page can hold nothing where the table forbids it: that is said, and no traceback shown."""
    folder, _ = day
    with connect(Files(folder).database) as db:
        made = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
        lax = made.replace(" NOT NULL", "")
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE name = 'journal_not_changed'").fetchall()
        db.execute("DROP TRIGGER journal_not_changed")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [lax, table])
    with connect(Files(folder).database) as db:
        db.execute(edit)
        db.execute("PRAGMA writable_schema = ON")
        db.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", [made, table])
        for _, sql in triggers:
            db.execute(sql)

    for argv in (["orders"], ["show"], ["verify"]):
        status, lines, error = _run(capsys, folder, *argv)
        assert status == (0 if argv == ["orders"] else 1)
        assert argv != ["verify"] or any(line.startswith("WRONG") for line in lines)
        assert argv != ["show"] or "is not whole" in error or "has no name" in error
    store = Store(folder, "T07")
    assert store.quarantined is not None
    store.close()


def test_earlier_ledger_that_was_set_aside_is_not_forgotten(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    """The new ledger is sound and knows nothing of what is owed in the one before: both are said, until it is gone."""
    folder, orders = day
    damaged = Files(folder).database.read_bytes()
    Files(folder).database.write_bytes(damaged[:-4096])
    Store(folder, "T07").close()
    [aside] = Files(folder).quarantine.iterdir()

    status, lines, _ = _run(capsys, folder, "verify")
    finding = examine_ledger(folder)

    assert status == 0
    assert lines[-2].startswith(f"an earlier ledger was set aside in {aside}: the database")
    assert lines[-1].endswith(f"kiosk ledger orders --open --data {aside}")
    assert finding.state == "todo"
    assert f"--data {aside}`" in finding.advice
    (aside / "ledger.db").write_bytes(damaged)  # as one who could mend it
    _, owed, _ = _run(capsys, aside, "orders", "--open")
    assert [line.split()[0] for line in owed[1:]] == [order_number(orders[2].order.order_no)]
    shutil.rmtree(aside)
    assert examine_ledger(folder).state == "ok"


def test_file_that_is_no_ledger(day: Day, capsys: pytest.CaptureFixture[str]) -> None:
    Files(day[0]).database.write_bytes(b"rubbish" * 1000)

    for argv in (["orders"], ["show"], ["verify"]):
        status, _, error = _run(capsys, day[0], *argv)
        assert status == 1
        assert "kiosk ledger: the database cannot be read" in error


def test_folder_without_a_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, tmp_path, "orders") == (1, [], f"kiosk ledger: there is no ledger in {tmp_path}\n")
    assert list(tmp_path.iterdir()) == []


def test_ledger_of_a_terminal_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(tmp_path, "T07")
    rows = stories.begin(store)

    assert _run(capsys, tmp_path, "verify")[0] == 0
    assert order_number(rows.order.order_no) in _run(capsys, tmp_path, "orders")[1][1]

    stories.tell(store, rows, *stories.paid(rows.order.order_no))
    store.close()
    assert _run(capsys, tmp_path, "verify")[0] == 0


def test_copy_of_a_running_terminals_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = stories.killed_after_a_day(tmp_path)
    Files(copy).witness.unlink()
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}

    status, lines, _ = _run(capsys, copy, "verify")

    assert status == 0
    assert "no witness" in lines[-1]
    assert len(_run(capsys, copy, "orders")[1]) == 4
    assert {path: path.read_bytes() for path in before} == before


def test_copy_on_a_disk_that_may_only_be_read(tmp_path: Path) -> None:
    copy = stories.killed_after_a_day(tmp_path)
    copy.chmod(0o500)
    command = [sys.executable, "-m", "tests.ledger.worker", "verify_unprivileged", str(copy)]
    try:
        said = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True).stdout
    finally:
        copy.chmod(0o700)

    assert said.count("ok ") == 6
    assert not copy.joinpath("ledger.db-shm").exists()


def test_ledger_without_orders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Store(tmp_path, "T07").close()

    assert [_run(capsys, tmp_path, command)[0] for command in ("orders", "show", "verify")] == [0, 0, 0]
