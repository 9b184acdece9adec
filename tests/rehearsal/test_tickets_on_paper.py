"""What the campaign says of queue tickets and the paper that came out."""

from typing import Any

import pytest

from kiosk.protocol.tickets import TicketRow
from kiosk.rehearsal.chaos.tickets import Paper, at_a_cut, at_the_end, papers


def ticket(number: int, **fields: Any) -> TicketRow:
    """A001, A002 …"""
    stands: dict[str, Any] = {"business_date": "2026-11-28", "slip": "printed", **fields}
    return TicketRow(
        matter=f"t{number}", letter="A", number=number, business="A", priority=False, place=number, **stands
    )


FIRST, SECOND = ticket(1), ticket(2)
OUT = [Paper("A001", False), Paper("A002", False)]


def test_the_slips_that_came_out_since_then() -> None:
    old = {"text": ["天福和园", "A001"]}
    new = [{"text": ["补打", " A002 ", "窗口"]}, {"text": ["燃气", "T17K20000012"]}, {"text": ["B1000"]}]

    assert papers({"slips": [old]}, {"slips": [old, *new]}) == [Paper("A002", True), Paper("B1000", False)]


def test_everything_as_it_should_be() -> None:
    called = ticket(3, slip="not_printed", history="1.2.A.normal", turn=1)
    assert at_the_end([FIRST, SECOND, called], [*OUT, Paper("A001", True)]) == []


@pytest.mark.parametrize(
    ("rows", "out", "says"),
    [
        ([FIRST], OUT, "lost A002 on paper, and no row here"),
        ([FIRST, SECOND], [*OUT, OUT[0]], "duplicated A001 2 slips, none of them marked"),
        ([FIRST, ticket(1), SECOND], OUT, "duplicated A001 given 2 times"),
        ([FIRST, ticket(3, slip="none")], OUT[:1], "lost A002 skipped"),
        ([FIRST, SECOND], OUT[:1], "lost A002 called printed, and nothing came out"),
        ([FIRST, ticket(2, slip="printing")], OUT, "unresolved A002 its slip is on its way for ever"),
        (
            [ticket(1, history="1.1.A.normal"), ticket(2, history="1.2.A.normal")],
            OUT,
            "duplicated  turn 1 called twice",
        ),
    ],
)
def test_what_must_never_be(rows: list[TicketRow], out: list[Paper], says: str) -> None:
    assert says in [f"{one.flaw} {one.order_no} {one.what}" for one in at_the_end(rows, out)]
    assert at_a_cut([], []) == []
