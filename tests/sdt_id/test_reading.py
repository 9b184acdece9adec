"""A card laid down, read, lifted: every person, every reader, and what lies there when nobody looks."""

import asyncio
from datetime import date

import pytest

from drivers.sdt_id.simulator_people import PEOPLE
from kiosk.devices.health import Busy, Ready
from kiosk.devices.id_reader import CardRead, LayAgain, ReaderFailed, Reading, Waiting
from tests.sdt_id.conftest import Build, Counter

STILL_THERE = LayAgain("still_there")


@pytest.mark.parametrize("who", [person.key for person in PEOPLE])
async def test_everybodys_card(counter: Counter, who: str) -> None:
    person = next(person for person in PEOPLE if person.key == who)
    await counter.lay(who)
    card = await counter.card(counter.driver())
    assert (card.name, card.number) == (person.name or person.latin, person.number)
    assert card.latin_name == person.latin
    assert card.sex == {"1": "male", "2": "female"}[person.sex]
    assert card.born == date.fromisoformat(person.birth)
    assert (card.address, card.nation) == (person.home, person.nation)
    assert (card.nationality, card.pass_number) == (person.country, person.permit)
    assert card.long_term == (person.until == "长期")
    assert card.expires == (None if card.long_term else date.fromisoformat(person.until))
    assert len(card.photo) == 1024
    assert counter.told == [Waiting(), Reading()]
    assert counter.reads == [who]
    assert counter.oddities == []


async def test_a_wait_until_somebody_comes(counter: Counter) -> None:
    driver = counter.driver()
    reading = counter.reading(driver)
    await counter.until_heard("2001", 3)
    assert counter.told == [Waiting()]
    assert await driver.status() == Busy()
    await counter.lay("adult")
    outcome = await reading
    assert isinstance(outcome, CardRead)
    assert outcome.card.name == "欧阳建国"
    assert await driver.status() == Ready()


@pytest.mark.parametrize("options", [(), ("--finds-again",)], ids=["finds_once", "finds_again"])
async def test_a_card_left_lying_is_never_the_next_residents(build: Build, options: tuple[str, ...]) -> None:
    counter = await build(*options)
    driver = counter.driver()
    await counter.lay("senior")
    await counter.card(driver)
    looks = counter.machine.reader.looks
    reading = counter.reading(driver)
    await counter.until_heard("2001", looks + 4)
    assert not reading.done()
    assert counter.reads == ["senior"]
    await counter.hand("lift")
    await counter.until_heard("2001", counter.machine.reader.looks + 2)
    await counter.lay("adult")
    outcome = await reading
    assert isinstance(outcome, CardRead)
    assert outcome.card.name == "欧阳建国"
    assert (STILL_THERE in counter.told) == bool(options)


@pytest.mark.parametrize("options", [(), ("--finds-again",)], ids=["finds_once", "finds_again"])
async def test_the_same_card_counts_again_once_it_was_lifted(build: Build, options: tuple[str, ...]) -> None:
    counter = await build(*options)
    driver = counter.driver()
    await counter.lay("senior")
    await counter.card(driver)
    await counter.hand("lift")
    looks = counter.machine.reader.looks
    reading = counter.reading(driver)
    await counter.until_heard("2001", looks + 2)
    await counter.lay("senior")
    assert isinstance(await reading, CardRead)
    assert counter.reads == ["senior", "senior"]


async def test_a_reader_that_can_tell_asks_for_the_card_to_be_lifted(counter: Counter) -> None:
    driver = counter.driver(presence=True)
    await counter.lay("senior")
    await counter.card(driver)
    counter.told.clear()
    reading = counter.reading(driver)
    await counter.until_told(STILL_THERE)
    await counter.hand("lift")
    await counter.until_told(Waiting(), 2)
    await counter.lay("adult")
    assert isinstance(await reading, CardRead)
    assert counter.told == [Waiting(), STILL_THERE, Waiting(), Reading()]


async def test_a_wait_that_is_given_up_leaves_the_reader_as_it_was(counter: Counter) -> None:
    driver = counter.driver()
    reading = counter.reading(driver)
    await counter.until_heard("2001")
    reading.cancel()
    await asyncio.wait([reading])
    assert await driver.status() == Ready()
    await counter.lay("senior")
    assert (await counter.card(driver)).name == "李秀兰"


async def test_a_read_that_was_given_up_is_never_the_next_residents(counter: Counter) -> None:
    driver = counter.driver()
    await driver.open()
    await counter.lay("senior")
    counter.arm("slow", seconds=0.1)
    reading = counter.reading(driver)
    await counter.until_heard("2001")
    for fault in ("slow", "slow"):
        counter.arm(fault, seconds=0.05)
    await counter.until_heard("3001")
    reading.cancel()
    await asyncio.wait([reading])
    await counter.lay("adult")
    assert (await counter.card(driver)).name == "欧阳建国"


async def test_one_at_a_time(counter: Counter) -> None:
    driver = counter.driver()
    reading = counter.reading(driver)
    await counter.until_heard("2001")
    assert isinstance(await counter.read(driver), ReaderFailed)
    assert not reading.done()
    reading.cancel()
    await asyncio.wait([reading])


async def test_a_picture_from_a_program_of_the_makers(counter: Counter) -> None:
    await counter.lay()
    program = ["sh", "-c", "printf 'BM'; wc -c | tr -d '\\n'"]
    card = await counter.card(counter.driver(photo_decoder=program))
    assert card.picture == b"BM1024"


@pytest.mark.parametrize(
    "program",
    [
        ["/nowhere/decoder"],
        ["sh", "-c", "exit 1"],
        ["sh", "-c", "printf BM; exit 1"],
        ["echo", "nothing"],
        ["sleep", "60"],
    ],
    ids=["absent", "crashes", "half", "no_picture", "hangs"],
)
async def test_a_photo_decoder_that_fails_costs_the_picture_alone(
    counter: Counter, program: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    await counter.lay()
    card = await counter.card(counter.driver(photo_decoder=program, photo_timeout_s=0.2))
    assert (card.name, card.picture, len(card.photo)) == ("李秀兰", b"", 1024)
    assert "李" not in caplog.text
    assert len(caplog.records) == 1


async def test_a_card_without_a_photo(counter: Counter) -> None:
    counter.arm("no_photo")
    await counter.lay()
    assert (await counter.card(counter.driver(photo_decoder=["cat"]))).photo == b""
