"""What a card proves of a job: the rows of the fact sheets on cards, one by one."""

from decimal import Decimal

import msgspec
import pytest

from drivers.pcsc_gas_card import simulator_layout
from drivers.pcsc_gas_card.demo_layout import DEMO
from kiosk.devices.gas_card import Absent, CardJob, GasCard, Landed, Torn, image_hash
from kiosk.devices.gas_card_judging import judge
from tests.pcsc_gas_card import company
from tests.pcsc_gas_card.bench import said

BEFORE = company.image(count=6, gas=0, total=29500)
JOB = company.sell(BEFORE)


def changed(image: bytes, at: int, data: bytes) -> bytes:
    return image[:at] + data + image[at + len(data) :]


def test_the_gas_is_on_it() -> None:
    assert judge(JOB, JOB.new_image, DEMO) == Landed(
        GasCard(number="0200000284", gas_m3=Decimal(25), count=7, image=JOB.new_image)
    )


def test_the_meter_has_taken_the_gas_already() -> None:
    card = bytearray(JOB.new_image)
    assert simulator_layout.at_the_meter(card) == 2500
    outcome = judge(JOB, bytes(card), DEMO)
    assert isinstance(outcome, Landed)
    assert (outcome.card.gas_m3, outcome.card.count) == (Decimal(0), 7)


def test_it_is_as_it_was() -> None:
    assert said(judge(JOB, BEFORE, DEMO)) == Absent()


def test_it_was_in_the_meter_between_the_quote_and_the_write() -> None:
    card = bytearray(BEFORE)
    simulator_layout.at_the_meter(card)
    assert image_hash(bytes(card)) != JOB.old_hash
    assert said(judge(JOB, bytes(card), DEMO)) == Absent()


def test_volume_and_backup_differ_before_the_marker() -> None:
    assert said(judge(JOB, changed(BEFORE, 0x20, JOB.new_image[0x20:0x30]), DEMO)) == Absent(mixed=True)


def test_volume_and_backup_differ_after_the_marker() -> None:
    assert said(judge(JOB, changed(JOB.new_image, 0x30, BEFORE[0x30:0x40]), DEMO)) == Torn("data")


def test_another_gas_than_the_jobs() -> None:
    assert said(judge(JOB, company.image(count=7, gas=2600, total=32000), DEMO)) == Torn("data")


@pytest.mark.parametrize("count", [5, 8, 257, 258])
def test_another_count(count: int) -> None:
    """257 and 258 have the markers of 6 and 7."""
    assert said(judge(JOB, company.image(count=count, gas=0), DEMO)) == Torn("count")


def test_gas_that_came_from_nowhere() -> None:
    assert said(judge(JOB, company.image(count=6, gas=700), DEMO)) == Torn("data")


def test_a_job_for_a_card_that_already_had_gas() -> None:
    """The company's own business: it knows what it sells, and the image is as it knew it."""
    before = company.image(count=6, gas=700)
    assert said(judge(company.sell(before), before, DEMO)) == Absent()


def test_what_was_read_of_a_card_goes_with_what_it_says() -> None:
    mixed, torn = changed(BEFORE, 0x20, JOB.new_image[0x20:0x30]), changed(JOB.new_image, 0x30, BEFORE[0x30:0x40])
    assert judge(JOB, mixed, DEMO) == Absent(mixed=True, image=mixed)
    assert judge(JOB, torn, DEMO) == Torn("data", torn)


def test_nothing_of_a_card_or_job_is_told_by_its_repr() -> None:
    card = GasCard(number="0200000284", gas_m3=Decimal(25), count=7, image=JOB.new_image)
    seen = Torn("data", JOB.new_image), Absent(image=JOB.new_image)
    told = f"{card!r} {JOB!r} {Landed(card)!r} {seen!r}"
    assert "0200000284" not in told
    assert "MKGC" not in told
    assert repr(JOB.old_key) not in told
    assert msgspec.json.decode(msgspec.json.encode(JOB), type=CardJob) == JOB
