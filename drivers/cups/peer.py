"""What is asked of a queue or of a printer: IPP operations as calls. Both speak the same."""

from typing import Literal

from yarl import URL

from drivers.cups import wire
from drivers.cups.link import Link, SilenceError, web_address
from drivers.cups.views import JOB_ATTRIBUTES, PEER_ATTRIBUTES, JobView, read_job
from kiosk.devices.document import DocumentJob

_SIDES = {"one": "one-sided", "long_edge": "two-sided-long-edge"}


class RefusedError(Exception):
    """The peer understood, and will not. The message is for logs."""

    def __init__(self, answer: wire.Answer) -> None:
        super().__init__(f"IPP status 0x{answer.status:04x}: {answer.message[:200]}")
        self.status = answer.status


class Peer:
    """A queue or a printer at a URI. Every call may raise `SilenceError` or `RefusedError`."""

    def __init__(self, link: Link, uri: str, user: str) -> None:
        """`uri` may carry a user or options of CUPS; they are left out. Raises `ValueError`."""
        web_address(uri)
        url = URL(uri)
        self.uri = str(URL.build(scheme=url.scheme, host=url.host or "", port=url.explicit_port, path=url.path))
        self._link = link
        self._user = user

    async def look(self) -> wire.Group:
        """The peer's own state."""
        answer = await self._ask("get_printer_attributes", _wanted(PEER_ATTRIBUTES))
        group = next(iter(answer.all("printer")), None)
        if group is None or group.number("printer-state") is None:
            raise SilenceError("an answer without a state", sent=True)
        return group

    async def job(self, number: int) -> JobView | None:
        """One job; None when the peer knows none of that number."""
        try:
            answer = await self._ask("get_job_attributes", _number(number), _wanted(JOB_ATTRIBUTES))
        except RefusedError as error:
            if error.status == wire.NOT_FOUND:
                return None
            raise
        return next((job for group in answer.all("job") if (job := read_job(group)) is not None), None)

    async def jobs(
        self, which: Literal["all", "completed", "not-completed"], mine: bool = False, most: int | None = None
    ) -> tuple[JobView, ...]:
        """Jobs, oldest first; with `mine`, this user's alone; with `most`, so many (of the completed, the newest)."""
        narrowed = [
            wire.Attribute("which-jobs", "keyword", (which,)),
            wire.Attribute("my-jobs", "boolean", (mine,)),
            _wanted(JOB_ATTRIBUTES),
        ]
        if most is not None:
            narrowed.insert(0, wire.Attribute("limit", "integer", (most,)))
        answer = await self._ask("get_jobs", *narrowed)
        jobs = [job for group in answer.all("job") if (job := read_job(group)) is not None]
        return tuple(sorted(jobs, key=lambda job: job.id))

    async def create(self, job: DocumentJob, media: str) -> int:
        """A job without its document, which therefore does nothing yet; its number."""
        ticket = (
            wire.Attribute("copies", "integer", (job.copies,)),
            wire.Attribute("sides", "keyword", (_SIDES[job.sides],)),
            wire.Attribute("print-color-mode", "keyword", ("monochrome" if job.mono else "color",)),
            wire.Attribute("media", "keyword", (media,)),
        )
        answer = await self._ask("create_job", wire.Attribute("job-name", "name", (job.key,)), job=ticket)
        number = next((group.number("job-id") for group in answer.all("job")), None)
        if number is None:
            raise SilenceError("an answer without the job's number", sent=True)
        return number

    async def send(self, number: int, pdf: bytes, timeout_s: float) -> None:
        """The document of a job, and no more of them."""
        about = (
            wire.Attribute("document-format", "mime", ("application/pdf",)),
            wire.Attribute("last-document", "boolean", (True,)),
        )
        await self._ask("send_document", _number(number), *about, document=pdf, timeout_s=timeout_s)

    async def cancel(self, number: int, purge: bool = False) -> None:
        """Ask for a job's end; with `purge`, CUPS removes all it keeps of it."""
        extra = (wire.Attribute("purge-job", "boolean", (True,)),) if purge else ()
        await self._ask("cancel_job", _number(number), *extra)

    async def release(self, number: int) -> None:
        """Let a held job go on."""
        await self._ask("release_job", _number(number))

    async def _ask(
        self,
        operation: wire.Operation,
        *asked: wire.Attribute,
        job: tuple[wire.Attribute, ...] = (),
        document: bytes = b"",
        timeout_s: float | None = None,
    ) -> wire.Answer:
        target = wire.Attribute("printer-uri", "uri", (self.uri,))
        user = wire.Attribute("requesting-user-name", "name", (self._user,))
        first = tuple(attribute for attribute in asked if attribute.name == "job-id")
        rest = tuple(attribute for attribute in asked if attribute.name != "job-id")
        answer = await self._link.ask(
            self.uri, operation, (target, *first, user, *rest), job, document=document, timeout_s=timeout_s
        )
        if not answer.ok:
            raise RefusedError(answer)
        return answer


def _number(number: int) -> wire.Attribute:
    return wire.Attribute("job-id", "integer", (number,))


def _wanted(names: tuple[str, ...]) -> wire.Attribute:
    return wire.Attribute("requested-attributes", "keyword", names)
