"""Asking for text until it can be what was asked for."""

from msgspec.structs import replace

from kiosk.keyboard.checks import problem_with
from kiosk.views.typing import EnterText
from kiosk.visit import Visit


async def ask_text(visit: Visit, view: EnterText) -> str:
    """The resident's text, or an empty one where `view` is optional.

    A telephone number that is entered a second time is taken as it is: there are numbers that no rule knows.
    """
    while True:
        text = await visit.ask(view)
        problem = problem_with(view.kind, text) if text or not view.optional else None
        insisted = view.kind == "phone" and view.problem is not None and text == view.text
        if problem is None or insisted:
            return text
        view = replace(view, text=text, problem=problem)
