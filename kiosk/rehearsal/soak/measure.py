"""What a process weighs over the hours, and whether it grows."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import linear_regression, median
from typing import NamedTuple

import msgspec


class Sample(msgspec.Struct, frozen=True):
    """A look at the terminal. `seconds` since it began, memory in MiB (RSS), files and ledger's WAL in KiB."""

    seconds: float
    visits: int
    memory_mib: float
    threads: int
    handles: int
    ledger_kib: float
    wal_kib: float
    tap_ms: float
    """The median of the last taps."""


def look(pid: int, ledger: Path, seconds: float, visits: int, taps: Sequence[float]) -> Sample:
    """Weigh a process. Raises `OSError` when it is gone."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines())
    files = {path.name: path.stat().st_size for path in ledger.iterdir() if path.is_file()} if ledger.is_dir() else {}
    return Sample(
        seconds=round(seconds, 1),
        visits=visits,
        memory_mib=round(int(status["VmRSS"].split()[0]) / 1024, 2),
        threads=int(status["Threads"]),
        handles=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        ledger_kib=round(sum(files.values()) / 1024, 1),
        wal_kib=round(sum(size for name, size in files.items() if name.endswith("-wal")) / 1024, 1),
        tap_ms=round(median(taps), 1) if taps else 0.0,
    )


class Measure(NamedTuple):
    """Something that must not grow, and how it is found that it does."""

    title: str
    unit: str
    of: Callable[[Sample], float]
    leeway: float
    """How much more the second half may end with than it began with, by the straight line through it."""
    per_visit: bool = False
    """Whether it may grow with the visits, as a record does: then its growth per visit must not grow."""


MEASURES = (
    Measure("memory", "MiB", lambda sample: sample.memory_mib, 8),
    Measure("threads", "", lambda sample: sample.threads, 1.5),
    Measure("open files and sockets", "", lambda sample: sample.handles, 3),
    Measure("ledger", "KiB", lambda sample: sample.ledger_kib, 0.5, per_visit=True),
    Measure("ledger's WAL", "KiB", lambda sample: sample.wal_kib, 4096),
    Measure("tap to the next screen", "ms", lambda sample: sample.tap_ms, 30),
)


class Finding(NamedTuple):
    """One line of the table. `grown`: in the measure's unit over the second half, or as a share for what may grow."""

    measure: Measure
    first: float
    middle: float
    last: float
    grown: float

    @property
    def good(self) -> bool:
        """Whether it levelled off."""
        return self.grown <= self.measure.leeway


def judge(samples: Sequence[Sample]) -> list[Finding]:
    """What each measure did. Raises `ValueError` with fewer than eight samples: no line can be drawn through those."""
    if len(samples) < 8:
        raise ValueError(f"{len(samples)} samples are too few to see whether anything grows")
    half = samples[len(samples) // 2 :]
    found = []
    for measure in MEASURES:
        values = [measure.of(sample) for sample in samples]
        if measure.per_visit:
            before, after = (
                _per_visit(measure, samples[len(samples) // 8 : len(samples) // 2]),
                _per_visit(measure, half),
            )
            grown = after / before - 1 if before > 0 else 0.0
        else:
            line = linear_regression([sample.seconds for sample in half], [measure.of(sample) for sample in half])
            grown = line.slope * (half[-1].seconds - half[0].seconds)
        found.append(Finding(measure, values[0], values[len(values) // 2], values[-1], grown))
    return found


def _per_visit(measure: Measure, samples: Sequence[Sample]) -> float:
    visits = samples[-1].visits - samples[0].visits
    return (measure.of(samples[-1]) - measure.of(samples[0])) / visits if visits else 0.0


def table(findings: Sequence[Finding]) -> str:
    """The findings for people."""
    rows = [f"{'':26}{'at first':>12}{'half way':>12}{'at last':>12}{'grown':>14}"]
    for finding in findings:
        measure = finding.measure
        grown = f"{finding.grown:+.0%} a visit" if measure.per_visit else f"{finding.grown:+.1f} {measure.unit}"
        verdict = "" if finding.good else "  GROWS"
        numbers = "".join(f"{value:12.1f}" for value in (finding.first, finding.middle, finding.last))
        rows.append(f"{f'{measure.title}, {measure.unit}'.rstrip(', '):26}{numbers}{grown:>14}{verdict}")
    return "\n".join(rows)
