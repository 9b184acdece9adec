"""How the simulated terminal speaks to the register, and every way in which that goes wrong."""

import asyncio
from typing import Literal, NamedTuple, get_args

from drivers.transbank_pos import simulator_talk as words
from drivers.transbank_pos.simulator_wire import pack
from kiosk.testing.cable import Cable
from kiosk.testing.simulator import Faults, Talk

FRAME_TRIES = 3

Moment = Literal["request", "acknowledged", "card", "pin", "bank", "booked", "answer", "answered"]

CODE_FAULTS = {
    "declined": ("bank", "01"),
    "declined_93": ("bank", "93"),
    "host_silent": ("bank", "02"),
    "connection_failed": ("bank", "03"),
    "card_unsupported": ("card", "06"),
    "read_error": ("card", "09"),
    "invalid_card": ("card", "20"),
    "below_minimum": ("start", "10"),
    "unsupported": ("start", "12"),
}
"""Faults that end the next sale with a code of the sheet: where, and which."""

FAULTS = {
    **{name: f"the next sale ends with {code} {words.CODES[code]}" for name, (_, code) in CODE_FAULTS.items()},
    "reversal_code": "the next reversal is answered with `code` (02) and does nothing",
    "lost_request": "a command never arrives",
    "no_ack": "a command is acted on, but its acknowledgement is lost",
    "nak": "a command is answered with NAK and not acted on",
    "lost_answer": "an answer is lost, however often it is sent",
    "doubled_answer": "an answer comes twice",
    "bad_lrc": "an answer's check byte is wrong",
    "bit_flip": "a bit of an answer flips",
    "garbage": "noise comes before an answer",
    "half_frame": "an answer breaks off in the middle",
    "short_answer": "a refused sale is answered with code, merchant and terminal only",
    "slow": "an answer comes after `seconds` (3)",
    "silent": "hears everything and answers nothing",
    "unplug": "the cable is pulled at a `moment` of a sale or reversal (booked): " + ", ".join(get_args(Moment)),
    "dies": "the power goes at a `moment` (booked): with the default it has approved and dies before answering",
}
"""Faults of one frame may be narrowed by `function`, as 0200, 0210, 0260."""


class Model(NamedTuple):
    """How this terminal is built. Times in seconds."""

    commerce: str = "597000000001"
    card_wait_s: float = 60.0
    pin_wait_s: float = 60.0
    bank_wait_s: float = 60.0
    ack_wait_s: float = 2.0
    pause_s: float = 0.15
    """Between its acknowledgement and what it says next; a library that cuts frames by gaps of 100 ms needs it."""


class PowerCut(Exception):
    """The power went in the middle of a command."""


class Speaker:
    """Says frames until they are acknowledged; cable, power and noise strike here."""

    def __init__(self, faults: Faults, talk: Talk, cable: Cable, ack_wait_s: float) -> None:
        self._faults = faults
        self._talk = talk
        self._cable = cable
        self._ack_wait_s = ack_wait_s
        self._ack: asyncio.Future[bool] | None = None

    def answered(self, *, understood: bool) -> None:
        """The register acknowledged a frame, or did not understand it."""
        if self._ack is not None and not self._ack.done():
            self._ack.set_result(understood)

    def say(self, data: bytes, what: str) -> None:
        """Bytes, and what they are in words."""
        self._talk.said(what if self._cable.send(data) else f"nothing, for nobody reads: {what}", data)

    async def strike(self, moment: Moment) -> None:
        """Pull the cable or the plug, if that is to happen now."""
        for name in ("unplug", "dies"):
            for fault in [armed for armed in self._faults.armed if armed.name == name]:
                if fault.more.get("moment", "booked") != moment:
                    continue
                self._faults.take(name, **fault.more)
                if name == "unplug":
                    self._talk.said("nothing: the cable is pulled")
                    self._cable.unplug()
                else:
                    self._talk.said("nothing: the power is gone")
                    raise PowerCut

    async def deliver(self, text: str) -> None:
        """Say it until the register acknowledges it, three times at most."""
        function = text[:4]
        if fault := self._faults.take("slow", function=function):
            await asyncio.sleep(float(fault.more.get("seconds", 3)))
        if self._faults.take("lost_answer", function=function):
            self._talk.said(f"nothing: {words.answer(text)!r} is lost on the way")
            return
        for _ in range(FRAME_TRIES):
            self.say(self._spoiled(text, function), words.answer(text))
            if self._faults.take("doubled_answer", function=function):
                self.say(pack(text), f"the same again: {words.answer(text)}")
            await self.strike("answer")
            if await self._acknowledged():
                break
        await self.strike("answered")

    def _spoiled(self, text: str, function: str) -> bytes:
        data = pack(text)
        if self._faults.take("bad_lrc", function=function):
            data = data[:-1] + bytes([data[-1] ^ 0x55])
        if self._faults.take("bit_flip", function=function):
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]
        if self._faults.take("half_frame", function=function):
            data = data[: len(data) // 2]
        if self._faults.take("garbage", function=function):
            data = bytes([0xFF, 0x00, 0x15, 0x80, 0x03, 0x7F, 0x7C]) + data
        return data

    async def _acknowledged(self) -> bool:
        self._ack = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._ack_wait_s):
                return await self._ack
        except TimeoutError:
            return False
        finally:
            self._ack = None
