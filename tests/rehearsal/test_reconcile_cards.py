"""Gas cards that do not agree with the rows, one way each: the campaign finds it, and nothing else."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk.protocol.order.rows import JobRow, Rows
from kiosk.rehearsal.chaos.cards import Drawer, Job, Landed, at_a_cut, at_the_end
from tests.rehearsal.test_reconcile import ATTEMPT, NO, ORDER, REFUND

CARD = "0200000284"
JOB = JobRow(
    order_no=NO,
    n=1,
    provider_job="J1",
    count=7,
    gas_m3="10",
    old_hash="",
    new_hash="",
    state="landed",
    sent_ms=0,
    reported=True,
)
OWED = replace(ORDER, kind="gas_card", card_hash="c", owed=True)
LOADED = Rows(order=OWED, attempts=(ATTEMPT,), jobs=(JOB,))
CANCELLED = Rows(
    order=replace(OWED, state="cancelled"),
    attempts=(ATTEMPT,),
    refunds=(REFUND,),
    jobs=(replace(JOB, state="absent", reported=False),),
)
WAITS = Rows(
    order=replace(OWED, state="manual", closed=False),
    attempts=(ATTEMPT,),
    jobs=(replace(JOB, state="torn", reported=False),),
)
ON_CARD = Landed(CARD, 7, Decimal("10.00"))
DRAWER = Drawer(landed=(ON_CARD,), gained={CARD: Decimal("10.00")}, jobs={"J1": Job(CARD, 7, "landed")})
EMPTY = Drawer(gained={CARD: Decimal(0)}, jobs={"J1": Job(CARD, 7, "void")})


def test_cards_that_agree() -> None:
    assert at_the_end([LOADED], DRAWER) == []
    assert at_the_end([CANCELLED], EMPTY) == []
    assert at_the_end([WAITS], replace(EMPTY, doubtful=frozenset({CARD}))) == []
    assert at_the_end([], Drawer()) == []


@pytest.mark.parametrize(
    ("drawer", "flaw"),
    [
        ({"landed": ()}, "lost"),
        ({"landed": (replace(ON_CARD, gas_m3=Decimal(20)),)}, "lost"),
        ({"landed": (ON_CARD, ON_CARD)}, "duplicated"),
        ({"landed": (ON_CARD, replace(ON_CARD, count=8))}, "lost"),
        ({"gained": {CARD: Decimal(20)}}, "duplicated"),
        ({"gained": {CARD: Decimal(0)}}, "lost"),
        ({"jobs": {"J1": Job(CARD, 7, "open")}}, "unresolved"),
        ({"owed": frozenset({NO})}, "duplicated"),
        ({"odd": ("job J1 landed, and its load is void",)}, "lost"),
    ],
)
def test_a_card_that_is_not_right(drawer: dict[str, Any], flaw: str) -> None:
    assert {finding.flaw for finding in at_the_end([LOADED], replace(DRAWER, **drawer))} == {flaw}


def test_gas_and_money_are_not_both_given() -> None:
    in_doubt = replace(CANCELLED, jobs=(replace(JOB, state="sent"),))
    assert {finding.flaw for finding in at_the_end([in_doubt], DRAWER)} == {"duplicated"}
    assert {finding.flaw for finding in at_the_end([CANCELLED], DRAWER)} == {"duplicated", "lost"}
    still_owed = replace(EMPTY, owed=frozenset({NO}))
    assert [finding.flaw for finding in at_the_end([CANCELLED], still_owed)] == ["duplicated"]


def test_a_card_is_with_the_staff_for_a_reason() -> None:
    assert [finding.flaw for finding in at_the_end([WAITS], EMPTY)] == ["unresolved"]


def test_at_a_cut_what_is_on_a_card_has_its_row() -> None:
    writing = replace(LOADED, jobs=(replace(JOB, state="sent", reported=False),))
    assert at_a_cut([writing], DRAWER) == []
    for jobs in ((), (replace(JOB, state="absent"),)):
        assert [finding.flaw for finding in at_a_cut([replace(LOADED, jobs=jobs)], DRAWER)] == ["lost"]
