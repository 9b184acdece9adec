"""The simulated reader itself: a security module, a card that lies on it or not, and what can go wrong."""

import asyncio
import time
from collections.abc import Callable

from drivers.sdt_id import simulator_talk as words
from drivers.sdt_id.simulator_people import FINGER_BYTES, Person, photo_of, text_of
from drivers.sdt_id.simulator_wire import Frames, Heard, packed
from kiosk.testing.cable import Cable
from kiosk.testing.simulator import Faults, Talk

# Those of the line may be narrowed to the answer to one command by `code` ("3001"); `length_lies` has `less`, `slow`
# has `seconds`, `status` the `code` of a command and the `status` it gets.
FAULTS = {
    "silent": "nothing is answered",
    "late": "the answer comes after the next command, before the next answer",
    "wrong_sum": "the answer's checksum is wrong",
    "length_lies": "the answer's length field says more than comes",
    "cut": "half of the answer comes",
    "bytewise": "the answer comes byte by byte",
    "noise": "noise, with a half preamble in it, before the answer",
    "slow": "the answer comes a second later",
    "garbled_request": "the reader hears another checksum",
    "status": "a command is answered with another state",
    "card_moves": "the card is lifted in the middle of the next read",
    "short_text": "a read states and brings 250 bytes of text",
    "no_photo": "a read brings no photo",
    "bad_number": "the number on the card contradicts itself",
    "strange_layout": "the text has a layout that nobody knows",
}
OK, FOUND, NO_ITEM = 0x90, 0x9F, 0x91
BAD_SUM, NO_COMMAND, NOT_READ, NOTHING, NOT_SELECTED = 0x10, 0x21, 0x41, 0x80, 0x81
SELF_TEST, NOT_AUTHORIZED = 0x60, 0x66
LOOKING_S = 1.5
"""A terminal that has not looked for a card for so long waits for none."""


class Reader:
    """See the module. `lay` and `lift` are the resident's hand."""

    def __init__(
        self,
        faults: Faults,
        talk: Talk,
        cable: Cable,
        on_read: Callable[[Person], None],
        *,
        pause_s: float,
        finds_again: bool,
    ) -> None:
        """`finds_again`: a reader of the kind that finds a card again which it has read."""
        self.card: Person | None = None
        self.health = OK
        self.on = True
        self.looks = 0
        self._looked_at = -LOOKING_S
        self.oddities: list[str] = []
        """What no sensible terminal does."""
        self._used = self._selected = False
        self._faults = faults
        self._talk = talk
        self._cable = cable
        self._on_read = on_read
        self._pause_s = pause_s
        self._finds_again = finds_again
        self._frames = Frames()
        self._asked: asyncio.Queue[Heard] = asyncio.Queue(maxsize=64)
        self._late: bytes = b""
        self._work: asyncio.Task[None] | None = None

    @property
    def asks_for_card(self) -> bool:
        """Whether the terminal looks for a card, and none lies there that it could read."""
        looking = time.monotonic() - self._looked_at < LOOKING_S
        return looking and (self.card is None or (self._used and not self._finds_again))

    def begin(self) -> None:
        """Take commands."""
        self._work = asyncio.create_task(self._serve())

    async def stop(self) -> None:
        """Take no more commands."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait([self._work])

    def lay(self, person: Person) -> None:
        """Put a card on it, in place of one that may lie there."""
        self.card = person
        self._used = self._selected = False

    def lift(self) -> None:
        """Take the card away."""
        self.card = None
        self._selected = False

    def receive(self, data: bytes) -> None:
        """What the terminal sends."""
        for heard in self._frames.split(data):
            if self.on and not self._asked.full():
                self._asked.put_nowait(heard)

    async def _serve(self) -> None:
        while True:
            heard = await self._asked.get()
            self._talk.heard(words.asked(heard.command), heard.raw)
            if self._asked.qsize():
                self.oddities.append("a command before the last one was answered")
            await asyncio.sleep(self._pause_s)
            code = heard.command[:2].hex().upper()
            if self._faults.take("silent", code=code):
                self._talk.said("nothing: it is silent")
                continue
            if not heard.good or self._faults.take("garbled_request", code=code):
                await self._say(code, BAD_SUM)
                continue
            if (fault := self._faults.take("status", code=code)) is not None:
                await self._say(code, int(str(fault.more.get("status", "24")), 16))
                continue
            await self._say(code, *self._answer(code))

    def _answer(self, code: str) -> tuple[int, bytes]:
        match code:
            case "10FF" | "11FF":
                return self.health, b""
            case "12FF":
                return OK, bytes.fromhex("05000100D7FE32010100000002000000")
            case "2001":
                self.looks += 1
                self._looked_at = time.monotonic()
                there = self.card is not None and (self._finds_again or not self._used)
                return (FOUND, bytes(4)) if there and self.health == OK else (NOTHING, b"")
            case "2002":
                self._selected = self.card is not None and (self._finds_again or not self._used)
                return (OK, bytes(8)) if self._selected else (NOT_SELECTED, b"")
            case "3001" | "3010":
                return self._read(fingers=code == "3010")
            case "3003":
                return (NOT_READ, b"") if self.card is None else (NO_ITEM, b"")
            case _ if code.startswith("60") or code == "61FF":
                return OK, b""
            case _:
                self.oddities.append(f"command {code}")
                return NO_COMMAND, b""

    def _read(self, *, fingers: bool) -> tuple[int, bytes]:
        self._used = self._used or self._selected
        if self._faults.take("card_moves"):
            self.lift()
        if self.card is None or not self._selected:
            return NOT_READ, b""
        text, photo, finger = self._text(self.card), photo_of(self.card), bytes(FINGER_BYTES if fingers else 0)
        if self._faults.take("no_photo"):
            photo = b""
        if self._faults.take("short_text"):
            text = text[:250]
        sizes = [len(text), len(photo)] + ([len(finger)] if fingers else [])
        self._on_read(self.card)
        return OK, b"".join(size.to_bytes(2, "big") for size in sizes) + text + photo + finger

    def _text(self, person: Person) -> bytes:
        if self._faults.take("bad_number"):
            last = "1" if person.number[-1] == "0" else "0"
            person = person._replace(number=person.number[:-1] + last)
        text = text_of(person)
        return text[:248] + b"Q\0" + text[250:] if self._faults.take("strange_layout") else text

    async def _say(self, code: str, status: int, data: bytes = b"") -> None:
        frame = packed(status, data)
        if fault := self._faults.take("slow", code=code):
            await asyncio.sleep(float(fault.more.get("seconds", 1.0)))
        if self._faults.take("wrong_sum", code=code):
            frame = frame[:-1] + bytes([frame[-1] ^ 1])
        if fault := self._faults.take("length_lies", code=code):
            by = -1 if fault.more.get("less") else 7
            frame = frame[:5] + (int.from_bytes(frame[5:7], "big") + by).to_bytes(2, "big") + frame[7:]
        if self._faults.take("cut", code=code):
            frame = frame[: len(frame) // 2]
        if self._faults.take("noise", code=code):
            frame = b"\x00\xff\xaa\xaa\x96\xaa\xaa\xaa\x96" + frame
        if self._faults.take("late", code=code):
            self._late += frame
            self._talk.said(f"nothing yet: {words.said(status, data)}")
            return
        frame, self._late = self._late + frame, b""
        self._talk.said(words.said(status, data), b"" if len(data) > 16 else frame)
        if self._faults.take("bytewise", code=code):
            for number in frame:
                self._cable.send(bytes([number]))
                await asyncio.sleep(0)
        else:
            self._cable.send(frame)
