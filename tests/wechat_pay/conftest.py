"""A driver and a simulated WeChat Pay, talking HTTP on loopback."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from drivers.wechat_pay.driver import WeChatPay
from drivers.wechat_pay.settings import WeChatPaySettings
from drivers.wechat_pay.simulator import MCHID, WeChatPaySimulator
from drivers.wechat_pay.simulator_keys import DemoKeys
from kiosk.devices.payment import Attempt, Offer, Open, Progress
from kiosk.testing.simulator import Json
from tests.payments import settings_of


def settings_from(announced: Json, **changed: object) -> WeChatPaySettings:
    """Settings as the configuration would read them, with short times."""
    quick = {"timeout_s": 0.5, "connect_timeout_s": 0.4, "poll_s": 0.01, "status_fresh_s": 0}
    return settings_of(WeChatPaySettings, announced, **{**quick, **changed})


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, made once."""
    folder = tmp_path_factory.mktemp("keys")
    DemoKeys(folder, MCHID)
    return folder


@pytest.fixture
def books_folder(key_folder: Path, tmp_path: Path) -> Path:
    """A folder with keys and no books yet."""
    return Path(shutil.copytree(key_folder, tmp_path / "wechat"))


class Hall:
    """A terminal's driver, WeChat Pay, and a resident with a phone."""

    def __init__(self, wechat: WeChatPaySimulator, announced: Json) -> None:
        self.wechat = wechat
        self.url = str(announced["port"])
        self.announced: Json = announced["settings"]
        self.drivers: list[WeChatPay] = []
        self.told: list[Progress] = []

    async def driver(self, now: Callable[[], float] = time.time, port: str = "", **changed: object) -> WeChatPay:
        """A driver, open."""
        driver = WeChatPay("wechat", port or self.url, settings_from(self.announced, **changed), now)
        self.drivers.append(driver)
        await driver.open()
        return driver

    async def offered(self, driver: WeChatPay, attempt: Attempt) -> str:
        """Start an attempt; the code on the screen."""
        assert await driver.start(attempt, self.told.append) == Open()
        offer = self.told[-1]
        assert isinstance(offer, Offer)
        return offer.text

    async def hand(self, action: str, **asked: object) -> Json:
        """What the resident does."""
        return await self.wechat.actions[action](asked)

    async def paid(self, driver: WeChatPay, attempt: Attempt) -> Attempt:
        """A paid attempt as the ledger would hold it."""
        answer = await self.hand("pay", code_url=await self.offered(driver, attempt))
        assert answer["paid"]
        return msgspec.structs.replace(attempt, ref=answer["transaction_id"], captured_fen=answer["fen"])

    def booked(self, attempt: Attempt) -> Json:
        """The attempt in WeChat's books."""
        booked: Json = self.wechat.books()["orders"][attempt.key]
        return booked


@pytest.fixture
async def hall(books_folder: Path) -> AsyncIterator[Hall]:
    """The simulator is up; drivers are made by the test and closed here."""
    wechat = WeChatPaySimulator(books_folder)
    hall = Hall(wechat, await wechat.start())
    yield hall
    for driver in hall.drivers:
        await driver.aclose()
    await wechat.stop()


class RawPeer:
    """Answers each request with bytes of the test's choosing, then hangs up; with `holds`, never answers."""

    def __init__(self) -> None:
        self.answer = b""
        self.holds = False
        self.asked = asyncio.Event()
        self.requests: list[bytes] = []
        self.url = ""
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        self.asked.set()
        if self.holds:
            await reader.read()  # until the other side hangs up
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@pytest.fixture
async def peer() -> AsyncIterator[RawPeer]:
    """See `RawPeer`."""
    peer = RawPeer()
    await peer.start()
    yield peer
    await peer.stop()
