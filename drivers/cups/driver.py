"""`DocumentPrinter` over a CUPS queue, in IPP.

The queue gets the document, and the printer is asked what became of it (`follow.py` says why). A job is made in two
steps, the ticket and then the document: whatever is lost in the first, nothing can come out of it, and in the second
the job has a number, so that nothing is ever sent twice.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Awaitable, Callable

from drivers.cups import follow
from drivers.cups.follow import Act, Seen
from drivers.cups.link import Link, SilenceError, web_address
from drivers.cups.peer import Peer, RefusedError
from drivers.cups.settings import CupsSettings
from drivers.cups.views import JobView, PeerView, read_peer
from drivers.cups.words import understand
from kiosk.devices.document import (
    KEY_PATTERN,
    DocumentJob,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinter,
    DocumentProgress,
    DocumentSubmitted,
    DocumentUnknown,
    DocumentWaiting,
    NotPrintedReason,
    OnProgress,
)
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready

log = logging.getLogger(__name__)

_PROBLEMS = (SilenceError, RefusedError)
_MOST_DONE = 50
"""Of what a printer has done lately, and each look asks for it; a job that is followed is among the newest."""
_GUARD_S = 900.0
"""How long a printed job's leftovers in the queue are looked after."""


class Cups(DocumentPrinter[CupsSettings]):
    """See the module. One job at a time; everything else may be asked meanwhile."""

    Settings = CupsSettings
    port_schemes = ("ipp", "ipps")

    def __init__(self, name: str, port: str, settings: CupsSettings, now: Callable[[], float] = time.time) -> None:
        """See `Device`."""
        super().__init__(name, port, settings, now)
        if not web_address(port).path.strip("/"):
            raise ValueError("no queue in it: ipp://HOST[:PORT]/printers/NAME")
        if settings.printer_uri:
            web_address(settings.printer_uri)
        self._link = Link(settings.answer_timeout_s)
        # A printer's certificate is its own; nothing secret goes to it from here, for the document goes to the queue.
        self._printer_link = Link(settings.answer_timeout_s, check_certificate=False)
        self._queue = Peer(self._link, port, settings.user)
        self._device_uri: str | None = None
        self._lock = asyncio.Lock()
        self._guards: set[asyncio.Task[None]] = set()
        self._under_way: dict[str, asyncio.Future[DocumentOutcome]] = {}
        self._unwanted: set[str] = set()
        """Keys under way whose end is wanted, wherever they are on their way."""
        self._to_clear = False
        self._queue_problem = ""
        self._printer_problem = ""
        self._identity = ""

    async def open(self) -> None:
        """Nothing to get ready: every question has a connection of its own."""

    async def aclose(self) -> None:
        """See `Device`. A print under way ends as unknown; the job goes on."""
        for guard in self._guards:
            guard.cancel()
        await asyncio.gather(*self._guards, return_exceptions=True)
        await asyncio.gather(self._link.aclose(), self._printer_link.aclose())

    @property
    def identity(self) -> str:
        """What the printer says it is; of one that cannot be asked, what its queue was made for."""
        return self._identity

    async def status(self) -> Health:
        """See `DocumentPrinter`. Of a printer that cannot be asked, the queue's word is taken while it prints; in
        between, that word is as old as the last job."""
        seen = await self._see(None)
        if seen.queue is None:
            return Offline(f"the queue does not answer: {self._queue_problem}")
        if not seen.queue.accepting:
            return NeedsAttention(("queue_closed",))
        if seen.queue.stopped:
            return NeedsAttention(("queue_stopped",))
        teller = seen.printer if seen.asked else seen.queue
        if teller is None:
            return Offline(f"the printer does not answer: {self._printer_problem}")
        self._identity = teller.identity
        said = understand(teller.reasons, self.settings.ignored_reasons)
        if said.unreachable:
            return Offline("the queue does not reach the printer")
        if said.reasons and (seen.asked or seen.queue.busy):
            return NeedsAttention(said.reasons)
        if seen.asked and teller.stopped:
            return NeedsAttention(("printer_error",))
        return Busy() if teller.busy else Ready(said.warnings)

    async def print(self, job: DocumentJob, on_progress: OnProgress) -> DocumentOutcome:
        """See `DocumentPrinter`."""
        if not re.fullmatch(KEY_PATTERN, job.key) or job.pages < 1 or job.copies < 1:
            raise ValueError("a job needs a key of the pattern, pages and copies")
        if job.key in self._under_way:
            raise ValueError(f"job {job.key} is under way")
        ended = asyncio.get_running_loop().create_future()
        self._under_way[job.key] = ended
        try:
            async with self._lock:
                outcome = await self._print(job, on_progress)
            ended.set_result(outcome)
            return outcome
        finally:
            ended.cancel()
            del self._under_way[job.key]
            self._unwanted.discard(job.key)

    async def find(self, key: str) -> DocumentOutcome | DocumentWaiting:
        """See `DocumentPrinter`."""
        known = follow.found(await self._see(key), self.settings)
        if isinstance(known, DocumentPrinted | DocumentNotPrinted | DocumentUnknown):
            return known
        return DocumentWaiting(known)

    async def cancel(self, key: str) -> DocumentOutcome:
        """See `DocumentPrinter`. It reaches a job that is not submitted yet, too."""
        if (ended := self._under_way.get(key)) is not None:
            self._unwanted.add(key)
            await asyncio.wait([ended])
            if not ended.cancelled():
                return ended.result()
        seen = await self._see(key)
        known = follow.found(seen, self.settings)
        if isinstance(known, DocumentPrinted | DocumentNotPrinted | DocumentUnknown):
            if seen.queued is not None and seen.queued.empty:
                await self._try(self._queue.cancel(seen.queued.id))
            if seen.queue is not None:
                return known
        queued = seen.queued
        memory = follow.begin(self._clock(), queued.sides if queued is not None else "one", cancelling="cancelled")
        return await self._follow(key, queued.id if queued is not None else None, memory)

    async def clear(self) -> None:
        """See `DocumentPrinter`. Where the queue is away, it is done before the first job."""
        async with self._lock:
            await self._clear()

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()

    # -- one job ----------------------------------------------------------------------------------------------------

    async def _print(self, job: DocumentJob, on_progress: OnProgress) -> DocumentOutcome:
        if self._to_clear:
            await self._clear()
        seen = await self._see(job.key)
        if seen.queued is None and not seen.at_printer:
            if (refused := self._not_ready(seen)) is not None:
                return refused
            submitted = await self._submit(job)
            if not isinstance(submitted, int):
                return submitted
            number: int | None = submitted
        else:
            number = seen.queued.id if seen.queued is not None else None
            if seen.queued is not None and seen.queued.empty:
                await self._try(self._queue.cancel(seen.queued.id))
                return DocumentNotPrinted("never_submitted")
        on_progress(DocumentSubmitted())
        return await self._follow(job.key, number, follow.begin(self._clock(), job.sides, job), on_progress)

    def _not_ready(self, seen: Seen) -> DocumentNotPrinted | None:
        """Why nothing is sent now: a job that waits for a person comes out when its resident has left."""
        reason: NotPrintedReason | None = None
        if seen.queue is None or (seen.asked and seen.printer is None):
            reason = "offline"
        elif not seen.queue.accepting:
            reason = "queue_closed"
        elif seen.queue.stopped:
            reason = "queue_stopped"
        elif seen.asked and seen.printer is not None:
            said = understand(seen.printer.reasons, self.settings.ignored_reasons)
            reason = next(iter(said.reasons), "printer_error" if seen.printer.stopped else None)
        return DocumentNotPrinted(reason) if reason is not None else None

    async def _submit(self, job: DocumentJob) -> int | DocumentOutcome:
        """The number of a job that has its document; or how it ended before."""
        if job.key in self._unwanted:
            return DocumentNotPrinted("cancelled")
        try:
            number = await self._queue.create(job, self.settings.media)
        except SilenceError as error:
            log.warning("%s: no job was made: %s", self.name, error)
            await self._drop_empty(job.key)
            return DocumentNotPrinted("offline")
        except RefusedError as error:
            log.warning("%s: the queue refused a job: %s", self.name, error)
            return DocumentNotPrinted("refused")
        if job.key in self._unwanted:
            await self._try(self._queue.cancel(number))
            return DocumentNotPrinted("cancelled")
        try:
            await self._queue.send(number, job.pdf, self.settings.send_timeout_s)
        except SilenceError as error:
            log.warning("%s: no answer to the document of job %d: %s", self.name, number, error)
            return await self._after_silence(job.key, number)
        except RefusedError as error:
            log.warning("%s: the queue refused the document of job %d: %s", self.name, number, error)
            await self._try(self._queue.cancel(number))
            return DocumentNotPrinted("refused")
        return number

    async def _drop_empty(self, key: str) -> None:
        """A ticket may have arrived, though its answer did not. It does nothing; it is tidied away if it is there."""
        with contextlib.suppress(*_PROBLEMS):
            for job in await self._queue.jobs("all"):
                if job.name == key and job.empty:
                    await self._queue.cancel(job.id)

    async def _after_silence(self, key: str, number: int) -> int | DocumentOutcome:
        """Whether the document of job `number` arrived. If it did not, the job ends, and would refuse it later."""
        ends = self._clock() + self.settings.end_s
        while self._clock() < ends and not self._link.closed:
            with contextlib.suppress(*_PROBLEMS):
                job = await self._queue.job(number)
                if job is None:
                    return DocumentNotPrinted("offline")
                if not job.empty:
                    return number
                await self._queue.cancel(number)
                return DocumentNotPrinted("offline")
            await asyncio.sleep(self.settings.watch_every_s)
        return DocumentUnknown("the queue fell silent while it got the document")

    async def _follow(
        self, key: str, number: int | None, memory: follow.Memory, on_progress: OnProgress = lambda _: None
    ) -> DocumentOutcome:
        told: DocumentProgress = DocumentSubmitted()
        while not self._link.closed:
            seen = await self._see(key, number)
            if key in self._unwanted:
                memory = follow.stop(memory, self._clock())
            step = follow.step(memory, seen, self._clock(), self.settings)
            memory = step.memory
            for act in step.acts:
                await self._do(act)
            if step.outcome is not None:
                self._look_after(key, number, memory)
                return step.outcome
            if step.progress != told:
                told = step.progress
                on_progress(told)
            await asyncio.sleep(self.settings.watch_every_s)
        return DocumentUnknown("the terminal stopped")

    def _look_after(self, key: str, number: int | None, memory: follow.Memory) -> None:
        guard = asyncio.create_task(self._guard(key, number, memory))
        self._guards.add(guard)
        guard.add_done_callback(self._guards.discard)

    async def _guard(self, key: str, number: int | None, memory: follow.Memory) -> None:
        """After the outcome: until the queue is at its end too, and keeps no document."""
        since = self._clock()
        while self._clock() - since < _GUARD_S:
            await asyncio.sleep(self.settings.watch_every_s)
            seen = await self._see(key, number)
            memory, acts = follow.leftovers(memory, seen, self._clock(), since, self.settings)
            for act in acts:
                await self._do(act)
            if seen.ended_in_queue and not seen.live:
                if seen.queued is not None and seen.queued.documents:
                    await self._try(self._queue.cancel(seen.queued.id, purge=True))
                return
        log.error("%s: the queue still holds a job that is done", self.name)

    async def _do(self, act: Act) -> None:
        match act.what:
            case "cancel_in_queue":
                await self._try(self._queue.cancel(act.job))
            case "release":
                await self._try(self._queue.release(act.job))
            case "cancel_at_printer":
                if (printer := self._printer()) is not None:
                    await self._try(printer.cancel(act.job))

    async def _try(self, call: Awaitable[None]) -> None:
        """What is only a request: the next look shows what came of it."""
        with contextlib.suppress(*_PROBLEMS):
            await call

    async def _clear(self) -> None:
        self._to_clear = True
        if (await self._see(None)).queue is None:
            return
        with contextlib.suppress(*_PROBLEMS):
            await self._until_ended(self._queue)
            for job in await self._queue.jobs("completed", mine=True):
                if job.documents:
                    await self._try(self._queue.cancel(job.id, purge=True))
            self._to_clear = False
        if (printer := self._printer()) is not None:
            with contextlib.suppress(*_PROBLEMS):
                await self._until_ended(printer)

    async def _until_ended(self, peer: Peer) -> None:
        """Cancel all of this user's jobs there, and give them a little time to be gone."""
        ends = self._clock() + self.settings.answer_timeout_s
        while self._clock() < ends:
            unfinished = [job for job in await peer.jobs("not-completed", mine=True) if not job.final]
            for job in unfinished:
                await self._try(peer.cancel(job.id))
            if not unfinished:
                return
            await asyncio.sleep(self.settings.watch_every_s)

    # -- looking ----------------------------------------------------------------------------------------------------

    async def _see(self, key: str | None, number: int | None = None) -> Seen:
        """Both, the queue first: what the printer says is the newer word. Without a key, no jobs."""
        queue = await self._see_queue(key, number)
        if queue is not None:
            self._device_uri = queue.device_uri
        printer = self._printer()
        asked = printer is not None or (self._device_uri is None and not self.settings.printer_uri)
        return Seen(queue=queue, printer=await self._see_printer(printer, key), asked=asked)

    def _printer(self) -> Peer | None:
        """The printer itself, where it can be asked."""
        uri = self.settings.printer_uri or self._device_uri
        if not uri:
            return None
        try:
            return Peer(self._printer_link, uri, self.settings.user)
        except ValueError:
            return None

    async def _see_queue(self, key: str | None, number: int | None) -> PeerView | None:
        try:
            group = await self._queue.look()
            jobs: tuple[JobView, ...] = ()
            if number is not None:
                job = await self._queue.job(number)
                jobs = (job,) if job is not None else ()
            elif key is not None:
                jobs = tuple(job for job in await self._queue.jobs("all") if job.name == key)
        except _PROBLEMS as error:
            self._queue_problem = str(error)
            return None
        return read_peer(group, jobs)

    async def _see_printer(self, printer: Peer | None, key: str | None) -> PeerView | None:
        if printer is None:
            return None
        try:
            group = await printer.look()
            jobs: dict[int, JobView] = {}
            if key is not None:
                with contextlib.suppress(RefusedError):  # a printer that does not tell of its jobs
                    here = await printer.jobs("not-completed")  # first: what ends meanwhile is among the others
                    done = await printer.jobs("completed", most=_MOST_DONE)
                    jobs = {job.id: job for job in (*here, *done) if job.name == key}
        except _PROBLEMS as error:
            self._printer_problem = str(error)
            return None
        return read_peer(group, tuple(jobs[number] for number in sorted(jobs)))
