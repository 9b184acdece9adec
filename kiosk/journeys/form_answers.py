"""The questions of a form, one a screen. What is answered lives in the visit, and nowhere else."""

from typing import assert_never

from kiosk.forms.form import NO, YES, Field, Form, wrong
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.forms import ChooseOption, EnterDate, Option
from kiosk.views.typing import EnterText
from kiosk.visit import Visit

SKIP = "skip"


async def fill_in(visit: Visit, form: Form) -> dict[str, str]:
    """Every field's answer by its key; "" for one that is left blank."""
    answers = {}
    for place, field in enumerate(form.fields, 1):
        problem: str | None = None
        while True:
            said = Said("screen.form.place", words={"place": str(place), "of": str(len(form.fields))})
            answer = await _ask(visit, field, said, problem)
            problem = wrong(field, answer)
            if problem is None:
                break
        answers[field.key] = answer
    return answers


async def _ask(visit: Visit, field: Field, place: Said, problem: str | None) -> str:
    question = Bilingual(field.ask, field.ask_en)
    match field.kind:
        case "name" | "address" | "phone" | "id_number" | "text":
            view = EnterText(
                title=question,
                kind="free" if field.kind == "text" else field.kind,
                most=field.max_length,
                hint=place,
                problem=Said(problem) if problem else None,
                optional=field.optional,
            )
            return await visit.ask(view)
        case "date":
            day = await visit.ask(EnterDate(title=question, place=place, optional=field.optional, problem=problem))
            return "" if day == SKIP else f"{day[:4]}-{day[4:6]}-{day[6:]}"
        case "choice":
            options = tuple(
                Option(value=choice.value, title=Bilingual(choice.label, choice.label_en)) for choice in field.choices
            )
        case "checkbox":
            options = (Option(value=YES, title=Said("screen.form.yes")), Option(value=NO, title=Said("screen.form.no")))
        case _:
            assert_never(field.kind)
    chosen = await visit.ask(ChooseOption(title=question, options=options, place=place, optional=field.optional))
    return "" if chosen == SKIP else chosen
