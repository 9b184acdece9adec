"""The demo's layout: the example of docs/gas-cards.md, any bytes whatever, and a write that breaks off anywhere."""

import re
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.gas_company_http import simulator_images
from drivers.pcsc_gas_card import simulator_layout
from drivers.pcsc_gas_card.demo_layout import DEMO
from kiosk.devices.gas_card import Absent, CardJob, JobOutcome, Landed, OtherCard, Torn, WriteBack
from kiosk.devices.gas_card_judging import judge
from kiosk.devices.gas_card_layout import ChangeKey, Contents, Flaw, LayoutError, Put, load_layout
from tests.pcsc_gas_card import company

PAGE = Path("docs/gas-cards.md")
SOLD = st.integers(1, 199_900)
COUNTS = st.integers(0, 0xFFFE)


def test_the_example_of_its_page() -> None:
    lines = re.findall(r"^[0-5]0: ((?:[0-9A-F]{2} ?){16})$", PAGE.read_text("utf-8"), re.MULTILINE)
    image = bytes.fromhex("".join(lines)).ljust(256, b"\xff")
    assert image == company.image()
    assert DEMO.decode(image) == Contents("0200000284", Decimal(25), 7)
    assert simulator_layout.read(image) == simulator_layout.Purchase("0200000284", 7, 2500, 32000)


def test_the_keys_of_its_page() -> None:
    assert "28 48 B4" in PAGE.read_text("utf-8")
    assert company.key("0200000284") == simulator_layout.key_of("0200000284", 0, 3) == bytes.fromhex("2848B4")


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300) | st.binary(min_size=256, max_size=256), COUNTS)
def test_no_bytes_make_it_raise(image: bytes, count: int) -> None:
    target = company.image()
    assert isinstance(DEMO.decode(image), Contents | Flaw)
    assert DEMO.stand(image, count) in ("before", "after", "neither")
    if len(image) == 256:
        assert DEMO.key_in_doubt(image) in (True, False)
        assert DEMO.key_changed(image, target) in (True, False)
        assert DEMO.steps(image, target)


@settings(max_examples=40, deadline=None)
@given(COUNTS, st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFFFFFF), st.integers(0, 10**10 - 1))
def test_three_readings_of_a_card_agree(count: int, gas: int, total: int, number: int) -> None:
    image = company.image(f"{number:010d}", count, gas, total)
    assert DEMO.decode(image) == Contents(f"{number:010d}", Decimal(gas) / 100, count)
    assert simulator_layout.read(image) == simulator_layout.Purchase(f"{number:010d}", count, gas, total)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 255), st.integers(1, 255), COUNTS)
def test_a_card_with_one_wrong_byte_is_not_taken_for_another(place: int, change: int, count: int) -> None:
    """Whatever the byte, the card says what it said, or nothing: no number, gas or count is ever misread."""
    image = bytearray(company.image(count=count))
    said = DEMO.decode(bytes(image))
    image[place] ^= change
    spoiled = DEMO.decode(bytes(image))
    assert spoiled == said or isinstance(spoiled, Flaw)
    assert (spoiled == said) == (simulator_layout.read(bytes(image)) is not None)


def in_a_meter(left: int, state: int) -> bytes:
    """A card that was in one."""
    part = left.to_bytes(4, "big") + bytes([state]) + bytes.fromhex("20261102") + b"\xff" * 5
    image = company.image(gas=0)
    return image[:0x50] + part + company.crc(part) + image[0x60:]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 0xFFFFFFFF), st.integers(0, 7))
def test_four_readings_of_what_the_meter_wrote_agree(left: int, state: int) -> None:
    image = in_a_meter(left, state)
    said = DEMO.decode(image)
    assert isinstance(said, Contents)
    assert said.meter is not None
    assert said.meter.left_m3 == Decimal(left) / 100
    bits = {"battery_low": 1, "valve_shut": 2, "alarm": 4}
    assert sum(bits[trouble] for trouble in said.meter.troubles) == state
    state_in_words = tuple(trouble.replace("_", " ") for trouble in reversed(said.meter.troubles))
    assert simulator_layout.last_visit(image) == simulator_layout.Visit(left, state_in_words, "20261102")
    assert simulator_images.from_the_meter(image) == (left, state, "20261102")


def test_what_the_meter_wrote_and_the_purchase_do_not_depend_on_each_other() -> None:
    """Never in a meter, pulled out of it too soon, an alarm that nobody has named."""
    whole = in_a_meter(1230, 0)
    for image in (company.image(gas=0), whole[:0x53] + b"\xff" + whole[0x54:]):
        assert DEMO.decode(image) == Contents("0200000284", Decimal(0), 7)
    named = DEMO.decode(in_a_meter(1230, 0x80))
    assert isinstance(named, Contents)
    assert named.meter == WriteBack(left_m3=Decimal("12.30"), troubles=("alarm",))


def at_every_byte(job: CardJob, image: bytes) -> list[tuple[bytes, JobOutcome]]:
    """The card after each byte of a write, whole or just erased, and what it is judged to be."""
    card, seen = bytearray(image), []
    for step in DEMO.steps(image, job.new_image):
        if isinstance(step, ChangeKey):
            continue
        for place, value in enumerate(step.data, step.address):
            for now in (0xFF, value):
                card[place] = now
                outcome = judge(job, bytes(card), DEMO)
                assert judge(looked_for(job), bytes(card), DEMO) == outcome
                seen.append((bytes(card), outcome))
    return seen


def looked_for(job: CardJob) -> CardJob:
    """As after a restart, when the company has not given the bytes again yet."""
    return msgspec.structs.replace(job, new_image=b"", old_key=b"", new_key=b"")


@settings(max_examples=40, deadline=None)
@given(COUNTS, SOLD)
def test_a_write_that_breaks_off_anywhere_may_be_done_again(count: int, gas: int) -> None:
    image = company.image(count=count, gas=0)
    job = company.sell(image, gas)
    *broken, (written, landed) = at_every_byte(job, image)
    assert isinstance(landed, Landed)
    assert landed.card.image == written == job.new_image
    for card, outcome in broken:
        assert isinstance(outcome, Absent)
        assert outcome.mixed == (card != image)
        assert simulator_layout.read(card) is None or card == image  # no meter takes it


@settings(max_examples=40, deadline=None)
@given(COUNTS, SOLD, st.integers(0, 253))
def test_a_key_that_was_being_changed_is_never_guessed(count: int, gas: int, generation: int) -> None:
    image = company.image(count=count, gas=0, generation=generation)
    job = company.sell(image, gas, new_generation=generation + 1)
    for card, outcome in at_every_byte(job, image)[:-1]:
        half = card[0x40] == 0xFF
        assert outcome == (Torn("key", card) if half else Absent(mixed=card != image, image=card))
        assert DEMO.key_in_doubt(card) == half
        assert half or DEMO.key_changed(card, job.new_image) == (card[0x40] == generation + 1)


def test_the_order_of_a_write() -> None:
    image = company.image(count=6, gas=0)
    plain = DEMO.steps(image, company.sell(image).new_image)
    assert [step.address for step in plain if isinstance(step, Put)] == [0x20, 0x30, 0x41]
    changing = DEMO.steps(image, company.sell(image, new_generation=1).new_image)
    assert [step.address if isinstance(step, Put) else "key" for step in changing] == [
        0x20,
        0x30,
        0x40,
        "key",
        0x40,
        0x41,
    ]


def test_what_the_meter_wrote_is_left_alone() -> None:
    image = bytearray(company.image(count=6, gas=0))
    job = company.sell(bytes(image))
    puts = [step for step in DEMO.steps(bytes(image), job.new_image) if isinstance(step, Put)]
    assert not any(put.address <= place < put.address + len(put.data) for put in puts for place in range(0x50, 0x60))


def test_of_another_card_nothing_is_said() -> None:
    job = company.sell(company.image(count=6, gas=0))
    other = company.image("0200000292", count=6, gas=0)
    outcome = judge(job, other, DEMO)
    assert isinstance(outcome, OtherCard)
    assert outcome.card is not None
    assert judge(job, b"\xff" * 256, DEMO) == OtherCard()


def test_a_layout_that_is_not_there() -> None:
    assert load_layout("demo") is DEMO
    with pytest.raises(LayoutError, match="no layout 'dmeo' is installed; there are demo"):
        load_layout("dmeo")
