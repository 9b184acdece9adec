"""The clerks' page as a browser has it: real HTTP at a real desk."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from msgspec.structs import replace

from kiosk.clerk.page import PageError, serving
from kiosk.devices.secret import Secret
from kiosk.tickets.desk import Desk
from kiosk.tickets.settings import ClerkPage
from tests.tickets.hall import SETTINGS, ZONE, Clock, desk_on

PIN = "2468"


class Clerk:
    """A browser that follows redirects and fills in forms."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base
        self.status = 0
        self.text = ""

    async def get(self, path: str, **headers: str) -> str:
        async with self.session.get(self.base + path, headers=headers) as answer:
            self.status, self.text = answer.status, await answer.text()
        return self.text

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> str:
        async with self.session.post(self.base + path, data=fields, headers=headers) as answer:
            self.status, self.text = answer.status, await answer.text()
        return self.text

    async def enter(self, pin: str = PIN) -> str:
        return await self.post("/login", pin=pin)

    async def press(self, window: int, deed: str, **fields: str) -> str:
        """Press a button as it stands on the page that is shown."""
        action = f"/window/{window}/{deed}"
        for form in re.findall(rf'<form method="post" action="{action}">(.*?)</form>', self.text):
            found = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
            if fields.items() <= found.items():
                return await self.post(action, **found)
        raise AssertionError(f"there is no button for {deed} {fields}")

    @property
    def number(self) -> str:
        (number,) = re.findall(r'class="number[^"]*">([^<]*)<', self.text)
        return str(number)


@asynccontextmanager
async def page(tmp_path: Path, clock: Clock | None = None) -> AsyncIterator[tuple[Desk, Clerk]]:
    clock = clock or Clock()
    settings = ClerkPage(pin=secret(tmp_path, PIN), port=1024)
    async with desk_on(tmp_path, clock) as desk:
        serve = serving(replace(settings, port=0), desk, hall=lambda _: "天福 <和园>", zone=ZONE)
        # a cookie of an address by number is kept only where that is asked for
        jar = aiohttp.CookieJar(unsafe=True)
        async with serve as port, aiohttp.ClientSession(cookie_jar=jar) as session:
            yield desk, Clerk(session, f"http://127.0.0.1:{port}")


def secret(folder: Path, pin: str) -> Secret:
    (folder / "pin").write_text(f"{pin}\n")
    return Secret("file:pin", folder)


async def test_a_morning_at_window_2(tmp_path: Path) -> None:
    async with page(tmp_path) as (desk, clerk):
        for letter in "ABA":
            await desk.give(letter, priority=letter == "B")
        assert "2 号窗口" in await clerk.enter()
        await clerk.get("/window/2")
        assert clerk.number == "—"
        await clerk.press(2, "next")
        assert clerk.number == "B001"
        assert "优先" in clerk.text
        await clerk.press(2, "recall")
        assert "第 2 次" in clerk.text
        await clerk.press(2, "no_show")
        await clerk.press(2, "come_back", number="B001")
        await clerk.press(2, "next")
        await clerk.press(2, "transfer", to="B")
        assert desk.rows[0].business == "B"
        await clerk.press(2, "next")
        assert clerk.number == "A001"
        await clerk.press(2, "finish")
        assert clerk.number == "—"
        assert desk.rows[0].state == "finished"


async def test_a_page_that_is_out_of_date_does_nothing_and_says_so(tmp_path: Path) -> None:
    async with page(tmp_path) as (desk, clerk):
        for _ in range(3):
            await desk.give("A")
        await clerk.enter()
        await clerk.get("/window/1")
        await desk.next(1)
        assert "窗口的号已经变了" in await clerk.press(1, "next")
        assert clerk.number == "A001"
        assert desk.waiting_count == 2


async def test_nothing_is_shown_or_done_without_the_pin(tmp_path: Path) -> None:
    async with page(tmp_path) as (desk, clerk):
        await desk.give("A")
        for path in ("/", "/window/1"):
            assert 'name="pin"' in await clerk.get(path)
            assert "A001" not in clerk.text
        await clerk.get("/news")
        assert clerk.status == 403
        assert 'name="pin"' in await clerk.post("/window/1/next")
        assert desk.waiting_count == 1
        assert "密码不对" in await clerk.enter("1357")


async def test_guessing_is_slowed_down(tmp_path: Path) -> None:
    async with page(tmp_path) as (_, clerk):
        for _ in range(5):
            await clerk.enter("0000")
        assert clerk.status == 429
        assert "秒后再试" in await clerk.enter(PIN)


async def test_another_sites_form_moves_nobody(tmp_path: Path) -> None:
    async with page(tmp_path) as (desk, clerk):
        await desk.give("A")
        await clerk.enter()
        await clerk.get("/window/1")
        (form,) = set(re.findall(r'name="form" value="([^"]*)"', clerk.text))
        for headers, fields in (
            ({"Origin": "http://evil.example"}, {"form": form}),
            ({"Origin": "null"}, {"form": form}),
            ({}, {}),
            ({}, {"form": "guessed"}),
            ({"Host": "rebound.example"}, {"form": form}),
        ):
            await clerk.post("/window/1/next", headers, **fields)
            assert clerk.status == 403
        assert desk.waiting_count == 1
        await clerk.post("/window/1/next", {"Origin": clerk.base}, form=form)
        assert desk.waiting_count == 0


async def test_what_is_no_wish_of_a_clerk_is_refused(tmp_path: Path) -> None:
    async with page(tmp_path) as (_, clerk):
        await clerk.enter()
        await clerk.get("/window/1")
        (form,) = set(re.findall(r'name="form" value="([^"]*)"', clerk.text))
        for path, fields, status in (
            ("/window/1/fire", {}, 400),
            ("/window/1/transfer", {"to": "ab"}, 400),
            ("/window/1/next", {"force": "1"}, 400),
            ("/window/77/next", {}, 404),
            ("/window/1/next", {"seen": "x" * 5000}, 413),
        ):
            await clerk.post(path, None, form=form, **fields)
            assert clerk.status == status, path


async def test_names_are_text_and_never_markup_and_every_page_is_shut_to_others(tmp_path: Path) -> None:
    async with page(tmp_path) as (_, clerk):
        await clerk.enter()
        await clerk.get("/window/1")
        assert "天福 &lt;和园&gt;" in clerk.text
        for path in ("/", "/login", "/window/1", "/clerk.css", "/clerk.js", "/nowhere"):
            async with clerk.session.get(clerk.base + path) as answer:
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"
        assert "Window 1" in await clerk.get("/window/1", **{"Accept-Language": "en-GB,en"})
        assert not re.search(r"https?://", clerk.text), "something from elsewhere"


async def test_news_come_while_the_page_stands(tmp_path: Path) -> None:
    async with page(tmp_path) as (desk, clerk):
        await clerk.enter()
        async with clerk.session.get(f"{clerk.base}/news") as news:
            assert news.headers["Content-Type"] == "text/event-stream"
            reading = asyncio.create_task(news.content.readuntil(b"\n\n"))
            await asyncio.sleep(0)
            await desk.give("A")
            async with asyncio.timeout(10):
                assert (await reading).startswith(b"event: changed")


async def test_a_browser_that_was_closed_troubles_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with page(tmp_path) as (desk, clerk):
        await clerk.enter()
        async with clerk.session.get(f"{clerk.base}/news") as news:
            assert news.status == 200
            news.close()
        for _ in range(5):
            await desk.give("A")
            await clerk.get("/window/1")
        assert "5 人在等" in clerk.text
    assert caplog.records == []


async def test_who_leaves_is_out(tmp_path: Path) -> None:
    async with page(tmp_path) as (_, clerk):
        await clerk.enter()
        await clerk.get("/window/1")
        (form,) = set(re.findall(r'name="form" value="([^"]*)"', clerk.text))
        await clerk.post("/logout", form=form)
        assert 'name="pin"' in await clerk.get("/window/1")


@pytest.mark.parametrize("pin", ["", "12", "12345678901234", "12a4"])
async def test_a_pin_that_is_none_opens_no_page(tmp_path: Path, pin: str) -> None:
    clock = Clock()
    async with desk_on(tmp_path, clock, SETTINGS) as desk:
        with pytest.raises(PageError):
            async with serving(ClerkPage(pin=secret(tmp_path, pin)), desk, hall=str, zone=ZONE):
                pass
