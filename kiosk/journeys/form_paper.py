"""From a form that was decided upon to its sheets: what the printer says meanwhile, and what is told at the end."""

import asyncio
import logging
from typing import assert_never

from msgspec.structs import replace

from kiosk.devices.contain import contained
from kiosk.devices.document import (
    DocumentNotPrinted,
    DocumentOutcome,
    DocumentPrinted,
    DocumentPrinting,
    DocumentUnknown,
)
from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome
from kiosk.forms.desk import Print, Wish, held_reason
from kiosk.forms.service import Forms
from kiosk.forms.slip import form_slip
from kiosk.journeys.journey import End
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said, catalogue
from kiosk.views.common import Notice, SlipState
from kiosk.views.forms import FormOutcome, PrintingForm
from kiosk.visit import Visit

log = logging.getLogger(__name__)


async def to_paper(visit: Visit, services: Services, forms: Forms, wish: Wish) -> End:
    """Print it, and tell what became of it; once more as often as the resident asks for it and it was not printed."""
    while True:
        running = await forms.desk.start(wish)
        if running is None:
            return await _not_kept(visit)
        outcome = await _watch(visit, forms, wish, running)
        forms.use(visit, _pages_used(wish, running.sheets, outcome))
        told = ending(wish, running.sheets, outcome, may_repeat=_may_repeat(services, forms, visit, wish))
        if isinstance(outcome, DocumentPrinted):
            visit.served("print_form", running.key)
        said = await _tell(visit, services, wish, told, running.key)
        if said != "again":
            return "goodbye" if said == "done" else "home"


async def _watch(visit: Visit, forms: Forms, wish: Wish, running: Print) -> DocumentOutcome:
    while running.outcome is None:
        answer = await visit.ask_until(progress(wish, running), running.change())
        if answer == "cancel":
            forms.desk.cancel(running)
    return running.outcome


def progress(wish: Wish, running: Print) -> PrintingForm:
    """What is known of a print under way."""
    told = running.progress
    came = told.sheets if isinstance(told, DocumentPrinting) and told.sheets is not None else -1
    return PrintingForm(
        title=wish.form.title,
        sheets=running.sheets,
        came=came,
        held=held_reason(told),
        cancelling=running.cancelling,
    )


def _pages_used(wish: Wish, sheets: int, outcome: DocumentOutcome) -> int:
    """Pages that count as printed: all that may have come out."""
    if isinstance(outcome, DocumentNotPrinted) and outcome.sheets is not None:
        return -(-outcome.sheets * wish.pages * wish.copies // max(1, sheets))
    return wish.pages * wish.copies


def _may_repeat(services: Services, forms: Forms, visit: Visit, wish: Wish) -> bool:
    devices = services.devices
    return trouble(devices.health(devices.documents.name)) is None and forms.left(visit) >= wish.pages * wish.copies


async def _tell(visit: Visit, services: Services, wish: Wish, told: FormOutcome, about: str) -> str:
    """The end on the screen, with the slip that goes with sheets; the resident's answer."""
    slip = asyncio.ensure_future(_slip(visit, services, wish, told.sheets, about)) if told.ending == "printed" else None
    state: SlipState = "none" if slip is None else "printing"
    while True:
        happened = _ended(slip) if slip is not None and state == "printing" else _nothing()
        answer = await visit.ask_until(replace(told, slip_state=state), happened)
        if answer is not None:
            return answer
        if slip is not None:
            state = slip.result()


def ending(wish: Wish, sheets: int, outcome: DocumentOutcome, *, may_repeat: bool) -> FormOutcome:
    """The end of a print as the resident reads it."""
    printed = FormOutcome(
        ending="printed",
        title=wish.form.title,
        sheets=sheets,
        came=sheets,
        hand_in=wish.form.hand_in,
        bring=wish.form.bring,
    )
    match outcome:
        case DocumentPrinted():
            return printed
        case DocumentNotPrinted(reason=reason, sheets=came):
            return replace(
                printed,
                ending="not_printed",
                came=-1 if came is None else came,
                problem=f"reason.{reason}",
                can_repeat=may_repeat,
            )
        case DocumentUnknown():
            return replace(printed, ending="unknown", came=-1)
        case _:
            assert_never(outcome)


async def _slip(visit: Visit, services: Services, wish: Wish, sheets: int, about: str) -> SlipState:
    """Print the slip that goes with it, where there is a printer for that; the form itself does not depend on it."""
    try:
        printer = services.devices.printer
    except LookupError:
        return "none"
    if trouble(services.devices.health(printer.name)):
        return "not_printed"
    language = visit.language
    words, issuer = catalogue(language), services.issuer(language)
    slip = form_slip(wish.form, sheets, words, issuer, now_ms=services.now_ms(), about=about)
    try:
        outcome: PrintOutcome = await contained(printer.print(slip))
    except Exception:
        log.exception("the slip of a form")
        return "unknown"
    return (
        "printed" if isinstance(outcome, Printed) else "not_printed" if isinstance(outcome, NotPrinted) else "unknown"
    )


async def _ended(slip: "asyncio.Future[SlipState]") -> None:
    await asyncio.wait({slip})


async def _nothing() -> None:
    await asyncio.Event().wait()


async def _not_kept(visit: Visit) -> End:
    notice = Notice(
        picture="pause",
        title="notice.form_not_made.title",
        body=Said("notice.form_not_made.body"),
        primary="button.home",
    )
    await visit.ask(notice)
    return "home"
