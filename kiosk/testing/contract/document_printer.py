"""What a printer of documents keeps to: taken is not printed; one key, one print; what is called off does not come out
after the refill.

By hand: `paper_out`, and `refill`. The books have `sheets`: how many came out in all.
"""

import asyncio
from io import BytesIO

import msgspec
from pypdf import PdfWriter

from kiosk.devices.document import (
    DocumentHeld,
    DocumentJob,
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinter,
    DocumentProgress,
    DocumentUnknown,
)
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, comes, within

Printer = DocumentPrinter[msgspec.Struct]
PAGES = 2


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    printer = await bench.opened()
    if not isinstance(printer, DocumentPrinter):
        raise ContractError("it is no DocumentPrinter")
    await _prints_once(bench, printer)
    await _refuses_nonsense(printer)
    await _called_off(bench, printer)
    await _unplugged(bench, printer)
    await at.closes(printer, "after documents")


async def _prints_once(bench: Bench, printer: Printer) -> None:
    job, before = _job(), await _sheets(bench)
    if isinstance(found := await within(printer.find(job.key), "find of what never was"), DocumentPrinted):
        raise ContractError(f"find of what never was: {found!r}")
    for when in ("print", "print again with the same key"):
        outcome = await within(printer.print(job, lambda _: None), when)
        if not isinstance(outcome, DocumentPrinted):
            raise ContractError(f"{when}: {outcome!r}")
    if (came := await _sheets(bench) - before) != PAGES:
        raise ContractError(f"a job of {PAGES} sheets, printed twice with one key: {came} came out")
    found = await within(printer.find(job.key), "find of what was printed")
    if isinstance(found, DocumentNotPrinted):
        raise ContractError(f"find of what was printed: {found!r}")


async def _refuses_nonsense(printer: Printer) -> None:
    for job in (_job(key="no key: spaces"), _job(pages=0)):
        try:
            async with asyncio.timeout(at.LIMIT_S):
                outcome = await printer.print(job, lambda _: None)
        except ValueError:
            continue
        raise ContractError(f"a job that cannot be is not refused: {outcome!r}")


async def _called_off(bench: Bench, printer: Printer) -> None:
    """It waits for paper, and is cancelled, or is refused at once: nothing comes out after the refill."""
    job, before = _job(), await _sheets(bench)
    await bench.do("paper_out")
    progress: list[DocumentProgress] = []
    printing = asyncio.create_task(printer.print(job, progress.append))
    held = DocumentHeld("sheets_out")

    async def told() -> list[DocumentProgress]:
        return progress

    await comes(told, lambda told: held in told or printing.done(), "the paper is out, and nobody is told")
    outcome = await within(printer.cancel(job.key), "cancel")
    _gone(outcome, "cancel of a job that waits for paper")
    _gone(await within(printing, "print of what is cancelled"), "print of what is cancelled")
    await bench.do("refill")
    await at.becomes(printer, "well after the refill", at.is_well)
    other = _job()
    await within(printer.print(other, lambda _: None), "print after the refill")
    if (came := await _sheets(bench) - before) != PAGES:
        raise ContractError(f"{came} sheets came out after the refill, and one job of {PAGES} was to")


async def _unplugged(bench: Bench, printer: Printer) -> None:
    before = await _sheets(bench)
    await bench.press("Unplug")
    outcome = await within(printer.print(_job(), lambda _: None), "print while it is unplugged")
    if isinstance(outcome, DocumentPrinted):
        raise ContractError(f"print while it is unplugged: {outcome!r}")
    found = await within(printer.find(at.new_key()), "find while it is unplugged")
    if not isinstance(found, DocumentUnknown):
        raise ContractError(f"find while it is unplugged: {found!r}")
    await bench.press("Plug in")
    await at.becomes(printer, "back when it is plugged in", at.is_well)
    if isinstance(outcome, DocumentNotPrinted) and (came := await _sheets(bench) - before):
        raise ContractError(f"print while it is unplugged says {outcome!r}, and {came} sheets came out")


def _gone(outcome: DocumentOutcome, what: str) -> None:
    if not isinstance(outcome, DocumentNotPrinted):
        raise ContractError(f"{what}: {outcome!r}")


def _job(key: str = "", pages: int = PAGES) -> DocumentJob:
    writer, pdf = PdfWriter(), BytesIO()
    for _ in range(PAGES):
        writer.add_blank_page(595, 842)
    writer.write(pdf)
    return DocumentJob(key=key or at.new_key(), pdf=pdf.getvalue(), pages=pages)


async def _sheets(bench: Bench) -> int:
    return int((await bench.books())["sheets"])
