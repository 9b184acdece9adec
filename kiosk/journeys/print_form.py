"""Print a form: find it, look at it, fill it in or leave it blank, and take the sheets."""

from collections.abc import Iterable, Sequence

from kiosk.forms.catalogue import Catalogue, FormError
from kiosk.forms.desk import Wish
from kiosk.forms.form import Form
from kiosk.forms.service import Forms
from kiosk.forms.typesetter import Typesetter
from kiosk.forms.wire import Sheets
from kiosk.journeys.form_answers import fill_in
from kiosk.journeys.form_card import from_card
from kiosk.journeys.form_owner import Whose, whose
from kiosk.journeys.form_paper import to_paper
from kiosk.journeys.gas_account import tell
from kiosk.journeys.journey import End, Journey
from kiosk.ledger.errors import LedgerError
from kiosk.services import Services, trouble
from kiosk.text.catalogue import Said
from kiosk.views.common import Notice
from kiosk.views.forms import ShowForm
from kiosk.views.lists import FIND, ChooseEntry, Entry, FindEntry
from kiosk.visit import Visit

STEPS = 4
MOST_FOUND = 30
"""More lines than anybody turns pages for."""


async def print_form(visit: Visit, services: Services) -> End:
    """From the catalogue to the sheets in hand."""
    return await print_one_of(visit, services)


async def print_one_of(visit: Visit, services: Services, numbers: Sequence[str] = ()) -> End:
    """The same where it is known already which form is wanted, or which few it may be."""
    forms = services.forms
    if forms is None or forms.catalogue is None:
        return await _sorry(visit)
    try:
        who = await whose(visit, services, forms)
    except (LedgerError, TimeoutError):
        return await _sorry(visit)
    if who is None:
        return await tell(visit, "people", "notice.no_print_without_card")
    async with forms.typesetting(visit) as typesetter:
        visit.at(1, STEPS, "step.form")
        choice = _choose_of(visit, forms.catalogue, numbers) if numbers else _choose(visit, forms, forms.catalogue)
        form = await choice
        if form is None:
            return await _sorry(visit)
        try:
            wish = await _look(visit, services, forms, form, typesetter, who=who)
        except (FormError, TimeoutError):
            return await _sorry(visit)
    visit.at(4, STEPS, "step.form_print")
    visit.no_way_back()
    forms.know(visit, who.owner)
    return await to_paper(visit, services, forms, wish)


async def _choose(visit: Visit, forms: Forms, catalogue: Catalogue) -> Form:
    """A form of the catalogue: of those printed most, of a department's, or looked for."""
    ranked = catalogue.by_use(forms.desk.printed)
    often = ChooseEntry(
        title="screen.forms.title",
        entries=entries(ranked[: forms.settings.frequent]),
        search="screen.forms.search",
        groups="screen.forms.departments",
    )
    while True:
        answer = await visit.ask(often)
        if answer == "search":
            answer = await visit.ask(find(forms, ranked, ""), follow=lambda said: _follow(forms, ranked, said))
        elif answer == "groups":
            answer = await _of_department(visit, catalogue, ranked)
        if form := catalogue.find(answer):
            return form


async def _choose_of(visit: Visit, catalogue: Catalogue, numbers: Sequence[str]) -> Form | None:
    """The one, or one of the few; None where the catalogue has none of them any more."""
    these = [form for number in numbers if (form := catalogue.find(number)) is not None]
    if len(these) < 2:
        return these[0] if these else None
    return catalogue.find(await visit.ask(ChooseEntry(title="screen.forms.title", entries=entries(these))))


async def _of_department(visit: Visit, catalogue: Catalogue, ranked: Sequence[Form]) -> str:
    departments = {department.id: department for department in catalogue.departments}
    shelf = await visit.ask(
        ChooseEntry(
            title="screen.forms.departments",
            entries=tuple(Entry(choice=name, name=department.title) for name, department in departments.items()),
        )
    )
    if shelf not in departments:
        return shelf
    its_forms = [form for form in ranked if form.file.department == shelf]
    return await visit.ask(
        ChooseEntry(title="screen.forms.title", group=departments[shelf].title, entries=entries(its_forms))
    )


def entries(forms: Iterable[Form]) -> tuple[Entry, ...]:
    """Forms as lines of a list."""
    return tuple(Entry(choice=form.number, number=form.number, name=form.title, detail=form.purpose) for form in forms)


def find(forms: Forms, ranked: Sequence[Form], query: str) -> FindEntry:
    """The search as it stands after `query`: what fits it, or at first what is printed most."""
    found = forms.finder.find(query) if query else list(ranked)
    return FindEntry(
        title="screen.forms.search",
        hint="screen.forms.hint",
        nothing="screen.forms.nothing",
        query=query,
        entries=entries(found[:MOST_FOUND]),
        found=len(found),
    )


def _follow(forms: Forms, ranked: Sequence[Form], said: str) -> FindEntry | None:
    return find(forms, ranked, said.removeprefix(FIND)) if said.startswith(FIND) else None


async def _look(
    visit: Visit, services: Services, forms: Forms, form: Form, typesetter: Typesetter, *, who: Whose
) -> Wish:
    """Blank or filled in, and how many. Raises `FormError` where it cannot be made, or `TimeoutError`."""
    left = min(forms.left(visit), who.owner.left)
    visit.at(2, STEPS, "step.form_look")
    made = await visit.wait_for(typesetter.sheets(form), saying="working.typesetting")
    said = await visit.ask(show(form, made, forms, left, filled=False))
    filled = said == "fill"
    if filled:
        visit.at(3, STEPS, "step.form_fill")
        answers = await fill_in(visit, form, await from_card(visit, services, form, who.card))
        made = await visit.wait_for(typesetter.sheets(form, answers), saying="working.typesetting")
        said = await visit.ask(show(form, made, forms, left, filled=True))
    copies = min(_copies(said), most_copies(made, forms, left))
    return Wish(
        form=form,
        pdf=made.pdf,
        pages=len(made.pictures),
        copies=max(1, copies),
        filled=filled,
        language=visit.language,
        person=who.owner.person,
    )


def show(form: Form, made: Sheets, forms: Forms, left: int, *, filled: bool) -> ShowForm:
    """The page that shows the sheets before they are printed, while so many pages are left."""
    return ShowForm(
        number=form.number,
        title=form.title,
        purpose=form.purpose,
        notice=form.notice,
        pages=made.pictures,
        filled=filled,
        can_fill=bool(form.fields) and not filled,
        most_copies=most_copies(made, forms, left),
        pages_left=left,
    )


def most_copies(made: Sheets, forms: Forms, left: int) -> int:
    """How many of it may still be had."""
    return min(forms.settings.most_copies, left // max(1, len(made.pictures)))


def _copies(said: str) -> int:
    digits = said.removeprefix("print-")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 4 else 1


async def _sorry(visit: Visit) -> End:
    notice = Notice(
        picture="paper",
        title="notice.form_not_made.title",
        body=Said("notice.form_not_made.body"),
        primary="button.home",
    )
    await visit.ask(notice)
    return "home"


def _paused(services: Services) -> str | None:
    devices, forms = services.devices, services.forms
    if forms is None:
        return "reason.bad_config"
    if reason := trouble(devices.health(devices.documents.name)):
        return reason
    if services.ledger() is None:
        return "reason.not_kept"
    if forms.catalogue is None or not forms.desk.open:
        return "reason.forms_preparing"
    return None if forms.catalogue.forms else "reason.no_forms"


PRINT_FORM = Journey(name="print_form", needs=("document_printer",), paused=_paused, run=print_form)
