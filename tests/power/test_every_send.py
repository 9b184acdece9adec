"""At whatever moment something was sent, and whatever a power cut leaves: what it names is in the ledger."""

import multiprocessing
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from kiosk.ledger.errors import LedgerError
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading, verify
from kiosk.ledger.witness import read_witness
from kiosk.protocol.order.rows import Rows
from kiosk.rehearsal.books import ledger_rows
from kiosk.rehearsal.chaos.plan import Draw
from kiosk.rehearsal.chaos.setting import CONFIG, DRIVERS, OPTIONS, ORDERS, VISIT
from kiosk.rehearsal.headless import Run, standing
from kiosk.rehearsal.power import disk
from kiosk.rehearsal.simulators import Simulators, named_by
from tests.power.broken import LIVES

ACCOUNT = "0200000156"
DEVICES = frozenset({"gas", "wechat", "card", "receipts"})
TORN = 4
"""States that are drawn for each send, beside the one where nothing is left of what was not synced."""
NAMED = re.compile(rb"\bT\d[0-9A-Z]{9}(?:A\d+)?(?:R\d+)?\b")
CONFIRM = re.compile(rb"PUT /v1/orders/(\w+)/payment")


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    names = named_by(standing(CONFIG, DEVICES, "smart_meter"))
    with Simulators(tmp_path_factory.mktemp("simulators"), names, OPTIONS) as simulators:
        yield simulators


def visit(simulators: Simulators, tmp_path: Path, ledger: str, channel: str) -> tuple[disk.Disk, list[disk.Step]]:
    """A visit that pays, is refused the goods and is given the money back; the disk before it, and what it did."""
    library = disk.build(tmp_path)
    assert library is not None
    simulators.clear("gas_company_http")
    simulators.arm("gas_company_http", "confirm_refused")
    run = Run(
        config=CONFIG,
        devices=DEVICES,
        ledger=tmp_path / "ledger",
        announcements=simulators.announcements,
        account=ACCOUNT,
        journey="smart_meter",
        channel=channel,
        orders=replace(ORDERS, late_looks_seconds=(0.01,)),
        visit=VISIT,
        drivers=DRIVERS,
        seconds=15,
        log=tmp_path / "life.log",
    )
    platter = disk.Disk(run.ledger)
    life = multiprocessing.get_context("spawn").Process(target=LIVES[ledger], args=(run,))
    with disk.preloading(library):
        life.start()
    life.join(60)
    assert life.exitcode == 0, run.log.read_text()
    life.close()
    return platter, list(disk.steps(run.log.with_suffix(".disk")))


def unknown(sent: bytes, orders: list[Rows]) -> set[str]:
    """What the bytes name or say and the ledger does not."""
    known = {rows.order.order_no for rows in orders}
    known |= {attempt.key for rows in orders for attempt in rows.attempts}
    known |= {refund.key for rows in orders for refund in rows.refunds if refund.state != "due"}
    known |= {f"{rows.order.order_no} is paid" for rows in orders if rows.order.state == "delivering"}
    said = {f"{name.decode()} is paid" for name in CONFIRM.findall(sent)}
    said |= {name.decode() for name in NAMED.findall(sent)}
    return said - known


def images(platter: disk.Disk, steps: list[disk.Step], folder: Path) -> Iterator[tuple[bytes, Path, str]]:
    """A folder for each send of something named and each state that the disk may have been in then."""
    for n, step in enumerate(steps):
        if step.operation != disk.SENT:
            platter.take(step)
        elif NAMED.search(step.data):
            for draw in range(TORN + 1):
                shutil.rmtree(folder, ignore_errors=True)
                for path, content in platter.left(Draw(f"send {n} {draw}").below if draw else None).items():
                    image = folder / path.relative_to(platter.folder)
                    image.parent.mkdir(parents=True, exist_ok=True)
                    image.write_bytes(content)
                yield step.data, folder, "torn" if draw else "lost"


def read(folder: Path) -> list[Rows]:
    try:
        return ledger_rows(folder)
    except (LedgerError, OSError):
        return []


@pytest.mark.parametrize("channel", ["wechat", "card"])
def test_what_was_sent_is_in_the_ledger_whatever_a_cut_leaves(
    simulators: Simulators, tmp_path: Path, channel: str
) -> None:
    platter, steps = visit(simulators, tmp_path, "full", channel)
    named: set[str] = set()
    for sent, folder, _ in images(platter, steps, tmp_path / "image"):
        assert unknown(sent, read(folder)) == set(), sent
        with reading(folder) as db:
            assert not any(wrong for _, wrong in verify(db, read_witness(Files(folder).witness)))
        named |= unknown(sent, [])
    there = {path: path.read_bytes() for path in (tmp_path / "ledger").rglob("*") if path.is_file()}
    assert platter.now() == {path: content for path, content in there.items() if not path.name.endswith("-shm")}
    [rows] = ledger_rows(tmp_path / "ledger")
    assert rows.refunds[0].state == "done"
    assert named >= {rows.order.order_no, f"{rows.order.order_no} is paid", rows.attempts[0].key}
    assert channel == "card" or rows.refunds[0].key in named


@pytest.mark.parametrize(("ledger", "always"), [("normal", True), ("off", True), ("intent", False)])
def test_a_ledger_that_syncs_less_is_found(simulators: Simulators, tmp_path: Path, ledger: str, always: bool) -> None:
    platter, steps = visit(simulators, tmp_path, ledger, "wechat")
    missed = [
        bool(unknown(sent, read(folder)))
        for sent, folder, cut in images(platter, steps, tmp_path / "image")
        if cut == "lost"
    ]
    assert len(missed) > 4
    assert all(missed) if always else any(missed)
