import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.ledger.errors import LedgerKeyError
from kiosk.ledger.files import Files, connect
from kiosk.ledger.seal import Sealed, new_subject
from kiosk.ledger.store import Store
from kiosk.protocol.order.evolve import evolve
from tests.ledger import stories

_VALUE = stories.NAME + b" " + stories.ACCOUNT.encode()


def _store(folder: Path, now_ms: int = stories.NOW_MS) -> Store:
    return Store(folder, "T07", lambda: now_ms / 1000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = _store(tmp_path)
    yield store
    store.close()


def test_personal_values_are_in_no_file(tmp_path: Path) -> None:
    store = _store(tmp_path)
    rows = stories.begin(store, stories.ACCOUNT)
    stories.tell(store, rows, *stories.paid(rows.order.order_no))

    assert store.private(rows.order.subject) == _VALUE
    while_running = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    store.close()
    closed = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for content in [*while_running.values(), *closed.values()]:
        assert stories.NAME not in content
        assert stories.ACCOUNT.encode() not in content
    assert any(rows.order.order_no.encode() in content for content in closed.values())


def test_values_do_not_open_with_another_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = _store(tmp_path)
    rows = stories.begin(store)
    store.close()
    Files(tmp_path).seal_key.unlink()

    store = _store(tmp_path)

    assert store.private(rows.order.subject) is None
    assert rows.order.subject in caplog.text
    store.close()


def test_value_moved_to_another_person(tmp_path: Path) -> None:
    store = _store(tmp_path)
    first, second = stories.begin(store), stories.begin(store)
    with connect(Files(tmp_path).database) as db:
        query = "UPDATE private SET sealed = (SELECT sealed FROM private WHERE subject = ?) WHERE subject = ?"
        db.execute(query, [first.order.subject, second.order.subject])

    assert store.private(second.order.subject) is None
    assert store.private(first.order.subject) == _VALUE
    store.close()


def test_nobody_by_that_name(store: Store) -> None:
    assert store.private(new_subject()) is None


def test_value_is_kept_while_its_order_is_open_and_forgotten_after(tmp_path: Path) -> None:
    store = _store(tmp_path)
    closed = stories.begin(store, expires_ms=stories.NOW_MS + 1)
    stories.tell(store, closed, *stories.left(closed.order.order_no))
    unclosed = stories.begin(store, expires_ms=stories.NOW_MS + 1)
    young = stories.begin(store, expires_ms=stories.NOW_MS + 3)
    stories.tell(store, young, *stories.left(young.order.order_no))
    assert store.forget_expired() == 0
    store.close()

    store = _store(tmp_path, stories.NOW_MS + 2)

    assert store.forget_expired() == 1
    values = [store.private(rows.order.subject) for rows in (closed, unclosed, young)]
    assert values == [None, _VALUE, _VALUE]
    store.close()


def test_value_sealed_again_replaces_the_first(store: Store) -> None:
    rows = stories.begin(store)
    event = stories.held_price(rows.order.order_no)

    store.record(event, rows=evolve(rows, event), subject=Sealed(rows.order.subject, b"new", stories.NOW_MS))

    assert store.private(rows.order.subject) == b"new"


def test_terminals_of_one_hall_agree_on_an_account_and_others_do_not(tmp_path: Path) -> None:
    first = _store(tmp_path / "first")
    Files(tmp_path / "second").hall_key.parent.mkdir(parents=True)
    Files(tmp_path / "second").hall_key.write_bytes(Files(tmp_path / "first").hall_key.read_bytes())
    second = _store(tmp_path / "second")
    elsewhere = _store(tmp_path / "elsewhere")

    keys = [store.hall_key for store in (first, second, elsewhere)]

    assert keys[0].account_hash("0012") == keys[1].account_hash("0012") != keys[2].account_hash("0012")
    assert keys[0].account_hash("0012") != keys[0].account_hash("12")
    assert keys[0].id == keys[1].id != keys[2].id
    assert len(keys[0].account_hash("0012")) == 32
    for store in (first, second, elsewhere):
        store.close()


def test_keys_and_ledger_are_for_the_owner_alone(tmp_path: Path) -> None:
    _store(tmp_path / "data").close()

    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in files} == {path.name: 0 for path in files}


@pytest.mark.parametrize("content", [b"", b"00" * 31, b"zz" * 32, b"\xff" * 64])
def test_key_file_that_holds_no_key(tmp_path: Path, content: bytes) -> None:
    _store(tmp_path).close()
    Files(tmp_path).seal_key.write_bytes(content)

    with pytest.raises(LedgerKeyError, match=r"seal\.key"):
        _store(tmp_path)
