"""A document that comes out, in its ways; and what the queue keeps of it."""

from kiosk.devices.document import DocumentPrinted, DocumentPrinting, DocumentSubmitted
from tests.cups.conftest import Shop


async def test_a_document_comes_out(shop: Shop) -> None:
    driver, job = shop.driver(), shop.job(pages=3)
    assert await shop.print(driver, job) == DocumentPrinted(3)
    assert shop.told[0] == DocumentSubmitted()
    assert [step for step in shop.told if isinstance(step, DocumentPrinting)]
    (printed,) = shop.printed(job.key)
    assert (printed["sheets"], printed["ended"], printed["color"]) == (3, "printed", "monochrome")
    await shop.until(lambda: shop.spooled == [], "an empty spool")
    assert await driver.find(job.key) == DocumentPrinted(3)


async def test_copies_on_both_sides(shop: Shop) -> None:
    driver, job = shop.driver(), shop.job(pages=3, copies=2, sides="long_edge", mono=False)
    assert await shop.print(driver, job) == DocumentPrinted(4)
    (printed,) = shop.printed(job.key)
    assert (printed["sheets"], printed["copies"], printed["sides"]) == (4, 2, "two-sided-long-edge")
    assert printed["color"] == "color"
