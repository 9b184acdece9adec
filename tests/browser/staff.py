"""The hall's staff at the hub's pages."""

import json
from pathlib import Path

from kiosk.text.catalogue import catalogue
from kiosk.text.numbers import order_number
from tests.browser.chromium import Chromium, Window
from tests.browser.hall import HALL, Hub

PASSWORD = "correct horse battery"
say = catalogue("zh_CN").say
VOICE = """
var said = [];
speechSynthesis.getVoices = () => [{ lang: "zh-CN" }];
speechSynthesis.speak = spoken => said.push(spoken.text);
"""
"""Stands in for one: Debian's Chromium has none of its own."""


class Staff:
    """Whoever works there, each in a window of their own. Pictures are numbered as they were taken."""

    def __init__(self, browser: Chromium, hub: Hub, pictures: Path) -> None:
        self._browser = browser
        self._hub = hub
        self._pictures = pictures
        self._windows: list[Window] = []
        self._count = 0

    async def enters(self, name: str, role: str) -> Window:
        """Somebody new comes in."""
        await self._hub.say("admit", name, "--role", role, said=PASSWORD)
        window = await self._sits_down()
        await window.open(self._hub.url)
        await self.signs_in(window, name)
        return window

    async def signs_in(self, window: Window, name: str) -> None:
        """At the page that asks who it is."""
        await window.fill(name=name, password=PASSWORD)
        await window.press(say("hub.enter"))
        await window.sees(say("hub.leave", who=name))

    async def goes(self, window: Window, path: str) -> None:
        """To a page by its address."""
        await window.open(self._hub.url + path)

    async def screen(self, clerk: Window) -> Window:
        """The television in the hall, opened by the address that the clerk sees."""
        await self.goes(clerk, f"/queue?hall={HALL}")
        path = await clerk.run("document.querySelector('a[href^=\"/screen/\"]').getAttribute('href')")
        screen = await self._sits_down(1920, 1080)
        await self.goes(screen, f"{path}?en=1")
        return screen

    async def calls(self, clerk: Window, screen: Window, number: str, button: str = "clerk.next") -> None:
        """The next one; it must be this number, here and in the hall."""
        await clerk.press(say(button))
        await clerk.until(f"document.querySelector('.here .number')?.innerText === '{number}'")
        await screen.until(f"document.querySelector('.newest b')?.innerText === '{number}'")

    async def turns_sound_on(self, screen: Window) -> None:
        """Of a television that has a voice."""
        await screen.run(VOICE)
        await screen.press(say("tv.sound"))

    async def hears(self, screen: Window, words: str) -> None:
        """What it said last, twice."""
        await screen.until(f"said.slice(-2).join() === {json.dumps(f'{words},{words}')}")

    async def story(self, window: Window, number: str) -> list[tuple[str, str]]:
        """What happened with an order, step by step: when, and what."""
        await self.goes(window, f"/orders?q={number}")
        await window.sees(order_number(number), say("hub.orders.story"))
        steps = "[...document.querySelectorAll('.story li')].map(li => [...li.children].map(e => e.innerText.trim()))"
        return [(when, what) for when, what in json.loads(await window.run(f"JSON.stringify({steps})"))]

    async def all_seen(self, name: str) -> None:
        """A picture of every window."""
        for window in self._windows:
            await self.seen(window, name)

    async def _sits_down(self, width: int = 1366, height: int = 768) -> Window:
        self._windows.append(window := await self._browser.person(width, height))
        return window

    async def seen(self, window: Window, name: str) -> None:
        """A picture of it."""
        self._count += 1
        await window.picture(self._pictures / f"{self._count:02d}-{name}.png")
