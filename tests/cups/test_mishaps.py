"""Whatever goes wrong at the printer: what is said of it is true, and nothing comes out later or twice."""

import asyncio

import pytest

from kiosk.devices.document import (
    DocumentHeld,
    DocumentNotPrinted,
    DocumentPrinted,
    DocumentUnknown,
)
from kiosk.devices.health import Busy, NeedsAttention, Ready, Reason
from tests.cups.conftest import Shop, offline

TROUBLES: list[tuple[str, Reason, str]] = [
    ("paper_out", "sheets_out", "refill"),
    ("jam", "sheet_jammed", "clear_jam"),
    ("door_open", "door_open", "door_close"),
    ("toner_out", "toner_out", "toner_new"),
    ("tray_out", "tray_missing", "tray_in"),
]


async def test_nothing_is_sent_to_a_printer_that_needs_a_person(shop: Shop) -> None:
    driver = shop.driver()
    for break_it, reason, mend_it in TROUBLES:
        job = shop.job()
        await shop.do(break_it)
        assert await driver.status() == NeedsAttention((reason,))
        assert await shop.print(driver, job) == DocumentNotPrinted(reason, 0)
        await shop.do(mend_it)
        assert await driver.status() == Ready()
        assert shop.printed(job.key) == []
    assert shop.told == []


async def test_warnings_are_for_the_clerk(shop: Shop) -> None:
    driver = shop.driver()
    await shop.do("paper_low")
    assert await driver.status() == Ready(("sheets_low",))
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)


@pytest.mark.parametrize(
    ("fault", "reason", "mend_it"),
    [("paper_out_mid_job", "sheets_out", "refill"), ("jam_mid_job", "sheet_jammed", "clear_jam")],
)
async def test_a_job_that_waits_goes_on(shop: Shop, fault: str, reason: Reason, mend_it: str) -> None:
    driver, job = shop.driver(), shop.job(pages=3)
    shop.arm(fault)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: DocumentHeld(reason) in shop.told, "a word about it")
    assert await driver.status() == NeedsAttention((reason,))
    assert shop.sheets(job.key) == 1
    await shop.do(mend_it)
    assert await printing == DocumentPrinted(3)
    assert [times["sheets"] for times in shop.printed(job.key)] == [3]


async def test_a_job_that_waits_too_long_never_comes_out(shop: Shop) -> None:
    driver, job = shop.driver(hold_s=0.8), shop.job(pages=3)
    shop.arm("paper_out_mid_job")
    assert await shop.print(driver, job) == DocumentNotPrinted("sheets_out", 1)
    await shop.do("refill")
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) == 1
    await shop.until(lambda: shop.spooled == [], "an empty spool")


async def test_a_printer_that_is_off(shop: Shop) -> None:
    driver, job = shop.driver(), shop.job()
    await shop.do("power_off")
    assert offline(await driver.status(), "the printer does not answer")
    assert await shop.print(driver, job) == DocumentNotPrinted("offline", 0)
    await shop.do("power_on")
    assert await driver.status() == Ready()
    assert shop.printed(job.key) == []


async def test_a_dead_printer_is_not_out_of_paper(shop: Shop) -> None:
    """The queue goes on to say so: its last word of the printer stays."""
    driver, job = shop.driver(hold_s=60.0), shop.job(pages=2)
    shop.arm("paper_out_mid_job")
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: DocumentHeld("sheets_out") in shop.told, "paper out")
    await asyncio.sleep(1.2)  # the queue asks the printer once a second
    await shop.do("power_off")
    await shop.until(lambda: shop.told[-1] == DocumentHeld("offline") or printing.done(), "offline")
    assert not printing.done(), printing.result()
    queue = await driver._see_queue(None, None)
    assert queue is not None
    assert any(word.startswith("media-empty") for word in queue.reasons)
    assert offline(await driver.status(), "the printer does not answer")
    printing.cancel()


async def test_power_lost_in_the_middle_and_back(shop: Shop) -> None:
    """CUPS calls such a job completed. Nobody knows how much of it came out, and nothing comes later."""
    driver, job = shop.driver(), shop.job(pages=3)
    shop.arm("power_off_mid_job")
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: DocumentHeld("offline") in shop.told, "offline")
    await shop.do("power_on")
    assert isinstance(await printing, DocumentUnknown)  # what it says depends on who is asked first, queue or printer
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) == 1
    assert isinstance(await driver.find(job.key), DocumentUnknown)


async def test_power_lost_for_good(shop: Shop) -> None:
    driver, job = shop.driver(hold_s=1.0), shop.job(pages=3)
    shop.arm("power_off_mid_job")
    assert await shop.print(driver, job) == DocumentUnknown("the printer does not answer, and may hold the job")
    await shop.do("power_on")
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) == 1


async def test_a_cable_pulled_and_plugged_in(shop: Shop) -> None:
    """The printer goes on meanwhile."""
    driver, job = shop.driver(), shop.job(pages=4)
    shop.arm("slow_printer", seconds=2)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: bool(shop.printed(job.key)), "the job at the printer")
    await shop.do("unplug_printer")
    await shop.until(lambda: DocumentHeld("offline") in shop.told, "offline")
    await shop.do("plug_printer")
    assert await printing == DocumentPrinted(4)
    assert [times["sheets"] for times in shop.printed(job.key)] == [4]


async def test_a_printer_that_hangs_for_a_while(shop: Shop) -> None:
    """It takes connections, and answers nothing."""
    driver, job = shop.driver(answer_timeout_s=0.4), shop.job(pages=3)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: bool(shop.printed(job.key)), "the job at the printer")
    await shop.do("freeze")
    await shop.until(lambda: DocumentHeld("offline") in shop.told, "offline")
    assert offline(await driver.status(), "the printer does not answer")
    assert await shop.print(shop.driver(answer_timeout_s=0.4), shop.job()) == DocumentNotPrinted("offline", 0)
    await shop.do("thaw")
    assert await printing == DocumentPrinted(3)
    assert [times["sheets"] for times in shop.printed(job.key)] == [3]


async def test_a_printer_that_gives_a_job_up(shop: Shop) -> None:
    """CUPS would try again for ever."""
    driver, job = shop.driver(), shop.job(pages=2)
    shop.arm("abort_job")
    assert await shop.print(driver, job) == DocumentNotPrinted("aborted", 0)
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert len(shop.printed(job.key)) == 1


async def test_cancelled_in_the_middle(shop: Shop) -> None:
    """The queue calls it cancelled at once; the printer is at it for longer."""
    driver, job = shop.driver(), shop.job(pages=9)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: shop.sheets(job.key) >= 1, "a sheet")
    assert await driver.status() == Busy()
    ended = await driver.cancel(job.key)
    out = shop.sheets(job.key)
    assert ended == DocumentNotPrinted("cancelled", out)
    assert await printing == ended
    assert out < 9
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) == out
    assert await driver.find(job.key) == ended


@pytest.mark.parametrize("after_s", [0.0, 0.02, 0.06, 0.1])
async def test_cancelled_before_the_queue_has_it(shop: Shop, after_s: float) -> None:
    driver, job = shop.driver(), shop.job(pages=9)
    printing = asyncio.create_task(shop.print(driver, job))
    await asyncio.sleep(after_s)
    ended = await driver.cancel(job.key)
    assert isinstance(ended, DocumentNotPrinted)
    assert ended.reason == "cancelled"
    assert await printing == ended
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) <= 1


async def test_cancelled_while_another_one_prints(shop: Shop) -> None:
    driver, first, second = shop.driver(), shop.job(pages=4), shop.job()
    printing = asyncio.create_task(shop.print(driver, first))
    waiting = asyncio.create_task(shop.print(driver, second))
    await shop.until(lambda: shop.sheets(first.key) >= 1, "a sheet")
    assert await driver.cancel(second.key) == DocumentNotPrinted("cancelled", 0)
    assert await waiting == DocumentNotPrinted("cancelled", 0)
    assert await printing == DocumentPrinted(4)
    assert shop.printed(second.key) == []


async def test_nothing_happens_for_too_long(shop: Shop) -> None:
    driver, job = shop.driver(stall_s=0.8), shop.job()
    shop.arm("slow_printer", seconds=30)
    assert await shop.print(driver, job) == DocumentNotPrinted("too_slow", 0)
    assert shop.sheets(job.key) == 0
