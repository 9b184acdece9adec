from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drivers.gas_company_http.driver import GasCompanyHttp
from drivers.gas_company_http.settings import GasCompanyHttpSettings
from drivers.gas_company_http.simulator import GasCompanySimulator
from kiosk.devices.gas import Delivered, Opened, Quote
from kiosk.devices.secret import Secret

HERO = "0100003862"
PATIENT = {"connect_timeout_s": 5, "ping_timeout_s": 5, "lookup_timeout_s": 5, "order_timeout_s": 5}


class Clock:
    """Wall-clock seconds that a test sets forward."""

    def __init__(self) -> None:
        self.seconds = 1_795_518_000.0

    def __call__(self) -> float:
        return self.seconds


def settings_of(announced: dict[str, Any], **more: Any) -> GasCompanyHttpSettings:
    """Settings as the configuration would make them from a simulator's announcement."""

    def secret(kind: type, reference: Any) -> Any:
        assert kind is Secret
        return Secret(reference, Path("/nowhere"))

    return msgspec.convert(announced["settings"] | PATIENT | more, GasCompanyHttpSettings, dec_hook=secret)


class World:
    """A simulated company and terminals that reach it over HTTP, on one clock."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.folder = folder
        self.company = GasCompanySimulator(folder, now=self.clock)
        self.announced: dict[str, Any] = {}
        self._drivers: list[GasCompanyHttp] = []

    async def start(self) -> None:
        self.announced = await self.company.start()

    async def restart_company(self) -> None:
        """A new process on the same books, on another port."""
        await self.company.stop()
        self.company = GasCompanySimulator(self.folder, now=self.clock)
        await self.start()

    async def terminal(self, now: Callable[[], float] | None = None, **settings: Any) -> GasCompanyHttp:
        driver = GasCompanyHttp(
            "gas", self.announced["port"], settings_of(self.announced, **settings), now or self.clock
        )
        await driver.open()
        self._drivers.append(driver)
        return driver

    async def stop(self) -> None:
        for driver in self._drivers:
            await driver.aclose()
        await self.company.stop()

    def order(self, order_no: str) -> Any:
        return self.company.books()["orders"][order_no]

    def arrears(self, account: str = HERO) -> Any:
        return self.company.books()["accounts"][account]["arrears_fen"]


async def quoted(gas: GasCompanyHttp, account: str = HERO) -> Quote:
    quote = await gas.quote(account)
    assert isinstance(quote, Quote)
    return quote


async def opened(gas: GasCompanyHttp, order_no: str = "T07K20000011", account: str = HERO) -> Opened:
    quote = await quoted(gas, account)
    order = await gas.open_order(order_no, account, quote.quote_id)
    assert isinstance(order, Opened)
    return order


async def paid(gas: GasCompanyHttp, order_no: str = "T07K20000011", account: str = HERO) -> Delivered:
    order = await opened(gas, order_no, account)
    booked = await gas.confirm_paid(order_no, "wechat", "4200001234", order.due_fen)
    assert isinstance(booked, Delivered)
    return booked


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path / "books")
    await world.start()
    yield world
    await world.stop()


@pytest.fixture
async def gas(world: World) -> GasCompanyHttp:
    return await world.terminal()
