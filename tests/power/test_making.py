"""A power cut at any step of making a ledger, or of setting one aside, leaves a folder that opens."""

import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk.ledger.store import Store
from kiosk.rehearsal.chaos.plan import Draw
from kiosk.rehearsal.power import disk
from tests.power.broken import synchronous


def opens(folder: Path, journal: Path) -> None:
    assert disk.watch(folder, journal)
    Store(folder, "T07").close()


def opens_without_syncing(folder: Path, journal: Path) -> None:
    synchronous("OFF")
    opens(folder, journal)


def cuts(tmp_path: Path, life: Callable[[Path, Path], None] = opens) -> Iterator[str]:
    """Opens the folder `data`, and cuts the power around everything but a mere write: torn before it, and after it with
    nothing left that was not synced. Yields where, each time after the folder was put into that state."""
    library = disk.build(tmp_path)
    assert library is not None
    platter, journal = disk.Disk(tmp_path / "data"), tmp_path / "journal"
    process = multiprocessing.get_context("spawn").Process(target=life, args=(platter.folder, journal))
    with disk.preloading(library):
        process.start()
    process.join(60)
    assert process.exitcode == 0
    process.close()
    for n, step in enumerate(disk.steps(journal)):
        if step.operation != "W":
            platter.cut(Draw(f"cut {n}").below)
            yield f"torn before step {n}: {step.operation} {step.path}"
        platter.take(step)
        if step.operation != "W":
            platter.cut(None)
            yield f"lost after step {n}: {step.operation} {step.path}"


def set_aside(folder: Path) -> str | None:
    """Why the ledger that was there is not the one that opens."""
    store = Store(folder, "T07")
    why = store.quarantined
    store.close()
    return why


def test_a_cut_while_a_ledger_is_made(tmp_path: Path) -> None:
    struck = [(cut, set_aside(tmp_path / "data")) for cut in cuts(tmp_path)]
    assert [cut for cut, why in struck if why is not None] == []
    assert len(struck) > 20


def test_a_ledger_that_is_made_without_syncing_is_found(tmp_path: Path) -> None:
    assert any(set_aside(tmp_path / "data") for _ in cuts(tmp_path, opens_without_syncing))


def test_a_cut_while_a_damaged_ledger_is_set_aside(tmp_path: Path) -> None:
    """It is still there afterwards, and the one that is made instead is not set aside as well."""
    damaged = tmp_path / "data" / "ledger.db"
    Store(damaged.parent, "T07").close()
    damaged.write_bytes(damaged.read_bytes()[:5000] + b"damaged!")
    evidence = damaged.read_bytes()
    for cut in cuts(tmp_path):
        set_aside(damaged.parent)
        assert evidence in [path.read_bytes() for path in damaged.parent.rglob("ledger.db")], cut
    assert set_aside(damaged.parent) is None
