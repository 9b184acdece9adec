"""The print desk: a form goes to the printer once, after its record; its end is found again after a crash.

A print is a matter of the ledger (`kiosk.protocol.forms`), and the matter's id is the job's key. It goes on when its
visit is over; what an earlier run of the terminal left without an end is looked for at the start, ended, and its
documents are removed from the queue before anything new is printed.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import assert_never

import msgspec

from kiosk.devices.contain import contained
from kiosk.devices.document import (
    DocumentHeld,
    DocumentJob,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinter,
    DocumentPrinting,
    DocumentProgress,
    DocumentSubmitted,
    DocumentUnknown,
    DocumentWaiting,
)
from kiosk.forms.form import Form
from kiosk.ledger.errors import LedgerClosedError, LedgerError
from kiosk.ledger.ledger import Ledger
from kiosk.protocol.envelope import type_of
from kiosk.protocol.forms import (
    NOT_TOLD,
    FormEvent,
    FormIntended,
    FormNotPrinted,
    FormPrinted,
    FormRow,
    FormSubmitted,
    FormUnknown,
)
from kiosk.protocol.matter import new_matter

log = logging.getLogger(__name__)

RETRY_S = 2.0
"""Between tries to find out what became of earlier prints, while the printer or the ledger does not answer."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident wants on paper. `pages` are those of one copy."""

    form: Form
    pdf: bytes
    pages: int
    copies: int
    filled: bool
    language: str
    person: str = ""
    """A keyed hash of whose pages they are, where they are counted by person."""


class Print:
    """One print on its way. Belongs to the engine's loop."""

    def __init__(self, job: DocumentJob) -> None:
        self.sheets = job.sheets
        """How many sheets of paper it takes."""
        self.key = job.key
        self.progress: DocumentProgress | None = None
        """What the printer said last; None until its queue has it."""
        self.outcome: DocumentOutcome | None = None
        """How it ended; None while it is under way."""
        self.cancelling = False
        self._news = asyncio.Event()

    async def change(self) -> None:
        """Wait until something is new."""
        await self._news.wait()
        self._news.clear()

    def tell(self, progress: DocumentProgress) -> None:
        """The printer says how far it is."""
        self.progress = progress
        self._news.set()

    def end(self, outcome: DocumentOutcome) -> None:
        """It has ended."""
        self.outcome = outcome
        self._news.set()


class PrintDesk:
    """See the module."""

    def __init__(
        self,
        printer: Callable[[], DocumentPrinter[msgspec.Struct]],
        *,
        usable: Callable[[], bool],
        ledger: Callable[[], Ledger | None],
        now_ms: Callable[[], int],
        zone: tzinfo,
        changed: Callable[[], None] = lambda: None,
        observe: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`usable` tells whether the printer may be asked; `changed` is called when the desk opens; `observe` sees
        every durable step and outside effect."""
        self.printed = Counter[str]()
        """Sheets of each form that came out at this terminal, as far as is known."""
        self.open = False
        """Whether earlier prints have been looked for, so that new ones may begin."""
        self._printer = printer
        self._usable = usable
        self._wake = asyncio.Event()
        self._ledger = ledger
        self._now_ms = now_ms
        self._zone = zone
        self._changed = changed
        self._observe = observe
        self._tasks: set[asyncio.Task[None]] = set()

    async def recover(self) -> None:
        """Find out what became of earlier prints, end what is left of them, and open. Tries again until it can."""
        while not (self._usable() and await self._recovered()):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETRY_S):
                    await self._wake.wait()
            self._wake.clear()
        self.open = True
        self._changed()

    def nudge(self) -> None:
        """A device or the ledger is back."""
        self._wake.set()

    async def start(self, wish: Wish) -> Print | None:
        """Record the intent, and send it once; None when the ledger cannot keep it, and nothing was sent."""
        ledger = self._ledger()
        if ledger is None or not self.open:
            return None
        job = DocumentJob(
            key=new_matter(),
            pdf=wish.pdf,
            pages=wish.pages,
            copies=wish.copies,
            sides=wish.form.file.sides,
            mono=wish.form.file.mono,
        )
        now = self._now_ms()
        intent = FormIntended(
            matter=job.key,
            number=wish.form.number,
            pages=wish.pages,
            copies=wish.copies,
            sheets=job.sheets,
            filled=wish.filled,
            business_date=self._day(now),
            language=wish.language,
            person=wish.person,
            hash_key=ledger.hash_key_id if wish.person else "",
            at_ms=now,
        )
        if not await self._note(ledger, intent):
            return None
        running = Print(job)
        self._keep(asyncio.create_task(self._print(running, job, wish.form.number), name=f"print {job.key}"))
        return running

    async def used_today(self, id_number: str) -> tuple[str, int]:
        """A person as a wish names them today, and how many pages they have had printed. Raises `LedgerError` when the
        ledger does not tell."""
        ledger = self._ledger()
        if ledger is None:
            raise LedgerClosedError
        person = ledger.person_hash("forms", self._day(self._now_ms()), id_number)
        return person, sum(row.used for row in await ledger.matters(FormRow, person=person))

    def _day(self, now_ms: int) -> str:
        return f"{datetime.fromtimestamp(now_ms / 1000, self._zone):%Y-%m-%d}"

    def cancel(self, running: Print) -> None:
        """Ask the printer to end it; returns at once. Its end, whichever, comes as of every print."""
        if running.cancelling or running.outcome is not None:
            return
        running.cancelling = True
        self._keep(asyncio.create_task(self._cancel(running)))

    async def _cancel(self, running: Print) -> None:
        try:
            await contained(self._printer().cancel(running.key))
        except Exception:
            log.exception("print %s cannot be cancelled", running.key)

    async def aclose(self) -> None:
        """Stop watching; what is under way is found again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, task: "asyncio.Task[None]") -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _print(self, running: Print, job: DocumentJob, number: str) -> None:
        submitted = asyncio.Event()

        def on_progress(progress: DocumentProgress) -> None:
            submitted.set()
            running.tell(progress)

        marking = asyncio.create_task(self._mark_submitted(submitted, job.key))
        try:
            self._observe("before effect PrintForm")
            outcome = await contained(self._printer().print(job, on_progress))
            self._observe("after effect PrintForm")
        except Exception as error:
            log.exception("print %s failed", job.key)
            outcome = DocumentUnknown(f"the driver raised {type(error).__name__}")
        finally:
            if not submitted.is_set():
                marking.cancel()
            await asyncio.gather(marking, return_exceptions=True)
        ledger = self._ledger()
        if ledger is not None:
            await self._note(ledger, ending(job.key, outcome))
        self._count(number, job.sheets, outcome)
        running.end(outcome)

    async def _mark_submitted(self, submitted: asyncio.Event, key: str) -> None:
        await submitted.wait()
        if ledger := self._ledger():
            await self._note(ledger, FormSubmitted(matter=key))

    async def _recovered(self) -> bool:
        ledger = self._ledger()
        if ledger is None:
            return False
        try:
            rows = await ledger.matters(FormRow)
            for row in rows:
                if not row.over and not await self._found(ledger, row):
                    return False
            await contained(self._printer().clear())
            rows = await ledger.matters(FormRow, state="printed")
        except LedgerError:
            return False
        except Exception:
            log.exception("earlier prints cannot be looked for")
            return False
        self.printed = Counter()
        for row in rows:
            self.printed[row.number] += row.sheets if row.came == NOT_TOLD else row.came
        return True

    async def _found(self, ledger: Ledger, row: FormRow) -> bool:
        """Whether it is known, and recorded, what became of a print that nobody waits for any more."""
        outcome = await contained(self._printer().find(row.matter))
        if isinstance(outcome, DocumentWaiting):
            outcome = await contained(self._printer().cancel(row.matter))
        if isinstance(outcome, DocumentUnknown) and row.state == "unknown":
            return True
        log.info("print %s of an earlier run: %s", row.matter, type(outcome).__name__)
        return await self._note(ledger, ending(row.matter, outcome))

    async def _note(self, ledger: Ledger, event: FormEvent) -> bool:
        name = type_of(event)
        self._observe(f"before record {name}")
        try:
            await ledger.note(event)
        except (LedgerError, OSError) as error:
            log.error("a print cannot be recorded: %s", error)
            return False
        self._observe(f"after record {name}")
        return True

    def _count(self, number: str, sheets: int, outcome: DocumentOutcome) -> None:
        if isinstance(outcome, DocumentPrinted):
            self.printed[number] += sheets if outcome.sheets is None else outcome.sheets


def ending(key: str, outcome: DocumentOutcome) -> FormEvent:
    """The event that an outcome amounts to."""
    match outcome:
        case DocumentPrinted(sheets=sheets):
            return FormPrinted(matter=key, sheets=NOT_TOLD if sheets is None else sheets)
        case DocumentNotPrinted(reason=reason, sheets=sheets):
            return FormNotPrinted(matter=key, reason=reason, sheets=NOT_TOLD if sheets is None else sheets)
        case DocumentUnknown(why=why):
            return FormUnknown(matter=key, why=why)
        case _:
            assert_never(outcome)


def held_reason(progress: DocumentProgress | None) -> str | None:
    """Why it does not go on, as a message key."""
    match progress:
        case DocumentHeld(reason=reason):
            return f"reason.{reason}"
        case DocumentSubmitted() | DocumentPrinting() | None:
            return None
        case _:
            assert_never(progress)
