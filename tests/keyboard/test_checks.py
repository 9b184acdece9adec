"""What can be a name, a telephone number, an identity card's number."""

import pytest

from kiosk.journeys.journey import End, Journey
from kiosk.journeys.typing import ask_text
from kiosk.keyboard.checks import problem_with
from kiosk.keyboard.layouts import Kind
from kiosk.services import Services
from kiosk.testing.visitor import visited
from kiosk.text.catalogue import Said
from kiosk.views.common import Goodbye
from kiosk.views.typing import EnterText
from kiosk.visit import Visit

RIGHT: list[tuple[Kind, str]] = [
    ("id_number", "11010519491231002X"),
    ("id_number", "440524198001010013"),
    ("phone", "13800138000"),
    ("phone", "02988888888"),
    ("phone", "057188888888"),
    ("phone", "4008001234"),
    ("name", "张伟"),
    ("name", "买买提·艾力"),
    ("name", "𠮷䶮"),
    ("name", "Jean-Luc O'Neil Jr."),
    ("address", "科技路 12 号"),
    ("free", "?"),
]
WRONG: list[tuple[Kind, str, str]] = [
    ("id_number", "110105194912310021", "problem.id_number"),
    ("id_number", "11010519491331002X", "problem.id_number"),
    ("id_number", "010105194912310021", "problem.id_number"),
    ("id_number", "1101051949123100", "problem.id_number.length"),
    ("id_number", "１１０１０５１９４９１２３１００２X", "problem.id_number"),
    ("phone", "1380013800", "problem.phone"),
    ("phone", "12800138000", "problem.phone"),
    ("phone", "88888888", "problem.phone"),
    ("name", "张伟2", "problem.name"),
    ("name", "·", "problem.name"),
    ("name", "张（伟", "problem.name"),
]


@pytest.mark.parametrize(("kind", "text"), RIGHT)
def test_what_may_be_right_passes(kind: Kind, text: str) -> None:
    assert problem_with(kind, text) is None


@pytest.mark.parametrize(("kind", "text", "key"), WRONG)
def test_what_cannot_be_right_is_named(kind: Kind, text: str, key: str) -> None:
    found = problem_with(kind, text)
    assert found is not None
    assert found.key == key


def test_every_single_wrong_digit_of_an_identity_number_is_found() -> None:
    number = "11010519491231002X"
    for place in range(17):
        for digit in "0123456789":
            changed = number[:place] + digit + number[place + 1 :]
            assert (problem_with("id_number", changed) is None) == (changed == number)


def asking(kind: Kind, *, optional: bool = False) -> Journey:
    async def run(visit: Visit, services: Services) -> End:
        await ask_text(visit, EnterText(title=Said("button.next"), kind=kind, optional=optional))
        return "goodbye"

    return Journey(name="asking", paused=lambda _: None, run=run)


def test_a_wrong_number_is_asked_again_with_what_was_typed() -> None:
    asked, again, end = [page.view for page in visited(asking("id_number"), "123", "11010519491231002X")]
    assert isinstance(asked, EnterText)
    assert isinstance(again, EnterText)
    assert (asked.problem, asked.text) == (None, "")
    assert again.problem == Said("problem.id_number.length", words={"typed": "3"})
    assert again.text == "123"
    assert isinstance(end, Goodbye)


def test_a_telephone_number_that_is_insisted_on_is_taken() -> None:
    *_, asked, end = [page.view for page in visited(asking("phone"), "88888888", "8888888", "8888888")]
    assert isinstance(asked, EnterText)
    assert isinstance(end, Goodbye)
    *_, asked = [page.view for page in visited(asking("id_number"), "1", "1", "1")]
    assert isinstance(asked, EnterText)


def test_what_is_optional_may_be_left_out() -> None:
    assert isinstance(visited(asking("phone", optional=True), "")[-1].view, Goodbye)
    assert isinstance(visited(asking("phone"), "")[-1].view, EnterText)
