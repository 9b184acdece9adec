"""A reader that takes pseudo commands only for itself: the driver before pcscd's library as it is called, with the chip
models behind it. The virtual reader of a real pcscd refuses such commands (test_real_reader.py)."""

import struct
import threading
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from drivers.pcsc_gas_card.driver import PcscGasCard
from drivers.pcsc_gas_card.settings import PcscGasCardSettings
from drivers.pcsc_gas_card.simulator_chips import CHIPS, Card, Chip, new_card
from kiosk.devices.gas_card import CardUnknown, GasCard, Landed, NoCard, OtherCard, Presence
from kiosk.ports import pcsc
from tests.pcsc_gas_card import company

READER = b"ACS ACR38U 00 00"
DIRECT, NO_PROTOCOL = 3, 0
CODE = 0x42000000 + 2079
EMPTY, PRESENT, MUTE, IN_USE = 0x10, 0x20, 0x200, 0x100
NOT_TRANSACTED = 0x80100016
UNSUPPORTED = 0x8010001F
TIMEOUT = 0x8010000A


class Library:
    """pcscd's library with one reader behind it. It powers the card itself, so whoever else asks finds it mute."""

    def __init__(self) -> None:
        self.chip: Chip | None = None
        self.came = 0
        self.calls: list[str] = []
        self.before: Callable[[bytes], None] = lambda _: None
        """Done as a command arrives."""
        self._news = threading.Event()

    def insert(self, card: Card | None) -> None:
        self.chip = None if card is None else CHIPS[card.kind](card, lambda: None, lambda: None)
        self.came += card is not None
        self._news.set()

    def state(self) -> int:
        """As the service has it, who says so too when it is used."""
        in_use = IN_USE if self.calls else 0
        return (self.came << 16) | in_use | (EMPTY if self.chip is None else PRESENT | MUTE)

    def __getattr__(self, name: str) -> Callable[..., int]:
        """What is not here does nothing; a card's own command would be one too many."""
        here: dict[str, Callable[..., int]] = {
            "SCardListReaders": self._list,
            "SCardGetStatusChange": self._wait,
            "SCardConnect": self._connect,
            "SCardControl": self._control,
            "SCardGetAttrib": self._attribute,
        }
        assert name != "SCardTransmit"
        return here.get(name, lambda *_: 0)

    def _list(self, _context: Any, _groups: Any, names: Any, length: Any) -> int:
        told = READER + b"\0\0"
        length._obj.value = len(told)
        if names is not None:
            names[: len(told)] = told
        return 0

    def _wait(self, _context: Any, wait_ms: int, state: Any, _count: int) -> int:
        if state._obj.current == self.state() and wait_ms:
            self._news.clear()
            if not self._news.wait(wait_ms / 1000):
                return TIMEOUT
        state._obj.event = self.state()
        return 0

    def _connect(self, _context: Any, _reader: bytes, *asked: Any) -> int:
        self.calls.append(f"connect {asked[0]} {asked[1]}")
        return 0

    def _attribute(self, _handle: Any, which: int, value: Any, length: Any) -> int:
        """As a driver of readers on USB answers: no type, and the device's own number of its version, 1.12."""
        told = {0x00010100: b"ACS\0", 0x00010102: struct.pack("=I", 0x01120000)}.get(which)
        if told is None:
            return UNSUPPORTED
        value[: len(told)] = told
        length._obj.value = len(told)
        return 0

    def _control(self, _handle: Any, code: int, *asked: Any) -> int:
        command, length, answer, room, returned = asked
        assert (code, len(command)) == (CODE, length)
        self.before(command)
        if self.chip is None:
            return NOT_TRANSACTED
        said = self.chip.answer(command)
        assert len(said) <= room
        answer[: len(said)] = said
        returned._obj.value = len(said)
        return 0


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    library = Library()
    monkeypatch.setattr(pcsc, "_library", lambda _: library)
    return library


@pytest.fixture
async def driver(library: Library) -> AsyncIterator[PcscGasCard]:
    settings = PcscGasCardSettings(chips=("sle4442", "at24c"), direct=True, escape_code=2079)
    driver = PcscGasCard("cards", "pcsc://ACR38", settings)
    await driver.open()
    assert await driver.status() is not None
    yield driver
    await driver.aclose()


def card(kind: Any = "sle4442", number: str = "0200000284") -> Card:
    image = company.image(count=6, gas=0, total=29500)
    return new_card(number, kind, bytearray(image), company.key(number, 0, 0 if kind == "at24c" else 3))


@pytest.mark.parametrize("kind", ["sle4442", "at24c"])
async def test_read_and_written_through_the_readers_own_commands(
    library: Library, driver: PcscGasCard, kind: str
) -> None:
    assert await driver.read() == NoCard()
    mine = card(kind)
    library.insert(mine)
    seen = await driver.changed(Presence("empty", 0))
    assert seen == Presence("card", 1)  # though it is mute to whoever powers it up in the usual way
    read = await driver.read()
    assert isinstance(read, GasCard)
    job = company.sell(read.image, 2500, key_bytes=0 if kind == "at24c" else 3)
    outcome = await driver.write(job)
    assert isinstance(outcome, Landed)
    assert outcome.card.gas_m3 == Decimal(25)
    assert bytes(mine.memory) == job.new_image
    assert set(library.calls) == {f"connect {DIRECT} {NO_PROTOCOL}"}


async def test_the_reader_says_what_it_is(library: Library, driver: PcscGasCard) -> None:
    library.insert(card())
    await driver.changed(Presence("empty", 0))
    await driver.ask_identity()
    assert driver.identity == "ACS ACR38U 00 00, a card in it, maker ACS, version 1.12"


async def test_a_card_swapped_between_two_commands_is_not_written(library: Library, driver: PcscGasCard) -> None:
    """An EEPROM has no key that another card would refuse: only the slot tells."""
    mine, other = card("at24c"), card("at24c")
    library.insert(mine)
    read = await driver.read()
    assert isinstance(read, GasCard)
    untouched = bytes(other.memory)

    def swap(command: bytes) -> None:
        if command[1] == 0xD0:
            library.before = lambda _: None
            library.insert(other)

    library.before = swap
    outcome = await driver.write(company.sell(read.image, 2500, key_bytes=0))
    assert isinstance(outcome, CardUnknown | OtherCard)
    page = 0x20  # the first page of the job came to whichever card was there; nothing more did
    assert bytes(other.memory)[page + 8 :] == untouched[page + 8 :]
    assert bytes(other.memory)[:page] == untouched[:page]


async def test_pulled_out_in_the_middle_is_told_from_a_broken_reader(library: Library, driver: PcscGasCard) -> None:
    library.insert(card())
    library.before = lambda _: library.insert(None)
    assert await driver.read() == NoCard()


def test_cpu_cards_need_a_reader_that_powers_them_up() -> None:
    with pytest.raises(ValueError, match="leave 'cpu' out of 'chips'"):
        PcscGasCard("cards", "pcsc://", PcscGasCardSettings(direct=True))
