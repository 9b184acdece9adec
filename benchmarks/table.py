"""The one table: what was measured, what it is compared with, and whether that is good enough."""

import statistics
from collections.abc import Sequence
from typing import Literal

import msgspec

HEADINGS = ("measure", "ours", "peer", "ratio", "ceiling", "aim", "verdict")


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table.

    `ours` and `peer` hold one value a run, run by run side by side. A ceiling is on the median of the runs' ratios,
    or on our value itself (`limits`). Without a ceiling a line only informs.
    """

    name: str
    unit: Literal["ms", "MiB"]
    ours: tuple[float, ...]
    peer: tuple[float, ...] = ()
    limits: Literal["ratio", "value"] = "ratio"
    worst: bool = False
    """Judge and show the worst run instead of the median."""
    ceiling: float | None = None
    aim: float | None = None

    @property
    def value(self) -> float:
        """Ours, over all runs."""
        return max(self.ours) if self.worst else statistics.median(self.ours)

    @property
    def peer_value(self) -> float | None:
        """The peer's, over all runs."""
        if not self.peer:
            return None
        return max(self.peer) if self.worst else statistics.median(self.peer)

    @property
    def ratio(self) -> float | None:
        """The median of the pairs' ratios; of a worst case, the worst over the peer's worst."""
        if not self.peer:
            return None
        if self.worst:
            return max(self.ours) / max(self.peer)
        return statistics.median(ours / peer for ours, peer in zip(self.ours, self.peer, strict=True))

    @property
    def met(self) -> bool | None:
        """Whether it stays within its ceiling; None where there is none."""
        if self.ceiling is None:
            return None
        judged = self.ratio if self.limits == "ratio" else self.value
        return judged is not None and judged <= self.ceiling


def rows(measures: Sequence[Measure]) -> list[tuple[str, ...]]:
    """The cells of the table, without its headings."""
    return [
        (
            measure.name,
            _amount(measure.value, measure.unit),
            "—" if measure.peer_value is None else _amount(measure.peer_value, measure.unit),
            "—" if measure.ratio is None else f"{measure.ratio:.2f}×",
            _limit(measure.ceiling, measure),
            _limit(measure.aim, measure),
            {True: "met", False: "NOT MET", None: "—"}[measure.met],
        )
        for measure in measures
    ]


def as_text(measures: Sequence[Measure]) -> str:
    """For a terminal."""
    table = [HEADINGS, *rows(measures)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )


def _amount(value: float, unit: str) -> str:
    return f"{value:.3g} {unit}" if value < 100 else f"{value:.0f} {unit}"


def _limit(limit: float | None, measure: Measure) -> str:
    if limit is None:
        return "—"
    return f"{limit:g}×" if measure.limits == "ratio" else f"{limit:g} {measure.unit}"
