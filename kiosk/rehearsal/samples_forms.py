"""Sample views of printing a form, with pages as the typesetter makes them. Nobody on them exists."""

from collections.abc import Iterator
from functools import cache

from msgspec.structs import replace

from kiosk.devices.document import DocumentNotPrinted, DocumentOutcome, DocumentPrinted, DocumentUnknown
from kiosk.forms.catalogue import read_forms
from kiosk.forms.desk import Wish
from kiosk.forms.form import NO, YES, Form
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.forms.wire import Hall, Sheets, Typeset
from kiosk.forms.worker import answer
from kiosk.journeys.form_paper import ending
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.common import SlipState
from kiosk.views.forms import ChooseOption, EnterDate, FormOutcome, Option, PrintingForm, ShowForm
from kiosk.views.view import View

WIDTH = 760
PLACE = Said("screen.form.place", words={"place": "4", "of": "9"})


def form_views(hall: str, phone: str) -> Iterator[tuple[str, int, View, str | None]]:
    """Name, step, view and what was answered before."""
    allowance, licence = _form("101"), _form("501")
    yield "form-blank", 2, _show(allowance, _sheets("101", False, hall, phone)), None
    yield "form-two-pages", 2, _show(licence, _sheets("501", False, hall, phone)), None
    yield "form-filled", 2, _show(allowance, _sheets("101", True, hall, phone), filled=True), None
    yield "form-used-up", 2, _show(licence, _sheets("501", False, hall, phone), left=1), None
    yield from _questions(allowance)
    yield from _printing(allowance)
    for name, outcome, slip in (
        ("printed", DocumentPrinted(1), "printed"),
        ("not-printed", DocumentNotPrinted("too_slow", 0), "none"),
        ("cut-off", DocumentNotPrinted("sheet_jammed", 1), "none"),
        ("print-unknown", DocumentUnknown("no answer"), "none"),
    ):
        yield f"form-{name}", 4, _outcome(allowance, outcome, slip), None


def _questions(form: Form) -> Iterator[tuple[str, int, View, str | None]]:
    few, many = form.fields[1], _form("201").fields[-1]
    born = Bilingual("宝宝是哪一天出生的？", "When was the child born?")
    yes_no = (Option(value=YES, title=Said("screen.form.yes")), Option(value=NO, title=Said("screen.form.no")))
    heater = Bilingual("会装燃气热水器吗？", "Will there be a gas water heater?")
    for name, field in (("few", few), ("many", many)):
        options = tuple(
            Option(value=choice.value, title=Bilingual(choice.label, choice.label_en)) for choice in field.choices
        )
        title = Bilingual(field.ask, field.ask_en)
        yield (
            f"option-{name}",
            3,
            ChooseOption(title=title, options=options, place=PLACE, optional=name == "many"),
            None,
        )
    yield "option-yes", 3, ChooseOption(title=heater, options=yes_no, place=PLACE), YES
    yield "date", 3, EnterDate(title=born, place=PLACE, optional=True), None
    yield "date-typed", 3, EnterDate(title=born, place=PLACE), "20261015"
    yield "date-problem", 3, EnterDate(title=born, place=PLACE, problem="problem.form.date"), "20261315"


def _printing(form: Form) -> Iterator[tuple[str, int, View, str | None]]:
    yield "printing", 4, PrintingForm(title=form.title, sheets=3, came=1), None
    yield "printing-uncounted", 4, PrintingForm(title=form.title, sheets=1), None
    yield "printing-held", 4, PrintingForm(title=form.title, sheets=3, came=1, held="reason.sheets_out"), None
    yield "printing-cancelling", 4, PrintingForm(title=form.title, sheets=3, came=1, cancelling=True), None


def _outcome(form: Form, outcome: DocumentOutcome, slip: str) -> FormOutcome:
    wish = Wish(form=form, pdf=b"", pages=1, copies=2, filled=True, language="zh_CN")
    states: dict[str, SlipState] = {"printed": "printed", "none": "none"}
    return replace(ending(wish, 2, outcome, may_repeat=True), slip_state=states[slip])


def _show(form: Form, made: Sheets, *, filled: bool = False, left: int = 10) -> ShowForm:
    return ShowForm(
        number=form.number,
        title=form.title,
        purpose=form.purpose,
        notice=form.notice,
        pages=made.pictures,
        filled=filled,
        can_fill=not filled,
        most_copies=min(5, left // len(made.pictures)),
        pages_left=left,
    )


@cache
def _forms() -> dict[str, Form]:
    return {form.number: form for form in read_forms(HOUSE_FORMS)[0].forms}


def _form(number: str) -> Form:
    return _forms()[number]


@cache
def _sheets(number: str, filled: bool, hall: str, phone: str) -> Sheets:
    form = _form(number)
    made = answer(
        Typeset(
            folder=str(form.folder),
            number=number,
            title=form.file.title,
            official=form.official,
            mono=form.file.mono,
            fields=form.fields,
            answers={field.key: field.sample for field in form.fields} if filled else {},
            hall=Hall(name=hall, phone=phone),
            width=WIDTH,
        )
    )
    if not isinstance(made, Sheets):
        raise TypeError(f"form {number} cannot be made: {made}")
    return made
