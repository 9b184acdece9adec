"""Whatever goes wrong at the queue or at this terminal: a document comes out once, or it is known not to come."""

import asyncio
import contextlib

import pytest

from kiosk.devices.document import (
    DocumentHeld,
    DocumentNotPrinted,
    DocumentPrinted,
    DocumentPrinting,
    DocumentUnknown,
    DocumentWaiting,
)
from kiosk.devices.health import NeedsAttention, Ready
from tests.cups.conftest import Open, Shop, offline


@pytest.mark.parametrize("fault", ["queue_stopped_mid_job", "queue_killed_mid_job"])
async def test_a_queue_that_starts_again_in_the_middle(shop: Shop, fault: str) -> None:
    """By itself, CUPS prints the job a second time after it was killed, and leaves it behind after it was stopped."""
    driver, job = shop.driver(), shop.job(pages=3)
    shop.arm("slow_printer", seconds=1.2)  # CUPS's clock counts whole seconds
    shop.arm(fault)
    assert await shop.print(driver, job) == DocumentPrinted(3)
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert [times["sheets"] for times in shop.printed(job.key)] == [3]
    await shop.until(lambda: shop.spooled == [], "an empty spool")


async def test_a_queue_that_dies_after_the_printer_was_done(shop: Shop) -> None:
    """The outcome is known, and the queue has not heard of it: it would print again when it comes back, and is stopped
    in the seconds that a printer needs for its first sheet."""
    driver, job = shop.driver(), shop.job()
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: bool(shop.printed(job.key)), "the job at the printer")
    await shop.do("kill_queue")
    assert await printing == DocumentPrinted(1)
    shop.arm("slow_printer", seconds=2)
    await shop.do("start_queue")
    await shop.until(lambda: shop.spooled == [], "an empty spool")
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) == 1


async def test_a_queue_that_is_away(shop: Shop) -> None:
    driver, job = shop.driver(), shop.job()
    await shop.do("stop_queue")
    assert offline(await driver.status(), "the queue does not answer")
    assert await shop.print(driver, job) == DocumentNotPrinted("offline", 0)
    assert isinstance(await driver.find(job.key), DocumentUnknown)
    await shop.do("start_queue")
    assert await driver.status() == Ready()
    assert await driver.find(job.key) == DocumentNotPrinted("never_submitted", 0)


async def test_a_queue_that_staff_have_paused_or_closed(shop: Shop) -> None:
    driver = shop.driver()
    await shop.do("pause_queue")
    await shop.becomes(driver, NeedsAttention(("queue_stopped",)))
    assert await shop.print(driver, shop.job()) == DocumentNotPrinted("queue_stopped", 0)
    await shop.do("resume_queue")
    await shop.do("reject_jobs")
    await shop.becomes(driver, NeedsAttention(("queue_closed",)))
    assert await shop.print(driver, shop.job()) == DocumentNotPrinted("queue_closed", 0)
    await shop.do("accept_jobs")
    await shop.becomes(driver, Ready())
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)


async def test_staff_pause_the_queue_in_the_middle_of_a_job(shop: Shop) -> None:
    """CUPS takes it back from the printer, and would begin at its first sheet when the queue is resumed."""
    driver, job = shop.driver(), shop.job(pages=9)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: shop.sheets(job.key) >= 1, "a sheet")
    await shop.do("pause_queue")
    ended = await printing
    out = shop.sheets(job.key)
    assert ended == DocumentNotPrinted("cancelled", out)
    assert out < 9
    await shop.do("resume_queue")
    await shop.becomes(driver, Ready())
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert [times["sheets"] for times in shop.printed(job.key)] == [out]


@pytest.mark.parametrize("fault", ["lost_request", "lost_answer", "half_answer", "garbage", "error_500_after", "down"])
async def test_no_answer_to_the_ticket(shop: Shop, fault: str) -> None:
    """Without its document a job cannot come out, so this is no doubt."""
    driver, job = shop.driver(), shop.job()
    shop.arm(fault, asks="Create-Job")
    assert await shop.print(driver, job) == DocumentNotPrinted("offline", 0)
    assert await driver.find(job.key) in (
        DocumentNotPrinted("never_submitted", 0),
        DocumentNotPrinted("cancelled", 0),
    )
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.printed(job.key) == []


@pytest.mark.parametrize("fault", ["lost_answer", "garbage"])
async def test_the_document_arrived_and_no_answer_came(shop: Shop, fault: str) -> None:
    driver, job = shop.driver(), shop.job()
    shop.arm(fault, asks="Send-Document")
    assert await shop.print(driver, job) == DocumentPrinted(1)
    assert len(shop.printed(job.key)) == 1


@pytest.mark.parametrize("fault", ["lost_request", "error_500"])
async def test_the_document_did_not_arrive(shop: Shop, fault: str) -> None:
    driver, job = shop.driver(), shop.job()
    shop.arm(fault, asks="Send-Document")
    assert await shop.print(driver, job) == DocumentNotPrinted("offline", 0)
    assert await driver.find(job.key) == DocumentNotPrinted("cancelled", 0)
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    assert shop.printed(job.key) == []


@pytest.mark.parametrize("fault", ["lost_request", "half_answer", "garbage", "error_500", "twice"])
async def test_answers_that_fail_while_it_prints(shop: Shop, fault: str) -> None:
    driver, job = shop.driver(), shop.job(pages=2)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: bool(shop.printed(job.key)), "the job at the printer")
    shop.arm(fault, times=6)
    assert await printing == DocumentPrinted(2)
    assert [times["sheets"] for times in shop.printed(job.key)] == [2]


async def test_the_terminal_starts_again_in_the_middle(shop: Shop) -> None:
    before, job = shop.driver(), shop.job(pages=4)
    printing = asyncio.create_task(shop.print(before, job))
    await shop.until(lambda: shop.sheets(job.key) >= 1, "a sheet")
    printing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await printing
    await before.aclose()
    after = shop.driver()
    waiting = await after.find(job.key)
    assert isinstance(waiting, DocumentWaiting)
    assert isinstance(waiting.progress, DocumentPrinting)
    assert await shop.print(after, job) == DocumentPrinted(4)
    assert len(shop.printed(job.key)) == 1
    assert await after.find(job.key) == DocumentPrinted(4)


async def test_the_terminal_stops_in_the_middle(shop: Shop) -> None:
    driver, job = shop.driver(), shop.job(pages=2)
    printing = asyncio.create_task(shop.print(driver, job))
    await shop.until(lambda: shop.sheets(job.key) >= 1, "a sheet")
    await driver.aclose()
    await driver.aclose()
    assert await printing == DocumentUnknown("the terminal stopped")
    assert offline(await driver.status(), "the queue does not answer")
    await shop.until(lambda: shop.sheets(job.key) == 2, "the job goes on")


async def test_a_start_ends_what_is_left_from_before(shop: Shop) -> None:
    before, job = shop.driver(), shop.job(pages=2)
    shop.arm("paper_out_mid_job")
    printing = asyncio.create_task(shop.print(before, job))
    await shop.until(lambda: DocumentHeld("sheets_out") in shop.told, "paper out")
    printing.cancel()
    await before.aclose()
    after = shop.driver()
    assert await after.find(job.key) == DocumentWaiting(DocumentHeld("sheets_out"))
    await after.clear()
    await shop.do("refill")
    assert await shop.print(after, shop.job()) == DocumentPrinted(1)
    assert shop.sheets(job.key) == 1
    assert await after.find(job.key) == DocumentNotPrinted("cancelled", 1)
    await shop.until(lambda: shop.spooled == [], "an empty spool")


async def test_a_start_while_the_queue_is_away(shop: Shop) -> None:
    """What is left is ended before the first job."""
    before, left = shop.driver(), shop.job(pages=2)
    shop.arm("paper_out_mid_job")
    printing = asyncio.create_task(shop.print(before, left))
    await shop.until(lambda: DocumentHeld("sheets_out") in shop.told, "paper out")
    printing.cancel()
    await before.aclose()
    await shop.do("stop_queue")
    after = shop.driver()
    await after.clear()
    await shop.do("start_queue")
    await shop.do("refill")
    assert await shop.print(after, shop.job()) == DocumentPrinted(1)
    await shop.until(lambda: shop.spooled == [], "an empty spool")
    assert shop.sheets(left.key) <= 2


async def test_a_queue_that_keeps_documents(open_shop: Open) -> None:
    """As CUPS does by default, for a day."""
    shop = await open_shop("--keep-documents")
    driver, stopped = shop.driver(hold_s=0.8), shop.job(pages=2)
    assert await shop.print(driver, shop.job()) == DocumentPrinted(1)
    await shop.until(lambda: shop.spooled == [], "an empty spool after a print")
    shop.arm("paper_out_mid_job")
    assert await shop.print(driver, stopped) == DocumentNotPrinted("sheets_out", 1)
    await shop.until(lambda: shop.spooled == [], "an empty spool after a cancelled one")


async def test_a_key_the_queue_never_heard_of(shop: Shop) -> None:
    assert await shop.driver().find("nobody") == DocumentNotPrinted("never_submitted", 0)
    assert isinstance(await shop.driver(queue_remembers=False).find("nobody"), DocumentUnknown)
    assert await shop.driver().cancel("nobody") == DocumentNotPrinted("never_submitted", 0)


async def test_a_job_that_cannot_be(shop: Shop) -> None:
    driver = shop.driver()
    for wrong in ({"copies": 0}, {"pages": 0}):
        with pytest.raises(ValueError, match="a job needs"):
            await shop.print(driver, shop.job(**wrong))
    assert shop.told == []


async def test_a_queue_that_does_not_exist(shop: Shop) -> None:
    shop.port = shop.port.replace("/hall", "/nowhere")
    health = await shop.driver().status()
    assert offline(health, "the queue does not answer")
    assert "0x0406" in str(health)
