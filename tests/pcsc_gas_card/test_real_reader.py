"""The driver before a real pcscd: cards come and go, every fault of the fact sheet, readers that hang or vanish."""

import asyncio
import threading
from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest

from drivers.pcsc_gas_card.driver import PcscGasCard
from drivers.pcsc_gas_card.settings import PcscGasCardSettings
from drivers.pcsc_gas_card.simulator_chips import ATRS
from kiosk.devices.gas_card import (
    Absent,
    BadCard,
    CardUnknown,
    GasCard,
    Landed,
    LockedCard,
    NoCard,
    NotAGasCard,
    OtherCard,
    Presence,
    ReaderAway,
    Torn,
)
from kiosk.devices.health import Busy, Offline, Ready
from kiosk.ports.pcsc import About, Service
from kiosk.ports.urls import PcscAddress, parse_url
from tests.pcsc_gas_card import company
from tests.pcsc_gas_card.bench import said
from tests.pcsc_gas_card.conftest import Hall

ATR = 0x0303
"""The attribute that the virtual reader has: what its card said when it got power."""

pytestmark = pytest.mark.asyncio(loop_scope="module")


# -- seeing cards ---


async def test_cards_come_and_go(hall: Hall) -> None:
    driver = await hall.driver()
    assert driver.presence() == Presence("empty", 0)
    assert await driver.read() == NoCard()
    await hall.insert(driver)
    assert driver.presence() == Presence("card", 1)
    card = await driver.read()
    assert isinstance(card, GasCard)
    assert (card.number, card.gas_m3, card.count) == ("0200000284", Decimal(0), 6)
    assert hall.machine._slot.card is not None
    assert card.image == bytes(hall.machine._slot.card.memory)
    await hall.pull(driver)
    assert driver.presence() == Presence("empty", 1)
    assert await driver.read() == NoCard()


async def test_a_card_that_is_swapped_is_another_presence(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    await hall.insert(driver, "unused")
    assert driver.presence() == Presence("card", 2)
    card = await driver.read()
    assert isinstance(card, GasCard)
    assert (card.number, card.gas_m3) == ("0200000292", Decimal(20))


@pytest.mark.parametrize("card", ["memory", "cpu"])
async def test_the_other_kinds_are_read_and_written(hall: Hall, card: str) -> None:
    driver = await hall.driver()
    await hall.insert(driver, card)
    job = await hall.job(driver, 1234, key_bytes=8 if card == "cpu" else 0)
    outcome = await driver.write(job)
    assert isinstance(outcome, Landed)
    assert outcome.card.gas_m3 == Decimal("12.34")
    assert hall.landed[-1] == {"number": job.card, "count": job.count, "gas_m3": "12.34"}


@pytest.mark.parametrize(("card", "why"), [("blank", "blank"), ("bank", "foreign")])
async def test_cards_of_others(hall: Hall, card: str, why: Literal["blank", "foreign"]) -> None:
    driver = await hall.driver()
    await hall.insert(driver, card)
    assert await driver.read() == NotAGasCard(why)
    job = company.sell(company.image(count=6, gas=0))
    assert await driver.write(job) == await driver.find(job) == OtherCard()


async def test_a_card_that_is_in_upside_down(hall: Hall) -> None:
    driver = await hall.driver()
    job = company.sell(company.image(count=6, gas=0))
    await hall.insert(driver, mute=True)
    assert driver.presence().slot == "mute"
    assert await driver.read() == NotAGasCard("mute")
    assert await driver.write(job) == await driver.find(job) == OtherCard()
    assert await driver.status() == Ready()
    await hall.insert(driver)
    assert isinstance(await driver.read(), GasCard)


async def test_the_doctor_hears_of_reader_and_card(hall: Hall) -> None:
    driver = await hall.driver()
    assert driver.identity == "Simulated Reader 00 00, no card in it"
    await hall.insert(driver)
    assert driver.identity == "Simulated Reader 00 00, a card in it"


async def test_a_reader_that_says_nothing_of_itself(hall: Hall) -> None:
    """As the virtual one; the attribute that it has comes whole."""
    driver = await hall.driver()
    await driver.ask_identity()
    assert driver.identity == "Simulated Reader 00 00, no card in it"
    await hall.insert(driver)
    address = parse_url(hall.announced["port"])
    assert isinstance(address, PcscAddress)

    def ask() -> tuple[About, bytes]:
        with Service(address) as service:
            about = service.about(reader := service.reader())
            with service.card(reader) as card:
                return about, service._attribute(card._handle, ATR)

    about, answer_to_reset = await asyncio.to_thread(ask)
    assert about == About()
    assert answer_to_reset == ATRS["sle4442"]
    await hall.hand("unplug")
    await driver.ask_identity()


# -- one purchase ---


async def test_a_purchase(hall: Hall) -> None:
    driver, landed = await hall.driver(), len(hall.landed)
    await hall.insert(driver)
    job = await hall.job(driver)
    assert said(await driver.find(job)) == Absent()
    written = await driver.write(job)
    assert isinstance(written, Landed)
    assert written.card.image == job.new_image
    assert await driver.find(job) == written
    assert hall.landed[landed:] == [{"number": "0200000284", "count": 7, "gas_m3": "25.00"}]
    assert await driver.write(job) == written
    assert len(hall.landed) == landed + 1
    assert hall.machine.books()["meter"] == []


async def test_the_meter_takes_it_and_the_count_stays(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    await driver.write(job)
    await hall.hand("meter")
    await hall.insert(driver)
    found = await driver.find(job)
    assert isinstance(found, Landed)
    assert (found.card.gas_m3, found.card.count) == (Decimal(0), 7)
    assert hall.machine.books()["meter"] == [{"number": "0200000284", "count": 7, "gas_m3": "25.00"}]


async def test_no_card_and_nothing_written(hall: Hall) -> None:
    driver = await hall.driver()
    job = company.sell(company.image(count=6, gas=0))
    assert await driver.write(job) == await driver.find(job) == NoCard()


async def test_another_card_is_left_alone(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    await hall.insert(driver, "unused")
    outcome = await driver.write(job)
    assert isinstance(outcome, OtherCard)
    assert outcome.card is not None
    assert outcome.card.number == "0200000292"
    assert "this is the key" not in hall.heard()[-12:]


@pytest.mark.parametrize(("after", "written"), [(0, 0), (0, 8), (1, 0), (1, 15), (2, 0)])
async def test_pulled_in_the_middle_and_put_in_again(hall: Hall, after: int, written: int) -> None:
    driver, landed = await hall.driver(), len(hall.landed)
    await hall.insert(driver)
    job = await hall.job(driver)
    hall.arm("pull_mid_write", after=after, bytes=written)
    assert isinstance(await driver.write(job), CardUnknown)
    await hall.slot(driver, "empty")
    assert await driver.find(job) == NoCard()
    await hall.insert(driver)
    assert await driver.read() == BadCard("torn", "0200000284")
    assert said(await driver.find(job)) == Absent(mixed=True)
    assert isinstance(await driver.write(job), Landed)
    assert hall.landed[landed:] == [{"number": "0200000284", "count": 7, "gas_m3": "25.00"}]


async def test_pulled_after_the_last_byte_before_its_answer(hall: Hall) -> None:
    driver, landed = await hall.driver(), len(hall.landed)
    await hall.insert(driver)
    job = await hall.job(driver)
    hall.arm("pull_before_answer", ins="20")
    assert isinstance(await driver.write(job), CardUnknown)
    await hall.insert(driver)
    for _ in range(2):
        hall.arm("pull_before_answer", ins="D0")
        assert isinstance(await driver.write(job), CardUnknown)
        await hall.insert(driver)
    assert said(await driver.find(job)) == Absent(mixed=True)
    assert isinstance(await driver.write(job), Landed)
    assert len(hall.landed) == landed + 1
    assert hall.machine.books()["cards"][0]["tries"] == 3


async def test_a_key_that_was_changed_behind_the_companys_back(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    await hall.hand("change_key")
    keys = hall.machine.books()["keys_presented"]
    assert said(await driver.write(job)) == Torn("key")
    assert [said(await driver.write(job)) for _ in range(3)] == [Torn("locked")] * 3
    assert hall.machine.books()["keys_presented"] == keys + 1
    assert await driver.read() == LockedCard(2, "0200000284")
    assert said(await driver.find(job)) == Absent()


async def test_a_card_without_tries(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    await hall.hand("lose_try", times=3)
    assert await driver.read() == LockedCard(0, "0200000284")
    assert said(await driver.write(job)) == Torn("locked")


async def test_somebody_else_wrote_on_it(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    await hall.hand("write", at=0x20, hex=(company.record(9, 100, 40000) * 2).hex() + "0009")
    assert said(await driver.find(job)) == said(await driver.write(job)) == Torn("count")


async def test_volume_and_backup_differ_on_a_card_that_counts_the_purchase(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    assert isinstance(await driver.write(job), Landed)
    keys = hall.machine.books()["keys_presented"]
    await hall.hand("write", at=0x30, hex=company.record(6, 0, 29500).hex())
    assert await driver.read() == BadCard("torn", "0200000284")
    torn = job.new_image[:0x30] + company.record(6, 0, 29500) + job.new_image[0x40:]
    assert await driver.find(job) == await driver.write(job) == Torn("data", torn)
    assert hall.machine.books()["keys_presented"] == keys


async def test_pulled_while_the_key_changes_no_key_is_guessed(hall: Hall) -> None:
    driver, keys = await hall.driver(), hall.machine.books()["keys_presented"]
    await hall.insert(driver)
    job = await hall.job(driver, new_generation=1)
    hall.arm("pull_mid_write", after=3, bytes=1)
    assert isinstance(await driver.write(job), CardUnknown)
    await hall.insert(driver)
    card = hall.machine._card("household")
    assert card.key not in (job.old_key, job.new_key)
    assert await driver.find(job) == await driver.write(job) == Torn("key", bytes(card.memory))
    assert hall.machine.books()["keys_presented"] == keys + 1


async def test_pulled_after_the_key_was_changed_the_new_one_opens_it(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver, new_generation=1)
    hall.arm("pull_mid_write", after=5, bytes=0)
    assert isinstance(await driver.write(job), CardUnknown)
    await hall.insert(driver)
    assert said(await driver.find(job)) == Absent(mixed=True)
    assert isinstance(await driver.write(job), Landed)
    assert (hall.machine._card("household").key, hall.machine.books()["cards"][0]["tries"]) == (job.new_key, 3)


# -- readers ---


@pytest.mark.parametrize("fault", ["garbage", "garbage_status", "half_answer"])
async def test_noise_is_asked_again_and_then_told(hall: Hall, fault: str) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    hall.arm(fault, ins="B0")
    job = await hall.job(driver)
    hall.arm(fault, -1, ins="B0")
    assert isinstance(await driver.read(), ReaderAway)
    assert isinstance(await driver.write(job), CardUnknown)
    hall.machine.faults.clear()
    assert said(await driver.find(job)) == Absent()


async def test_a_flipped_bit_is_no_card_of_anybody(hall: Hall) -> None:
    driver = await hall.driver(read_chunk=16)
    await hall.insert(driver)
    hall.arm("bit_flip", 2, ins="B0")
    assert await driver.read() == BadCard("check")
    hall.arm("protection_bytes", -1, ins="B0")
    assert isinstance(await driver.read(), GasCard)


@pytest.mark.parametrize(("fault", "more"), [("refuse", {"status": "6F00"}), ("write_lies", {})])
async def test_a_write_that_is_not_done(hall: Hall, fault: str, more: dict[str, Any]) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    hall.arm(fault, ins="D0", **more)
    assert isinstance(await driver.write(job), Absent)
    assert isinstance(await driver.write(job), Landed)


async def test_a_card_that_falls_silent_holds_nobody_up(hall: Hall) -> None:
    driver = await hall.driver(answer_timeout_s=1.0, write_timeout_s=2.0)
    await hall.insert(driver)
    job = await hall.job(driver)
    hall.arm("silent", ins="D0")
    writing = asyncio.create_task(driver.write(job))
    await hall.hears("write 16 bytes at 20")
    assert await driver.status() == Busy()
    assert isinstance(await writing, CardUnknown)
    assert await driver.status() == Offline("the reader does not answer")
    assert isinstance(await driver.read(), ReaderAway)
    assert isinstance(await driver.find(job), CardUnknown)
    assert sum(thread.name == "cards card" for thread in threading.enumerate()) == 1
    await hall.insert(driver)  # pulled out, it lets go of the thread
    assert isinstance(await driver.write(job), Landed)
    assert await driver.status() == Ready()


async def test_a_slow_card_is_waited_for(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    hall.arm("slow", seconds=0.3)
    assert isinstance(await driver.read(), GasCard)


async def test_a_write_goes_on_when_nobody_waits_for_it(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    hall.arm("slow", ins="20", seconds=0.2)
    writing = asyncio.create_task(driver.write(job))
    await hall.hears("this is the key")
    writing.cancel()
    assert isinstance(await driver.find(job), Landed)  # it has its turn after the write


async def test_the_reader_is_unplugged_and_plugged_in_again(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    job = await hall.job(driver)
    await hall.hand("unplug")
    await hall.slot(driver, "unknown")
    assert isinstance(await driver.status(), Offline)
    assert await driver.read() == ReaderAway("there is no reader (8010002E)")
    assert isinstance(await driver.write(job), CardUnknown)
    await hall.hand("plug")
    await hall.slot(driver, "card")
    assert await driver.status() == Ready()
    assert isinstance(await driver.write(job), Landed)


async def test_pcscd_stops_and_starts(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    await hall.hand("stop_service")
    await hall.slot(driver, "unknown")
    assert await driver.read() == ReaderAway("pcscd does not run (8010001D)")
    await hall.tells(driver, "pcscd does not run (8010001D)")
    await hall.hand("plug")
    await hall.slot(driver, "card")
    assert isinstance(await driver.read(), GasCard)


async def test_the_reader_that_is_meant(hall: Hall) -> None:
    await hall.driver()
    socket = hall.announced["port"].partition("?")[2]
    other = PcscGasCard("cards", f"pcsc://ACR39?{socket}", PcscGasCardSettings())
    assert await other.read() == ReaderAway("no reader has 'ACR39' in its name")
    meant = PcscGasCard("cards", f"pcsc://simulated?{socket}", PcscGasCardSettings())
    assert await meant.read() == NoCard()


async def test_what_cannot_be(hall: Hall) -> None:
    driver = await hall.driver()
    job = company.sell(company.image(count=6, gas=0))
    for wrong in ({"count": 8}, {"card": "0200000292"}, {"expect_gas_m3": Decimal(24)}, {"new_image": b"short"}):
        with pytest.raises(ValueError, match="the image of job J-77 is not what the job says"):
            await driver.write(msgspec.structs.replace(job, **wrong))
    with pytest.raises(ValueError, match="no layout"):
        PcscGasCard("cards", "pcsc://", PcscGasCardSettings(layout="none"))
    with pytest.raises(ValueError, match="not pcsc://"):
        PcscGasCard("cards", "/dev/ttyUSB0", PcscGasCardSettings())


async def test_a_reader_that_cannot_be_spoken_to_directly(hall: Hall) -> None:
    driver = await hall.driver(chips=("sle4442",), direct=True)
    assert await driver.read() == NoCard()
    await hall.insert(driver)
    assert isinstance(await driver.read(), ReaderAway)


async def test_no_thread_is_left(hall: Hall) -> None:
    driver = await hall.driver()
    await hall.insert(driver)
    await driver.read()
    await driver.aclose()
    await driver.aclose()
    assert [thread.name for thread in threading.enumerate() if thread.name in ("card watch", "cards card")] == []
