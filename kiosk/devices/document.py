"""The role `DocumentPrinter`: turn a PDF into sheets of paper, and say truthfully whether they came out.

Submitted is not printed, and a document that a queue has taken is printed after the next refill, by itself, though
its resident has left long ago. So a job has a key: it can be found again, it is never sent twice, and it has not
failed before it is proved to be gone.
"""

from abc import abstractmethod
from collections.abc import Callable
from typing import Literal

import msgspec

from kiosk.devices.device import Device, S_co
from kiosk.devices.health import Health, Reason

KEY_PATTERN = r"[A-Za-z0-9._-]{1,40}"
Sides = Literal["one", "long_edge"]
NotPrintedReason = Reason | Literal["offline", "cancelled", "aborted", "refused", "too_slow", "never_submitted"]
"""A message key, `reason.<reason>`. `refused`: the queue did not take it; `aborted`: the printer gave it up."""


class DocumentJob(msgspec.Struct, frozen=True, kw_only=True):
    """A document on its way to paper.

    `key` is one intent's, and nothing else's ever: it matches `KEY_PATTERN`, tells nothing of a person (it stays in
    the queue's books), and comes to be recorded before `print` is called. `pages` are those of `pdf`.
    """

    key: str
    pdf: bytes
    pages: int
    copies: int = 1
    sides: Sides = "one"
    mono: bool = True

    @property
    def sheets(self) -> int:
        """How many sheets of paper it takes."""
        per_copy = self.pages if self.sides == "one" else (self.pages + 1) // 2
        return per_copy * self.copies


class DocumentSubmitted(msgspec.Struct, frozen=True, tag="submitted"):
    """The queue has it. Nothing is on paper yet, as far as anybody knows."""


class DocumentPrinting(msgspec.Struct, frozen=True, tag="printing"):
    """The printer is at work; `sheets` have come out (None: this printer does not tell), of `of` in all."""

    sheets: int | None
    of: int | None


class DocumentHeld(msgspec.Struct, frozen=True, tag="held"):
    """It waits for a person (or for the printer to be reachable again), and goes on by itself after that."""

    reason: Reason | Literal["offline"]


DocumentProgress = DocumentSubmitted | DocumentPrinting | DocumentHeld
OnProgress = Callable[[DocumentProgress], None]


class DocumentPrinted(msgspec.Struct, frozen=True, tag="printed"):
    """The printer itself said that the whole job came out. `sheets` is its own count, where it counts."""

    sheets: int | None = None


class DocumentNotPrinted(msgspec.Struct, frozen=True, tag="not_printed"):
    """Proof that no more of it will come out. `sheets` came out before it ended (None: this printer does not tell)."""

    reason: NotPrintedReason
    sheets: int | None = 0


class DocumentUnknown(msgspec.Struct, frozen=True, tag="unknown"):
    """It was given away, and nobody can say whether it came out or still will. Never printed again by itself.

    `why` is for staff and logs. `find` may know more later.
    """

    why: str


class DocumentWaiting(msgspec.Struct, frozen=True, tag="waiting"):
    """It is in the queue and not at its end; it will come out by itself unless it is cancelled."""

    progress: DocumentProgress


DocumentOutcome = DocumentPrinted | DocumentNotPrinted | DocumentUnknown


class DocumentPrinter(Device[S_co]):
    """See the module. Nothing here raises for what a queue, a cable or a printer can do."""

    role = "document_printer"

    @abstractmethod
    async def print(self, job: DocumentJob, on_progress: OnProgress) -> DocumentOutcome:
        """Submit once and follow to the end; the end comes within the driver's own time-outs.

        Called again with the key of a job that the queue knows, it follows that one. A job that is held longer than
        the driver waits is cancelled. When this call is cancelled, the job is *not*: use `cancel` for that.
        `on_progress` is told what is new, in the event loop. Raises `ValueError` for a job that cannot be (its key,
        no pages) or is under way.
        """

    @abstractmethod
    async def find(self, key: str) -> DocumentOutcome | DocumentWaiting:
        """After a restart, or an unknown outcome: what became of it. Never prints, never cancels.

        `never_submitted` is the answer for a key that the queue does not know and would know; where a queue may
        have forgotten it, the answer is unknown.
        """

    @abstractmethod
    async def cancel(self, key: str) -> DocumentOutcome:
        """Ask for the end of it, and say how it ended: it may have been printed after all. A `print` that is under
        way ends the same, though it may not have submitted anything yet."""

    async def clear(self) -> None:
        """At the terminal's start, after every `find`: end what is left of jobs from before, and remove the queue's
        copies of documents. Their residents have left. Never called while a job is under way."""

    @abstractmethod
    async def status(self) -> Health:
        """How the printer itself is, not what a queue last heard of it. While a job prints well it is `Busy`."""
