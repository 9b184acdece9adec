"""Printed forms: one print of one form is one matter, and its id is the key of its job at the printer.

Submitted is not printed. What was intended and has no end yet is looked for after a restart, and never sent again.
Nothing here tells who printed or what was filled in; a keyed hash may tell that it is the same one again.
"""

from typing import Literal

import msgspec

from kiosk.protocol.matter import ImpossibleEventError, Kind, MatterEvent, MatterRow
from kiosk.text.catalogue import Catalogue

State = Literal["intended", "submitted", "printed", "not_printed", "unknown"]
NOT_TOLD = -1
"""Sheets, where the printer does not count."""


class FormEvent(MatterEvent, frozen=True):
    """Base of what happens to a print."""


class FormIntended(FormEvent, frozen=True, tag="menkou.form.intended.v1"):
    """A resident wants a form on paper; nothing was sent to the printer yet."""

    number: str
    """The form's."""
    pages: int
    """Of one copy."""
    copies: int
    sheets: int
    """How many sheets of paper it would take."""
    filled: bool
    """Whether some of it was filled in at the terminal."""
    business_date: str
    """The day, `YYYY-MM-DD`."""
    language: str
    """That the resident read."""
    at_ms: int
    person: str = ""
    """A keyed hash of who wants it, for this purpose on this day alone; "" where nobody asked."""
    hash_key: str = ""
    """Which key that hash was made with."""


class FormSubmitted(FormEvent, frozen=True, tag="menkou.form.submitted.v1"):
    """The printer's queue has it."""


class FormPrinted(FormEvent, frozen=True, tag="menkou.form.printed.v1"):
    """The printer said that the whole of it came out."""

    sheets: int


class FormNotPrinted(FormEvent, frozen=True, tag="menkou.form.not_printed.v1"):
    """It is proved that no more of it will come out; `sheets` came before it ended (`NOT_TOLD`: nobody counted)."""

    reason: str
    sheets: int = 0


class FormUnknown(FormEvent, frozen=True, tag="menkou.form.unknown.v1"):
    """Nobody can say whether it came out or still will."""

    why: str


class FormRow(MatterRow, frozen=True, kw_only=True):
    """What became of one print."""

    number: str
    pages: int
    copies: int
    sheets: int
    filled: bool
    state: State
    came: int = 0
    """Sheets that came out, as far as is known; `NOT_TOLD` where nobody counted."""
    reason: str = ""
    business_date: str
    language: str
    at_ms: int
    person: str = ""
    hash_key: str = ""

    @property
    def used(self) -> int:
        """Pages of it that count as printed: all that may have come out."""
        whole = self.pages * self.copies
        if self.state != "not_printed" or self.came == NOT_TOLD:
            return whole
        return -(-self.came * whole // max(1, self.sheets))

    @property
    def over(self) -> bool:
        """Whether its end is known."""
        return self.state in ("printed", "not_printed")


def evolve(row: FormRow | None, event: FormEvent) -> FormRow:
    """See `Kind`."""
    if isinstance(event, FormIntended):
        if row is not None:
            raise ImpossibleEventError(f"form {event.matter} is intended twice")
        return FormRow(
            matter=event.matter,
            number=event.number,
            pages=event.pages,
            copies=event.copies,
            sheets=event.sheets,
            filled=event.filled,
            state="intended",
            business_date=event.business_date,
            language=event.language,
            at_ms=event.at_ms,
            person=event.person,
            hash_key=event.hash_key,
        )
    if row is None or row.over:
        raise ImpossibleEventError(f"form {event.matter} is {row.state if row else 'not intended'}")
    match event:
        case FormSubmitted():
            if row.state != "intended":
                raise ImpossibleEventError(f"form {event.matter} is {row.state} already")
            return msgspec.structs.replace(row, state="submitted")
        case FormPrinted(sheets=sheets):
            return msgspec.structs.replace(row, state="printed", came=sheets, reason="")
        case FormNotPrinted(reason=reason, sheets=sheets):
            return msgspec.structs.replace(row, state="not_printed", came=sheets, reason=reason)
        case FormUnknown(why=why):
            return msgspec.structs.replace(row, state="unknown", came=NOT_TOLD, reason=why)
        case _:
            raise ImpossibleEventError(f"{type(event).__name__} is no event of a form")


def tell(event: FormEvent, words: Catalogue) -> str:
    """See `Kind`."""
    match event:
        case FormIntended():
            copies = words.say("matter.form.copies", count=event.copies) if event.copies > 1 else ""
            key = "matter.form.filled" if event.filled else "matter.form.blank"
            return words.say(key, number=event.number, copies=copies, sheets=_sheets(event.sheets, words))
        case FormSubmitted():
            return words.say("matter.form.submitted")
        case FormPrinted(sheets=sheets):
            return words.say("matter.form.printed", out=_count(sheets, words))
        case FormNotPrinted(reason=reason, sheets=sheets):
            why = words.word("reason", reason)
            return words.say("matter.form.not_printed", why=why, out=_count(sheets, words))
        case FormUnknown(why=why):
            return words.say("matter.form.unknown", why=why)
        case _:
            raise ImpossibleEventError(f"{type(event).__name__} is no event of a form")


def _count(sheets: int, words: Catalogue) -> str:
    return "" if sheets == NOT_TOLD else words.say("matter.form.out", sheets=_sheets(sheets, words))


def _sheets(number: int, words: Catalogue) -> str:
    return words.say("matter.form.sheet" if number == 1 else "matter.form.sheets", count=number)


FORM = Kind(
    name="printed form",
    table="forms",
    events=(FormIntended, FormSubmitted, FormPrinted, FormNotPrinted, FormUnknown),
    row=FormRow,
    evolve=evolve,
    tell=tell,
)
