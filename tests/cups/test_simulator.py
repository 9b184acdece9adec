"""The print shop by its control interface: what came out, what was said, and nothing left behind."""

import io
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image

from drivers.cups import simulator_daemons, simulator_wire
from drivers.cups.simulator_mechanism import count_pages
from kiosk.devices.document import DocumentPrinted
from kiosk.testing.simulator import Server, _control
from tests.cups.answers import JOB, PRINTER
from tests.cups.conftest import Open, Shop, build, pdf


async def fetched(shop: Shop, path: str) -> tuple[int, bytes]:
    """From the hand's interface."""
    server = Server(_control(shop.simulator))
    url = await server.start()
    try:
        async with aiohttp.ClientSession() as web, web.get(f"{url}{path}") as answer:
            return answer.status, await answer.read()
    finally:
        await server.stop()


async def test_what_came_out_can_be_looked_at(shop: Shop) -> None:
    assert (await fetched(shop, "/paper.png"))[0] == 400
    job = shop.job(pages=2, mono=False)
    assert await shop.print(shop.driver(), job) == DocumentPrinted(2)
    number = shop.printed(job.key)[0]["n"]
    assert await fetched(shop, f"/jobs/{number}.pdf") == (200, job.pdf)
    status, png = await fetched(shop, "/paper.png")
    assert status == 200
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.size == (714, 2 * 1011 + 8)


async def test_every_word_on_the_wire_is_told(shop: Shop) -> None:
    job = shop.job()
    await shop.print(shop.driver(), job)
    lines: list[dict[str, Any]] = shop.simulator.talk.after(0)["lines"]
    told = [line["what"] for line in lines]
    asked = f"Create-Job · job-name {job.key} · copies 1 · sides one-sided · print-color-mode monochrome"
    assert f"{asked} · POST /printers/hall" in told
    assert any(line.startswith("Send-Document · job-id") for line in told)
    assert any("job-state processing" in line for line in told)


async def test_nothing_is_left_behind(open_shop: Open, tmp_path: Path) -> None:
    shop = await open_shop()
    place = shop.simulator.daemons.spool.parents[1]
    assert place.is_dir()
    await shop.simulator.stop()
    assert not place.exists()
    killed = place.with_name("kiosk-cups-4999999-x")
    killed.mkdir()
    build(tmp_path / "other").daemons._place.rmdir()
    assert not killed.exists()


def test_ipp_in_words() -> None:
    assert simulator_wire.in_words(JOB, answer=True) == (
        "ok · job-id 12 · job-name form-7 · job-state processing · job-state-reasons job-printing"
    )
    assert simulator_wire.in_words(PRINTER, answer=True).startswith("ok · state processing · state-reasons media-empty")
    assert simulator_wire.in_words(b"<html>", answer=True) == "6 bytes without meaning"
    assert simulator_wire.in_words(JOB[:-9], answer=True) == "ok, then bytes without meaning"


def test_pages_of_a_document(tmp_path: Path) -> None:
    for name, data, pages in (("a", pdf(3), 3), ("b", b"no PDF", 1)):
        (tmp_path / name).write_bytes(data)
        assert count_pages(tmp_path / name) == pages


def test_a_program_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(simulator_daemons, "_PROGRAMS", ("cupsd", "no-such-program"))
    with pytest.raises(simulator_daemons.DaemonError, match="no-such-program is not installed; scripts/setup"):
        simulator_daemons.Daemons(tmp_path)
