"""Greeting one resident after the other, with services that break."""

import asyncio
from datetime import UTC
from typing import Any, Self

import pytest

from kiosk.host import Host
from kiosk.journeys.journey import End, Journey
from kiosk.orders.receipt import Issuer
from kiosk.services import Services
from kiosk.views.common import Attract, Goodbye, Home, Notice, OutOfService
from kiosk.views.gas import EnterAccount
from kiosk.views.view import Answered, Page, StillHere, View, WentHome
from kiosk.visit import Visit, VisitSettings

SETTINGS = VisitSettings(idle_seconds=0.05, still_here_seconds=0.1, goodbye_seconds=0.05)
QUIET = VisitSettings(goodbye_seconds=0.05)


class Screen:
    """A stage that a test can wait at."""

    def __init__(self) -> None:
        self.page: Page | None = None
        self.kinds: list[str] = []
        self._shown = asyncio.Event()

    def show(self, page: Page) -> None:
        self.page = page
        self.kinds.append(type(page.view).__name__)
        self._shown.set()

    def ask_still_here(self, question: StillHere | None) -> None:
        """Nobody answers."""

    async def at(self, kind: type[View], *, after: int = -1) -> Page:
        """Wait until a page of that kind is shown, newer than number `after`."""
        async with asyncio.timeout(10):
            while self.page is None or not isinstance(self.page.view, kind) or self.page.number <= after:
                self._shown.clear()
                await self._shown.wait()
        return self.page


class NoDevices:
    """Services that these journeys never use."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


def services() -> Services:
    return Services(
        devices=NoDevices(),
        orders=lambda: None,
        issuer=lambda _: Issuer(hall="h", terminal="T", hotline="1", zone=UTC),
        now_ms=lambda: 0,
        zone=UTC,
    )


async def asks(visit: Visit, _: Services) -> End:
    await visit.ask(EnterAccount(min_digits=1, max_digits=2))
    return "goodbye"


async def breaks(visit: Visit, _: Services) -> End:
    raise RuntimeError("a defect")


def a_journey(name: str = "gas_bill", run: Any = asks, paused: Any = lambda _: None) -> Journey:
    return Journey(name=name, paused=paused, run=run)


class Hall:
    """A host that runs."""

    def __init__(self, *journeys: Journey, settings: VisitSettings = QUIET) -> None:
        self.screen = Screen()
        self.called: list[bool] = []
        self.closed = ""
        self.host = Host(
            self.screen,
            {journey.name: journey for journey in journeys},
            services(),
            settings,
            lambda: self.called.append(True),
            closed=lambda: self.closed,
        )
        self._task = asyncio.create_task(self.host.run())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        assert not self._task.done(), self._task.exception()
        self._task.cancel()
        await asyncio.wait([self._task])

    async def press(self, kind: type[View], value: str) -> None:
        page = await self.screen.at(kind)
        self.host.take(Answered(page.number, value))


async def test_a_visit_from_home_to_goodbye_and_home_again() -> None:
    async with Hall(a_journey()) as hall:
        await hall.press(Home, "gas_bill")
        await hall.press(EnterAccount, "1")
        await hall.screen.at(Goodbye)
        await hall.screen.at(Home)
    assert hall.screen.kinds == ["Home", "EnterAccount", "Goodbye", "Home"]


async def test_home_leaves_a_journey() -> None:
    async with Hall(a_journey()) as hall:
        await hall.press(Home, "gas_bill")
        page = await hall.screen.at(EnterAccount)
        hall.host.take(WentHome(page.number))
        await hall.screen.at(Home)


async def test_a_journey_that_crashes_ends_in_a_notice_and_the_next_resident_is_served() -> None:
    async with Hall(a_journey(run=breaks)) as hall:
        for _ in range(2):
            await hall.press(Home, "gas_bill")
            await hall.press(Notice, "primary")
            await hall.screen.at(Home)


async def test_a_service_that_cannot_say_whether_it_works_is_paused_and_holds_up_no_other() -> None:
    def unsure(_: Services) -> str | None:
        raise RuntimeError("a defect")

    async with Hall(a_journey("print_form", paused=unsure), a_journey()) as hall:
        page = await hall.screen.at(Home)
        assert isinstance(page.view, Home)
        assert [tile.paused for tile in page.view.tiles] == ["reason.bad_config", None]
        hall.host.take(Answered(page.number, "print_form"))  # not to be chosen
        await hall.screen.at(Home, after=page.number)
        await hall.press(Home, "gas_bill")
        await hall.screen.at(EnterAccount)


async def test_all_services_paused_is_out_of_service_until_one_is_not() -> None:
    paused: list[str | None] = ["reason.offline"]
    async with Hall(a_journey(paused=lambda _: paused[0])) as hall:
        page = await hall.screen.at(OutOfService)
        assert page.view == OutOfService(reason="reason.offline")
        paused[0] = None
        hall.host.health_changed()
        await hall.screen.at(Home)


async def test_the_staff_close_the_terminal_after_who_is_served() -> None:
    async with Hall(a_journey(), settings=QUIET) as hall:
        await hall.press(Home, "gas_bill")
        await hall.screen.at(EnterAccount)
        hall.closed = "back at two"
        hall.host.health_changed()
        waiting = asyncio.create_task(hall.host.between_visits())
        await hall.press(EnterAccount, "1")
        page = await hall.screen.at(OutOfService)
        assert page.view == OutOfService(reason="reason.by_staff", note="back at two")
        await waiting
        hall.host.take(Answered(page.number, "gas_bill"))
        await hall.host.between_visits()  # a touch on a closed terminal is nobody's visit
        hall.closed = ""
        hall.host.health_changed()
        await hall.press(Home, "gas_bill")
        waiting = asyncio.create_task(hall.host.between_visits())
        await hall.screen.at(EnterAccount)
        assert not waiting.done()
        waiting.cancel()


@pytest.mark.parametrize("where", [Home, EnterAccount])
async def test_deserted_the_attract_screen_comes_and_any_touch_leads_home(where: type[View]) -> None:
    async with Hall(a_journey(), settings=SETTINGS) as hall:
        if where is EnterAccount:
            await hall.press(Home, "gas_bill")
            await hall.screen.at(EnterAccount)
        await hall.press(Attract, "start")
        await hall.screen.at(Home)
        await hall.screen.at(Attract)


async def test_deserted_at_the_notice_of_a_crash() -> None:
    async with Hall(a_journey(run=breaks), settings=SETTINGS) as hall:
        await hall.press(Home, "gas_bill")
        await hall.screen.at(Notice)
        await hall.screen.at(Attract)
