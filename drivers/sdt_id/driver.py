"""`IdReader` over SAM_V, the serial protocol of readers for identity cards ("SDT").

Find, select, read. A card that was read answers no more looks until it is lifted and laid down again, and with readers
that would find it again, the driver itself waits for that. So a card left lying is never the next resident's.
"""

import asyncio
import time
from collections.abc import Callable

import msgspec

from drivers.sdt_id import wire
from drivers.sdt_id.link import BabbleError, Link
from drivers.sdt_id.masking import masking
from drivers.sdt_id.photo import decoded
from drivers.sdt_id.settings import SdtIdSettings
from kiosk.devices import health
from kiosk.devices.id_reader import (
    Again,
    CardRead,
    IdCard,
    IdOutcome,
    IdProgress,
    IdReader,
    LayAgain,
    OnIdProgress,
    ReaderFailed,
    Reading,
    Waiting,
)
from kiosk.ports.errors import PortError
from kiosk.ports.port import open_port
from kiosk.ports.urls import with_speed

_TROUBLE: dict[int, health.Reason] = {
    wire.SELF_TEST_FAILED: "reader_broken",
    wire.RANDOM_FAILED: "reader_broken",
    wire.NO_PRIVILEGE: "reader_not_authorized",
    wire.NOT_AUTHORIZED: "reader_not_authorized",
}


class _Trouble(Exception):
    """The reader says that it cannot do its work."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the reader answers {status:02X}")
        self.reason = _TROUBLE.get(status)


class SdtId(IdReader[SdtIdSettings]):
    """See the module. Everything that uses the port takes turns."""

    Settings = SdtIdSettings
    port_schemes = ("serial", "socket", "spy")

    def __init__(self, name: str, port: str, settings: SdtIdSettings, now: Callable[[], float] = time.time) -> None:
        super().__init__(name, port, settings, now)
        self._url = with_speed(port, 115_200)
        self._lock = asyncio.Lock()
        self._link: Link | None = None
        self._closed = False
        self._sam_id = ""
        self._reading = False
        self._babbled = False
        self._not_lifted = False
        """A reader that finds a card again that was read: it has not been lifted since."""

    async def open(self) -> None:
        """Connect if the reader is there."""
        await self.status()

    async def aclose(self) -> None:
        """See `Device`."""
        self._closed = True
        await self._hang_up()

    @property
    def identity(self) -> str:
        """The security module's number, as much of it as a log may hold."""
        return f"SAM {wire.masked_sam_id(self._sam_id)}" if self._sam_id else ""

    async def status(self) -> health.Health:
        """What its security module says of itself, unless a card is being waited for."""
        if self._reading:
            return health.Busy()
        async with self._lock:
            try:
                link = await self._connected()
                answer = await link.ask(wire.STATUS, self.settings.status_timeout_s)
            except _Trouble as trouble:
                return _needs_attention(trouble)
            except PortError as error:
                await self._hang_up(error)
                return health.Offline(str(error))
        return health.Ready() if answer.status == wire.OK else _needs_attention(_Trouble(answer.status))

    async def read(self, on_progress: OnIdProgress) -> IdOutcome:
        """See `IdReader`."""
        if self._reading:
            return ReaderFailed("a card is being waited for already")
        self._reading = True
        try:
            card = await self._wait_for_card(_Telling(on_progress))
        except (PortError, _Trouble) as error:
            await self._hang_up(error)
            return ReaderFailed(str(error))
        finally:
            self._reading = False
        return CardRead(await self._with_picture(card))

    async def _wait_for_card(self, tell: "_Telling") -> IdCard:
        tell(Waiting())
        while True:
            async with self._lock:
                link = await self._connected()
                if await self._found(link, tell):
                    tell(Reading())
                    card = await self._take(link)
                    if isinstance(card, IdCard):
                        return card
                    tell(LayAgain(card))
            await asyncio.sleep(self.settings.poll_s)

    async def _found(self, link: Link, tell: "_Telling") -> bool:
        """Whether a card lies there that was laid down since one was read."""
        answer = await link.ask(wire.FIND, self.settings.find_timeout_s)
        if answer.status == wire.FOUND:
            if self._not_lifted:
                tell(LayAgain("still_there"))
            return not self._not_lifted
        if answer.status != wire.NOTHING_THERE:
            _raise_trouble(answer)
            return False
        self._not_lifted = False
        if self.settings.presence:
            lies = await link.ask(wire.NEWEST_ADDRESS, self.settings.read_timeout_s)
            if lies.status in (wire.OK, wire.NO_SUCH_ITEM):
                tell(LayAgain("still_there"))
            elif tell.last == LayAgain("still_there"):
                tell(Waiting())
        return False

    async def _take(self, link: Link) -> IdCard | Again:
        """Select and read the card that was found."""
        selected = await self._ask_card(link, wire.SELECT, self.settings.find_timeout_s)
        if selected.status in wire.CARD_REFUSED:
            return "not_accepted"
        if selected.status != wire.OK:
            _raise_trouble(selected)
            return "moved"
        answer = await self._ask_card(link, wire.READ, self.settings.read_timeout_s)
        if answer.status in wire.CARD_REFUSED:
            return "not_accepted"
        if answer.status != wire.OK:
            _raise_trouble(answer)
            return "moved"
        content = wire.content(answer.data)
        card = content and wire.read_text(content.text)
        if content is None or card is None:
            return "other_card"
        again = await link.ask_once(wire.FIND, self.settings.find_timeout_s)
        self._not_lifted = again is not None and again.status == wire.FOUND
        return msgspec.structs.replace(card, photo=content.photo)

    async def _ask_card(self, link: Link, command: wire.Command, timeout_s: float) -> wire.Answer:
        """Once more where the card is to blame: it may have been on its way down."""
        answer = await link.ask(command, timeout_s)
        if answer.status in wire.CARD_REFUSED or answer.status in (wire.NOT_READ, wire.NOT_SELECTED):
            answer = await link.ask(command, timeout_s)
        return answer

    async def _with_picture(self, card: IdCard) -> IdCard:
        if not (card.photo and self.settings.photo_decoder):
            return card
        picture = await decoded(card.photo, self.settings.photo_decoder, self.settings.photo_timeout_s)
        return msgspec.structs.replace(card, picture=picture)

    # -- the connection, under the lock -----------------------------------------------------------------------------

    async def _connected(self) -> Link:
        """The living link, opened anew if need be. Raises `PortError`, `_Trouble`."""
        if self._link is not None and self._link.lost:
            await self._hang_up()
        if self._link is None:
            self._refuse_when_closed()
            port = await open_port(self._url, self.settings.open_timeout_s, masking)
            link = Link(port, self.settings.tries, self.settings.write_timeout_s)
            try:
                self._refuse_when_closed()
                if self._babbled:
                    await link.settle()
                await self._greet(link)
                self._babbled = False
            except BaseException:
                await link.aclose()
                raise
            self._link = link
        return self._link

    async def _greet(self, link: Link) -> None:
        if self.settings.reset:
            await link.ask(wire.RESET, self.settings.reset_timeout_s)
        answer = await link.ask(wire.STATUS, self.settings.status_timeout_s)
        if answer.status != wire.OK:
            raise _Trouble(answer.status)
        answer = await link.ask(wire.SAM_ID, self.settings.status_timeout_s)
        self._sam_id = wire.sam_id(answer.data) if answer.status == wire.OK else ""

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise PortError("the driver was closed")

    async def _hang_up(self, why: Exception | None = None) -> None:
        self._babbled = self._babbled or isinstance(why, BabbleError)
        link, self._link = self._link, None
        if link is not None:
            await link.aclose()


class _Telling:
    """Tells only what is new."""

    def __init__(self, on_progress: OnIdProgress) -> None:
        self.last: IdProgress | None = None
        self._on_progress = on_progress

    def __call__(self, progress: IdProgress) -> None:
        if progress != self.last:
            self.last = progress
            self._on_progress(progress)


def _raise_trouble(answer: wire.Answer) -> None:
    """Raise `_Trouble` where the reader itself, and not the card, is what is wrong."""
    if answer.status in _TROUBLE:
        raise _Trouble(answer.status)


def _needs_attention(trouble: _Trouble) -> health.Health:
    return health.NeedsAttention((trouble.reason,)) if trouble.reason else health.Unknown(str(trouble))
