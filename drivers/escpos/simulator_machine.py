"""The simulated printer's insides: receive buffer, print head, sensors, cutter and what it says about them.

Real-time questions are answered when they arrive; everything else waits its turn in the receive buffer, and waits
longer while the paper is out or the cover is open, which is how a slip comes out after the refill.
"""

import asyncio
import contextlib
from typing import Protocol

import msgspec

from drivers.escpos.simulator_paper import DOTS_PER_MM, HEAD_TO_CUTTER, LINE, Cell, Paper, Piece
from drivers.escpos.simulator_stream import Command, Encoding, Glyph, Item, RealTime, Unknown, take
from drivers.escpos.simulator_talk import Ear, answer_in_words
from kiosk.testing.simulator import Faults, Talk

FAULTS = {
    "no_reply": "an answer is lost; narrow by `kind` (status, proof, roll, asb, id)",
    "half_reply": "an answer breaks off in the middle (a single byte is lost); narrow by `kind`",
    "garbage_reply": "an answer is bytes without meaning; narrow by `kind`",
    "late_reply": "an answer comes after `seconds` (1); narrow by `kind`",
    "asb_interleaved": "an automatic status block comes with a status answer, or in the middle of a proof",
    "lost_proof": "the slip is printed and the proof of it is lost",
    "paper_out_mid_slip": "the paper ends after `after_lines` (3) lines of the next slip",
    "cover_opened_mid_slip": "the cover is opened after `after_lines` (3) lines of the next slip",
    "unplugged_mid_slip": "the cable is pulled after `after_lines` (3) lines of the next slip",
    "power_off_mid_slip": "the power fails after `after_lines` (3) lines of the next slip",
    "cutter_jam": "the next cut jams; only DLE ENQ clears it (10 05 02 drops the buffers)",
    "near_end_flicker": "the near-end sensor changes at each question",
    "stall": "stops reading for `seconds` (5): its buffer is full",
    "slow": "prints the next slip at `mm_per_s` (20)",
    "ignores_enquiry": "DLE ENQ has no effect",
}

ABOUT_ITSELF = {65: "1.07 ESC/POS", 66: "MENKOU", 67: "SIM-T80VII", 68: "T0K7000186"}
"""GS I: firmware, maker, model, serial number."""

_AMBUSHES = ("paper_out_mid_slip", "cover_opened_mid_slip", "unplugged_mid_slip", "power_off_mid_slip")


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """Which printer this is."""

    paper_mm: int
    encoding: Encoding
    mm_per_s: float
    buffer_bytes: int
    presenter: bool
    gs_h: bool
    gs_i: bool


class Surroundings(Protocol):
    """What is around the machine."""

    def send(self, data: bytes) -> None:
        """Bytes to the terminal."""

    def hold(self, on: bool) -> None:
        """Stop or resume taking bytes from the wire."""

    def keep(self, piece: Piece, raw: bytes, how: str) -> None:
        """A finished piece of paper, the bytes that made it, and how it came off (`cut`, `torn`)."""

    def note(self, what: str) -> None:
        """Something that a sensible terminal would not send."""

    def strike(self, mishap: str) -> None:
        """A mishap of `FAULTS` happens now, in the middle of a slip."""


class Machine:
    """See the module."""

    def __init__(self, model: Model, faults: Faults, talk: Talk, around: Surroundings) -> None:
        self._model = model
        self._faults = faults
        self._talk = talk
        self._ear = Ear(model.encoding, talk.heard)
        self._around = around
        self.paper = Paper(model.paper_mm)
        self._wake = asyncio.Event()
        self._held = False
        self._stalled = False
        # What the hand did:
        self.powered = True
        self.paper_out = False
        self.near_end = False
        self.cover_open = False
        self.cutter_error = False
        self.cutter_blocked = False
        self.mechanical_error = False
        self.head_hot = False
        self.slip_in_exit = False
        self._raw = bytearray()
        self._lines = 0
        self._ambush: tuple[str, int] | None = None
        self._speed = model.mm_per_s
        self._debt_s = 0.0
        self._last_asb = b""
        self._power_up()

    def _power_up(self) -> None:
        self._buffer = bytearray()
        self._real_time = RealTime()
        self._ear.reset()
        self._asb_mask = 0
        self._initialize()

    def _initialize(self) -> None:
        """ESC @: modes back to their defaults; what is in the line buffer is lost."""
        self._cells: list[Cell] = []
        self._chinese = True
        self._align = 0
        self._bold = False
        self._underline = False
        self._size = (1, 1)
        self._chinese_size = (1, 1)
        self._spacing = LINE
        self._qr_module = 3
        self._qr_text = ""

    # -- the wire ---------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        """Bytes from the terminal."""
        if not self.powered:
            return
        start = 0
        for kind, n, end in self._real_time.scan(data):
            self._take_in(data[start : max(end, 0)])
            start = max(end, 0)
            self._ear.asked(kind, n)
            if kind == "EOT":
                self._answer(bytes((self._status(n),)), "status", n)
            else:
                self._enquire(n)
        self._take_in(data[start:])
        if fault := self._faults.take("stall"):
            self._stalled = True
            asyncio.get_running_loop().call_later(float(fault.more.get("seconds", 5)), self.unstall)
        self._wake.set()
        self._regulate()

    def _take_in(self, data: bytes) -> None:
        self._buffer += data
        self._ear.hear(data)

    def unstall(self) -> None:
        """End a stall."""
        self._stalled = False
        self._regulate()

    def _regulate(self) -> None:
        """Hold the terminal off while the buffer is full of commands that wait."""
        full = len(self._buffer) >= self._model.buffer_bytes and self._next() is not None
        if (full or self._stalled) != self._held:
            self._held = full or self._stalled
            self._around.hold(self._held)

    def _answer(self, reply: bytes, kind: str, n: int = 0) -> None:
        what = answer_in_words(kind, reply, n)
        if kind in ("proof", "roll") and self._faults.take("lost_proof"):
            self._talk.said(f"nothing: the proof is lost ({what})")
            return
        if self._faults.take("no_reply", kind=kind):
            self._talk.said(f"nothing: the answer is lost ({what})")
            return
        if self._faults.take("half_reply", kind=kind):
            reply, what = reply[: len(reply) // 2], f"half of an answer ({what})"
        elif self._faults.take("garbage_reply", kind=kind):
            reply, what = b"\xff\xa5\x80"[: max(1, len(reply))], f"bytes without meaning instead of an answer ({what})"
        elif self._faults.take("asb_interleaved", kind=kind):
            reply = reply[: len(reply) // 2] + self._asb() + reply[len(reply) // 2 :]
            what += ", with a status block in between"
        if fault := self._faults.take("late_reply", kind=kind):
            asyncio.get_running_loop().call_later(float(fault.more.get("seconds", 1)), self._send, reply, what)
        else:
            self._send(reply, what)

    def _send(self, reply: bytes, what: str) -> None:
        self._talk.said(what, reply)
        self._around.send(reply)

    # -- sensors ----------------------------------------------------------------------------------------------------

    @property
    def offline(self) -> bool:
        """Whether printing waits for a person."""
        return self.paper_out or self.cover_open or self.head_hot or self._error

    @property
    def _error(self) -> bool:
        return self.cutter_error or self.mechanical_error

    def _status(self, n: int) -> int:
        """One answer to DLE EOT n: the fixed 0xx1xx10 and the sensors."""
        byte = 0x12
        if n == 1:
            byte |= 0x08 if self.offline else 0
        elif n == 2:
            byte |= (0x04 if self.cover_open else 0) | (0x20 if self.paper_out else 0) | (0x40 if self._error else 0)
        elif n == 3:
            byte |= (0x04 if self.mechanical_error else 0) | (0x08 if self.cutter_error else 0)
            byte |= 0x40 if self.head_hot or self.cover_open else 0
        else:
            if self._faults.take("near_end_flicker"):
                self.near_end = not self.near_end
            byte |= 0x0C if self.near_end or self.paper_out else 0
            if self._model.presenter:
                byte |= (0x20 if self.paper_out else 0) | (0x40 if self.slip_in_exit else 0)
            else:
                byte |= 0x60 if self.paper_out else 0
        return byte

    def _asb(self) -> bytes:
        """The four bytes of automatic status."""
        first = 0x10 | (0x08 if self.offline else 0) | (0x20 if self.cover_open else 0)
        second = (0x04 if self.mechanical_error else 0) | (0x08 if self.cutter_error else 0)
        second |= 0x40 if self.head_hot else 0
        third = (0x03 if self.near_end or self.paper_out else 0) | (0x0C if self.paper_out else 0)
        return bytes((first, second, third, 0))

    def changed(self) -> None:
        """A sensor may have changed: say so if asked to, and go on printing if that is possible now."""
        if self._asb_mask and self.powered and self._asb() != self._last_asb:
            self._last_asb = self._asb()
            self._answer(self._last_asb, "asb")
        self._wake.set()

    def _enquire(self, n: int) -> None:
        """DLE ENQ: leave an error. It matters only while offline, and clears no jam that is still there."""
        if not self.offline or self._faults.take("ignores_enquiry"):
            return
        if n == 2:
            self._buffer.clear()
            self._cells = []
        if n in (1, 2) and not self.cutter_blocked:
            self.cutter_error = False
        self.changed()

    # -- the hand ---------------------------------------------------------------------------------------------------

    def refill(self) -> None:
        """A new roll; the old piece is torn off."""
        piece = self.paper.renew()
        if piece is not None:
            self._finish(piece, "torn")
        self.paper_out = self.near_end = False
        self.changed()

    def power(self, on: bool) -> None:
        """The switch. What was in the buffers is gone; what is on the paper stays there."""
        if on and not self.powered:
            self._power_up()
        self.powered = on
        self._stalled = False
        self._regulate()
        self._wake.set()

    # -- printing ---------------------------------------------------------------------------------------------------

    def _next(self) -> tuple[Item, int] | None:
        return take(bytes(self._buffer[:70000]), self._chinese, self._model.encoding)

    async def run(self) -> None:
        """Print what comes, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self.powered and not self.offline and (found := self._next()) is not None:
                item, length = found
                if item == Command("ESC @") and self._lines == 0:
                    self._raw.clear()  # a slip begins here, whatever was asked before
                if self._buffer[0] != 0x10:  # real-time questions in between are no part of a slip
                    self._raw += self._buffer[:length]
                del self._buffer[:length]
                self._regulate()
                self._execute(item)
                if self._debt_s > 0.005:
                    debt, self._debt_s = self._debt_s, 0.0
                    await asyncio.sleep(debt)

    def _moved(self, dots: int) -> None:
        self._debt_s += dots / DOTS_PER_MM / self._speed

    def _printed(self, dots: int) -> None:
        """A line or picture is on paper."""
        if self._lines == 0:
            slow = self._faults.take("slow")
            self._speed = float(slow.more.get("mm_per_s", 20)) if slow else self._model.mm_per_s
            for name in _AMBUSHES:
                if fault := self._faults.take(name):
                    self._ambush = (name, int(fault.more.get("after_lines", 3)))
        self._lines += 1
        self._moved(dots)
        if self._ambush is not None and self._lines >= self._ambush[1]:
            name, self._ambush = self._ambush[0], None
            self._around.strike(name)

    def _finish(self, piece: Piece, how: str) -> None:
        raw, self._raw = bytes(self._raw), bytearray()
        self._lines = 0
        self._ambush = None
        self.slip_in_exit = self._model.presenter
        self._around.keep(piece, raw, how)

    def _execute(self, item: Item) -> None:
        match item:
            case Glyph():
                self._add(item)
            case Unknown(data=data):
                self._around.note(f"unknown command {data.hex(' ')}")
            case Command(name=name, data=data):
                self._command(name, data)

    def _add(self, glyph: Glyph) -> None:
        if glyph.missing:
            self._around.note("a character that the printer's font lacks")
        across, down = self._chinese_size if glyph.wide else self._size
        cell = Cell(glyph.character, (24 if glyph.wide else 12) * across, 24 * down, self._bold, self._underline)
        if sum(cell.width for cell in self._cells) + cell.width > self.paper.dots:
            self._around.note("a line longer than the paper is wide")
            self._flush()
        self._cells.append(cell)

    def _flush(self) -> None:
        cells, self._cells = self._cells, []
        self._printed(self.paper.print_line(cells, self._align, self._spacing))

    def _command(self, name: str, data: bytes) -> None:
        """Modes and actions; a mode that makes no difference on this paper is accepted and forgotten."""
        match name:
            case "LF":
                self._flush()
            case "ESC @":
                self._initialize()
            case "ESC d":
                for _ in range(data[0] if not self._cells else max(1, data[0])):
                    if self._cells:
                        self._flush()
                    else:
                        self.paper.feed(self._spacing)
                        self._moved(self._spacing)
            case "ESC J":
                if self._cells:
                    self._flush()
                self.paper.feed(data[0])
                self._moved(data[0])
            case "ESC a":
                self._align = data[0] % 48 % 3
            case "ESC E" | "ESC G":
                self._bold = bool(data[0] & 1)
            case "ESC -" | "FS -":
                self._underline = bool(data[0] & 3)
            case "ESC !":
                self._bold = bool(data[0] & 0x08)
                self._size = (2 if data[0] & 0x20 else 1, 2 if data[0] & 0x10 else 1)
            case "GS !":
                self._size = ((data[0] >> 4) % 8 + 1, (data[0] & 0x0F) % 8 + 1)
            case "FS !":
                self._chinese_size = (2 if data[0] & 0x04 else 1, 2 if data[0] & 0x08 else 1)
            case "FS W":
                self._chinese_size = (2, 2) if data[0] & 1 else (1, 1)
            case "FS &":
                self._chinese = True
            case "FS .":
                self._chinese = False
            case "ESC 2":
                self._spacing = LINE
            case "ESC 3":
                self._spacing = data[0]
            case "GS V":
                self._cut(data)
            case "GS v 0":
                scale = (2 if data[0] & 1 else 1, 2 if data[0] & 2 else 1)
                width = data[1] + 256 * data[2]
                if width * 8 * scale[0] > self.paper.dots:
                    self._around.note("a picture wider than the paper")
                self._printed(self.paper.print_raster(width, data[5:], self._align, scale))
            case "GS ( k":
                self._qr(data)
            case "GS ( H":
                if self._model.gs_h and data[:2] == b"00" and len(data) == 6:
                    self._answer(b"\x37\x22" + data[2:] + b"\x00", "proof")
            case "GS r":
                low = self.near_end or self.paper_out
                answer = (0x03 if low else 0) | (0x0C if self.paper_out else 0)
                self._answer(bytes((answer if data[0] in (1, 49) else 0,)), "roll")
            case "GS a":
                self._asb_mask = data[0]
                self._last_asb = b""
                self.changed()
            case "GS I":
                self._identify(data[0])
            case _:
                pass

    def _identify(self, n: int) -> None:
        """GS I: a word between 5F and 00, or one byte. A model without it prints the letter that n is."""
        if not self._model.gs_i:
            self._add(Glyph(chr(n), wide=False))
        elif n in ABOUT_ITSELF:
            self._answer(b"_" + ABOUT_ITSELF[n].encode("ascii") + b"\0", "id")
        elif n in (1, 2, 3, 49, 50, 51):
            self._answer(bytes((0x02 if n in (2, 50) else 0x20,)), "id")

    def _cut(self, data: bytes) -> None:
        if self._cells:
            self._flush()
        if data[0] in (0x41, 0x42):
            self.paper.feed(HEAD_TO_CUTTER + data[1])
            self._moved(HEAD_TO_CUTTER + data[1])
        if self._faults.take("cutter_jam") or self.cutter_blocked:
            self.cutter_error = True
            self.changed()
            return
        self._finish(self.paper.cut(), "cut")

    def _qr(self, data: bytes) -> None:
        """GS ( k for QR codes (cn 49): module size, data, print."""
        match data[:2]:
            case b"1C":
                self._qr_module = data[2]
            case b"1P":
                self._qr_text = data[3:].decode("utf-8", "replace")
            case b"1Q" if self._qr_text:
                self._printed(self.paper.print_qr(self._qr_text, self._qr_module, self._align))
            case _:
                pass

    async def stop(self, task: "asyncio.Task[None]") -> None:
        """End `run`."""
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
