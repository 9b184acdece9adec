"""A document printer in this process, which does what a test wants and keeps books of what it was asked."""

import asyncio

import msgspec

from kiosk.devices.document import (
    DocumentJob,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinter,
    DocumentPrinting,
    DocumentProgress,
    DocumentSubmitted,
    DocumentWaiting,
    OnProgress,
)
from kiosk.devices.health import Health, Ready


class NoSettings(msgspec.Struct, frozen=True):
    """None."""


class FakeDocuments(DocumentPrinter[NoSettings]):
    """Prints at once, unless a test put something else into `outcomes`; `hold` keeps it before the end."""

    Settings = NoSettings

    def __init__(self) -> None:
        super().__init__("documents", "fake:", NoSettings())
        self.health: Health = Ready()
        self.jobs: list[DocumentJob] = []
        self.calls: list[str] = []
        self.outcomes: list[DocumentOutcome | BaseException] = []
        self.progress: list[DocumentProgress] = [DocumentSubmitted()]
        self.found: dict[str, DocumentOutcome | DocumentWaiting] = {}
        self.hold = asyncio.Event()
        self.hold.set()
        self.cancelled = asyncio.Event()

    async def open(self) -> None:
        pass

    async def aclose(self) -> None:
        pass

    async def status(self) -> Health:
        return self.health

    async def print(self, job: DocumentJob, on_progress: OnProgress) -> DocumentOutcome:
        self.calls.append(f"print {job.key}")
        self.jobs.append(job)
        for progress in self.progress:
            on_progress(progress)
            await asyncio.sleep(0)
        await self.hold.wait()
        if self.cancelled.is_set():
            return DocumentNotPrinted("cancelled", 0)
        on_progress(DocumentPrinting(job.sheets, job.sheets))
        outcome = self.outcomes.pop(0) if self.outcomes else DocumentPrinted(job.sheets)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    async def find(self, key: str) -> DocumentOutcome | DocumentWaiting:
        self.calls.append(f"find {key}")
        return self.found.get(key, DocumentNotPrinted("never_submitted"))

    async def cancel(self, key: str) -> DocumentOutcome:
        self.calls.append(f"cancel {key}")
        self.cancelled.set()
        self.hold.set()
        return DocumentNotPrinted("cancelled", 0)

    async def clear(self) -> None:
        self.calls.append("clear")
