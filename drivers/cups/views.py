"""What the queue and the printer say at one moment, out of their answers. Pure."""

import math
from typing import Literal

import msgspec

from drivers.cups.wire import Group
from kiosk.devices.document import Sides

JobState = Literal["pending", "held", "processing", "stopped", "canceled", "aborted", "completed"]
_JOB_STATES: dict[int, JobState] = {
    3: "pending",
    4: "held",
    5: "processing",
    6: "stopped",
    7: "canceled",
    8: "aborted",
    9: "completed",
}
_PRINTER_STOPPED = 5
_PRINTER_BUSY = 4
JOB_ATTRIBUTES = (
    "job-id",
    "job-name",
    "job-state",
    "job-state-reasons",
    "job-impressions-completed",
    "job-media-sheets-completed",
    "number-of-documents",
    "time-at-processing",
    "sides",
)
_MODEL, _FIRMWARE = "printer-make-and-model", "printer-firmware-string-version"
PEER_ATTRIBUTES = (
    "printer-state",
    "printer-state-reasons",
    "printer-is-accepting-jobs",
    "device-uri",
    _MODEL,
    _FIRMWARE,
)


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as one of the two peers sees it."""

    id: int
    name: str
    state: JobState
    reasons: tuple[str, ...] = ()
    documents: int | None = None
    processing_since: int | None = None
    """The peer's own clock when it began; a queue that begins again has another one."""
    impressions: int | None = None
    sheets_told: int | None = None
    sides: Sides = "one"

    @property
    def final(self) -> bool:
        """Whether it will change no more."""
        return self.state in ("canceled", "aborted", "completed")

    @property
    def empty(self) -> bool:
        """Whether the queue waits for its document: nothing can come of it without one."""
        return self.state == "held" and not self.documents

    def sheets(self, sides: Sides, pages: int | None) -> int | None:
        """How many sheets came out. Only a printer's count is one: a queue counts what it has sent. `pages` are those
        of one copy: the back of its last sheet may stay empty."""
        if self.sheets_told is not None:
            return self.sheets_told
        if self.impressions is None or sides == "one":
            return self.impressions
        if not pages:
            return None
        copies, rest = divmod(self.impressions, pages)
        return copies * math.ceil(pages / 2) + math.ceil(rest / 2)


class PeerView(msgspec.Struct, frozen=True, kw_only=True):
    """A queue, or a printer, with the jobs in question (oldest first)."""

    stopped: bool = False
    busy: bool = False
    accepting: bool = True
    reasons: tuple[str, ...] = ()
    device_uri: str = ""
    identity: str = ""
    """Maker, model and firmware, as far as it tells."""
    jobs: tuple[JobView, ...] = ()


def read_job(group: Group) -> JobView | None:
    """A job, if the answer says enough of it."""
    number, state = group.number("job-id"), _JOB_STATES.get(group.number("job-state") or 0)
    if number is None or state is None:
        return None
    return JobView(
        id=number,
        name=group.word("job-name") or "",
        state=state,
        reasons=group.words("job-state-reasons"),
        documents=group.number("number-of-documents"),
        processing_since=group.number("time-at-processing"),
        impressions=_count(group.number("job-impressions-completed")),
        sheets_told=_count(group.number("job-media-sheets-completed")),
        sides="one" if group.word("sides") in (None, "one-sided") else "long_edge",
    )


def read_peer(group: Group, jobs: tuple[JobView, ...]) -> PeerView:
    """A queue or a printer."""
    state = group.number("printer-state")
    return PeerView(
        stopped=state == _PRINTER_STOPPED,
        busy=state == _PRINTER_BUSY,
        accepting=group.truth("printer-is-accepting-jobs") is not False,
        reasons=group.words("printer-state-reasons"),
        device_uri=group.word("device-uri") or "",
        identity=_identity(group),
        jobs=jobs,
    )


def _identity(group: Group) -> str:
    firmware = ", ".join(filter(None, group.words(_FIRMWARE)))  # one of each of its parts
    return ", ".join(filter(None, (group.word(_MODEL), firmware and f"firmware {firmware}")))


def _count(number: int | None) -> int | None:
    return number if number is not None and number >= 0 else None
