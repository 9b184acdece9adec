"""A driver and a simulated Alipay, talking HTTP on loopback."""

import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from drivers.alipay.driver import Alipay
from drivers.alipay.settings import AlipaySettings
from drivers.alipay.simulator import AlipaySimulator
from drivers.alipay.simulator_keys import DemoKeys
from kiosk.devices.payment import Attempt, Offer, Open, Progress
from kiosk.testing.simulator import Json
from tests.payments import settings_of


def settings_from(announced: Json, **changed: object) -> AlipaySettings:
    """Settings as the configuration would read them, with short times."""
    quick = {"timeout_s": 0.5, "connect_timeout_s": 0.4, "cancel_pause_s": 0.01, "status_fresh_s": 0}
    return settings_of(AlipaySettings, announced, **{**quick, **changed})


def again(attempt: Attempt) -> Attempt:
    """The attempt as it is given to every `close` but the first."""
    return msgspec.structs.replace(attempt, close_asked=True)


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, made once."""
    folder = tmp_path_factory.mktemp("keys")
    DemoKeys(folder)
    return folder


@pytest.fixture
def books_folder(key_folder: Path, tmp_path: Path) -> Path:
    """A folder with keys and no books yet."""
    return Path(shutil.copytree(key_folder, tmp_path / "alipay"))


class Hall:
    """A terminal's driver, Alipay, and a resident with a phone."""

    def __init__(self, alipay: AlipaySimulator, announced: Json) -> None:
        self.alipay = alipay
        self.url = str(announced["port"])
        self.announced: Json = announced["settings"]
        self.drivers: list[Alipay] = []
        self.told: list[Progress] = []

    async def driver(self, now: Callable[[], float] = time.time, port: str = "", **changed: object) -> Alipay:
        """A driver, open."""
        driver = Alipay("alipay", port or self.url, settings_from(self.announced, **changed), now)
        self.drivers.append(driver)
        await driver.open()
        return driver

    async def offered(self, driver: Alipay, attempt: Attempt) -> str:
        """Start an attempt; the code on the screen."""
        assert await driver.start(attempt, self.told.append) == Open()
        offer = self.told[-1]
        assert isinstance(offer, Offer)
        return offer.text

    async def hand(self, action: str, **asked: object) -> Json:
        """What the resident does."""
        return await self.alipay.actions[action](asked)

    async def paid(self, driver: Alipay, attempt: Attempt) -> Attempt:
        """A paid attempt as the ledger would hold it."""
        answer = await self.hand("pay", qr_code=await self.offered(driver, attempt))
        assert answer["paid"]
        return msgspec.structs.replace(attempt, ref=answer["trade_no"], captured_fen=answer["fen"])

    def arm(self, fault: str, times: int = 1, **more: object) -> None:
        """Let something go wrong."""
        self.alipay.faults.arm(fault, times, **more)

    def booked(self, attempt: Attempt) -> Json:
        """The attempt in Alipay's books."""
        booked: Json = self.alipay.books()["trades"][attempt.key]
        return booked


@pytest.fixture
async def hall(books_folder: Path) -> AsyncIterator[Hall]:
    """The simulator is up; drivers are made by the test and closed here."""
    alipay = AlipaySimulator(books_folder)
    hall = Hall(alipay, await alipay.start())
    yield hall
    for driver in hall.drivers:
        await driver.aclose()
    await alipay.stop()
