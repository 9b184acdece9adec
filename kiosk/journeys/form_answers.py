"""The questions of a form, one a screen. What is answered lives in the visit, and nowhere else."""

from collections.abc import Mapping
from typing import assert_never

from msgspec.structs import replace

from kiosk.forms.form import NO, YES, Field, Form, is_date
from kiosk.journeys.typing import ask_text
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.forms import ChooseOption, EnterDate, Option
from kiosk.views.typing import EnterText
from kiosk.visit import Visit

SKIP = "skip"


async def fill_in(visit: Visit, form: Form, known: Mapping[str, str]) -> dict[str, str]:
    """Every field's answer by its key; "" for one that is left blank. What is `known` is not asked."""
    answers = dict(known)
    asked = [field for field in form.fields if field.key not in known]
    for place, field in enumerate(asked, 1):
        where = Said("screen.form.place", words={"place": str(place), "of": str(len(asked))})
        answers[field.key] = await _ask(visit, field, where)
    return answers


async def _ask(visit: Visit, field: Field, place: Said) -> str:
    question = Bilingual(field.ask, field.ask_en)
    match field.kind:
        case "name" | "address" | "phone" | "id_number" | "text":
            view = EnterText(
                title=question,
                kind="free" if field.kind == "text" else field.kind,
                most=field.max_length,
                hint=place,
                optional=field.optional,
            )
            return await ask_text(visit, view)
        case "date":
            return await _day(visit, EnterDate(title=question, place=place, optional=field.optional))
        case "choice":
            options = tuple(
                Option(value=choice.value, title=Bilingual(choice.label, choice.label_en)) for choice in field.choices
            )
        case "checkbox":
            options = (Option(value=YES, title=Said("screen.form.yes")), Option(value=NO, title=Said("screen.form.no")))
        case _:
            assert_never(field.kind)
    chosen = await visit.ask(ChooseOption(title=question, options=options, place=place, optional=field.optional))
    return chosen if chosen in {option.value for option in options} else ""


async def _day(visit: Visit, view: EnterDate) -> str:
    """A day that there is, `2026-11-28`, or "" where it may stay blank."""
    while True:
        digits = await visit.ask(view)
        if digits == SKIP and view.optional:
            return ""
        day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        if is_date(day):
            return day
        view = replace(view, problem="problem.form.date")
