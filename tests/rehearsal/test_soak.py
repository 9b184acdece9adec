"""A soak finds what grows; its residents use the real terminal."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from kiosk.config import load
from kiosk.rehearsal.books import lay_side_by_side, ledger_rows
from kiosk.rehearsal.simulators import Simulators, named_by
from kiosk.rehearsal.soak.chart import draw
from kiosk.rehearsal.soak.command import hurried
from kiosk.rehearsal.soak.measure import Sample, judge, look, table
from kiosk.rehearsal.soak.residents import Visit


def sample(n: int, **changed: float) -> Sample:
    """A minute more, ten visits more, and nothing grew but the record: 4 KiB a visit, after a warm-up of memory."""
    usual = {"memory_mib": 200 - 40 / (n + 1), "threads": 8, "handles": 25, "ledger_kib": 300 + 40 * n, "wal_kib": 900}
    return msgspec.convert(
        {"seconds": 60.0 * n, "visits": 10 * n, "tap_ms": 6 + n % 3, **usual, **changed}, Sample, strict=False
    )


def test_nothing_grows_that_levelled_off() -> None:
    findings = judge([sample(n) for n in range(60)])
    assert [finding.measure.title for finding in findings if not finding.good] == []
    assert "GROWS" not in table(findings)


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("memory_mib", "memory"),
        ("threads", "threads"),
        ("handles", "open files and sockets"),
        ("tap_ms", "tap to the next screen"),
    ],
)
def test_what_grows_slowly_is_found(field: str, title: str) -> None:
    findings = judge([sample(n, **{field: 10 + 2 * n}) for n in range(60)])
    assert [finding.measure.title for finding in findings if not finding.good] == [title]
    assert table(findings).count("GROWS") == 1


def test_a_record_that_grows_more_and_more_with_each_visit_is_found() -> None:
    findings = judge([sample(n, ledger_kib=300 + 2.0 * n * n) for n in range(60)])
    assert [finding.measure.title for finding in findings if not finding.good] == ["ledger"]


def test_too_short_to_tell() -> None:
    with pytest.raises(ValueError, match="7 samples are too few"):
        judge([sample(n) for n in range(7)])


def test_the_picture_has_a_panel_for_each_measure(tmp_path: Path) -> None:
    samples = [sample(n, threads=10 + n) for n in range(60)]
    draw(samples, judge(samples), tmp_path / "soak.png")
    with Image.open(tmp_path / "soak.png") as picture:
        colors = {color for _, color in picture.getcolors(100_000) or []}
        assert picture.height == 6 * 190
        assert (0x0F, 0x51, 0x47) in colors  # what levelled off
        assert (0xB5, 0x45, 0x1C) in colors  # what grows


@pytest.mark.timeout(300)
def test_residents_use_the_real_terminal(tmp_path: Path) -> None:
    ledger, config = tmp_path / "ledger", hurried(tmp_path)
    with Simulators(tmp_path / "books", named_by(load(config))) as simulators:
        announced = tmp_path / "announced.json"
        announced.write_bytes(msgspec.json.encode(simulators.announcements))
        terminal = subprocess.Popen(
            [sys.executable, "-m", "kiosk.rehearsal.soak.residents", str(config), str(announced), str(ledger), "6"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert terminal.stdin is not None
        assert terminal.stdout is not None
        try:
            terminal.stdin.close()  # it ends after this visit
            visit = msgspec.json.decode(terminal.stdout.readline(), type=Visit)
            weighed = look(terminal.pid, ledger, 1, 1, [visit.tap_ms])
            assert terminal.wait(120) == 0
        finally:
            terminal.kill()
            terminal.wait()
            terminal.stdout.close()
        books = {name: simulators.books(name) for name in simulators.names}
    assert (visit.n, visit.odd) == (1, "")
    assert visit.screens >= 2
    assert weighed.memory_mib > 50
    assert weighed.threads > 1
    assert weighed.ledger_kib > 0
    assert all(line.agrees for line in lay_side_by_side(ledger_rows(ledger), books))
