"""`GasCardReader` over PC/SC: memory and CPU cards in a reader that the machine's pcscd knows.

Every call opens the card anew on a thread of its own and lets go of it at the end, so that a restarted service or a
reader in another socket is just a reader. A thread that hangs in a broken reader is waited for no longer than the
settings say, and no second one is sent after it. Another thread waits for cards to come and go.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

from drivers.pcsc_gas_card.session import Session, Writing
from drivers.pcsc_gas_card.settings import PcscGasCardSettings
from drivers.pcsc_gas_card.watch import Watch
from drivers.pcsc_gas_card.wire import GarbledError, RefusedError
from kiosk.devices.gas_card import (
    CardJob,
    CardUnknown,
    GasCardReader,
    JobOutcome,
    NoCard,
    NotAGasCard,
    OtherCard,
    Presence,
    ReaderAway,
    Reading,
)
from kiosk.devices.gas_card_judging import is_image_of
from kiosk.devices.gas_card_layout import load_layout
from kiosk.devices.health import Busy, Health, Offline, Ready
from kiosk.ports.pcsc import About, PcscError, Service
from kiosk.ports.threads import in_daemon_thread
from kiosk.ports.urls import PcscAddress, parse_url

T = TypeVar("T")


class _HangsError(Exception):
    """The reader keeps its thread."""

    def __init__(self) -> None:
        super().__init__("the reader does not answer")


class PcscGasCard(GasCardReader[PcscGasCardSettings]):
    """See the module."""

    Settings = PcscGasCardSettings
    port_schemes = ("pcsc",)

    def __init__(
        self, name: str, port: str, settings: PcscGasCardSettings, now: Callable[[], float] = time.time
    ) -> None:
        """See `Device`."""
        super().__init__(name, port, settings, now)
        address = parse_url(port)
        if not isinstance(address, PcscAddress):
            raise ValueError("not pcsc://, or pcsc://NAME")
        self._address = address
        if settings.direct and "cpu" in settings.chips:
            raise ValueError("a reader that is spoken to directly reads no CPU cards: leave 'cpu' out of 'chips'")
        self._layout = load_layout(settings.layout)
        self._watch = Watch(address, direct=settings.direct)
        self._about = About()
        self._turn = asyncio.Lock()
        self._under_way: asyncio.Future[Any] | None = None
        self._hangs = False

    async def open(self) -> None:
        """See `Device`."""
        self._watch.start()

    async def aclose(self) -> None:
        """See `Device`. A write that has begun ends by itself; `find` tells of it after the next start."""
        await self._watch.aclose()

    async def status(self) -> Health:
        """By the thread that watches, which asks all the time."""
        if self._hangs:
            return Offline(str(_HangsError()))
        if self._turn.locked():
            return Busy()
        why = await self._watch.trouble()
        return Ready() if why is None else Offline(why)

    @property
    def identity(self) -> str:
        """The reader's name, what is in its slot, and what it says of itself."""
        told = msgspec.structs.asdict(self._about).items()
        return ", ".join(filter(None, (self._watch.identity, *(f"{what} {word}" for what, word in told if word))))

    async def ask_identity(self) -> None:
        """See `Device`. One whose card is being read or written is left alone."""
        if self._turn.locked():
            return
        async with self._turn:
            with contextlib.suppress(PcscError, TimeoutError):
                async with asyncio.timeout(self.settings.answer_timeout_s):
                    self._about = await in_daemon_thread(self._ask_about, f"{self.name} reader")

    def _ask_about(self) -> About:
        with Service(self._address) as service:
            return service.about(service.reader())

    def presence(self) -> Presence:
        """See `GasCardReader`."""
        return self._watch.presence

    async def changed(self, seen: Presence) -> Presence:
        """See `GasCardReader`."""
        return await self._watch.changed(seen)

    async def read(self) -> Reading:
        """See `GasCardReader`."""
        try:
            return await self._with_card(Session.read, Writing(), self.settings.answer_timeout_s)
        except PcscError as error:
            match error.trouble:
                case "no_card":
                    return NoCard()
                case "mute":
                    return NotAGasCard("mute")
                case _:
                    return ReaderAway(str(error))
        except (_HangsError, GarbledError, RefusedError) as error:
            return ReaderAway(str(error))

    async def find(self, job: CardJob) -> JobOutcome:
        """See `GasCardReader`."""
        return await self._judged(lambda session: session.find(job), Writing(), self.settings.answer_timeout_s)

    async def write(self, job: CardJob) -> JobOutcome:
        """See `GasCardReader`. Raises `ValueError` for a job whose image is not what the job says."""
        if not is_image_of(job, self._layout):
            raise ValueError(f"the image of job {job.provider_job} is not what the job says")
        writing = Writing()
        work = partial(_write, job, writing)
        return await self._judged(work, writing, self.settings.write_timeout_s)

    async def _judged(self, work: Callable[[Session], JobOutcome], writing: Writing, limit_s: float) -> JobOutcome:
        try:
            return await self._with_card(work, writing, limit_s)
        except PcscError as error:
            if writing.began or error.trouble not in ("no_card", "mute"):
                return CardUnknown(str(error))
            return NoCard() if error.trouble == "no_card" else OtherCard()
        except (_HangsError, GarbledError, RefusedError) as error:
            return CardUnknown(str(error))

    async def _with_card(self, work: Callable[[Session], T], writing: Writing, limit_s: float) -> T:
        """Do `work` on a thread that has the card; one at a time, whatever becomes of who asked for it."""
        async with self._turn:
            if self._under_way is not None:
                await asyncio.wait([self._under_way], timeout=limit_s)
                if self._hangs or not self._under_way.done():
                    raise _HangsError
            task = asyncio.ensure_future(in_daemon_thread(partial(self._on_thread, work), f"{self.name} card"))
            task.add_done_callback(self._ended)
            self._under_way = task
            done, _ = await asyncio.wait([task], timeout=limit_s)
            if done:
                return task.result()
            self._hangs = True
            writing.stop.set()
            raise _HangsError

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._hangs = False
        with contextlib.suppress(asyncio.CancelledError):
            task.exception()  # taken by whoever waits, if anybody does

    def _on_thread(self, work: Callable[[Session], T]) -> T:
        with Service(self._address) as service:
            reader = service.reader()
            if self.settings.direct:
                return self._directly(service, reader, work)
            try:
                opened = service.card(reader)
            except PcscError as error:
                if error.trouble == "mute" and not service.slot(reader).present:  # it was just pulled out
                    raise PcscError("no_card", str(error)) from error
                raise
            with opened as card:
                return work(Session(card.transmit, self._layout, self.settings))

    def _directly(self, service: Service, reader: str, work: Callable[[Session], T]) -> T:
        """Where the reader is spoken to and not the card, nobody but the slot tells that it is still the same one."""
        slot = service.slot(reader)
        if not slot.present:
            raise PcscError("no_card", "there is no card in the reader")

        def is_gone() -> bool:
            now = service.slot(reader)
            return not now.present or now.moves != slot.moves

        with service.card(reader, self.settings.escape_code) as card:

            def transmit(command: bytes) -> bytes:
                if is_gone():
                    raise PcscError("no_card", "the card was taken out")
                try:
                    return card.transmit(command)
                except PcscError as error:
                    if is_gone():
                        raise PcscError("no_card", "the card was taken out") from error
                    raise

            return work(Session(transmit, self._layout, self.settings))


def _write(job: CardJob, writing: Writing, session: Session) -> JobOutcome:
    return session.write(job, writing)
