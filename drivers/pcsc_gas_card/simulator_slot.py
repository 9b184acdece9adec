"""The slot of the simulated reader: what goes over the wire to vpcd, and every way in which that goes wrong.

vpcd knows a card by a connection: it is in while somebody is connected. It asks for the answer to reset (ATR) all the
time, and passes commands on.
"""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from drivers.pcsc_gas_card.simulator_chips import ATRS, CHIPS, Card, PulledError
from drivers.pcsc_gas_card.simulator_talk import answer_in_words, in_words, without_keys
from kiosk.testing.simulator import Fault, Faults, Talk

FAULTS = {
    "pull_mid_write": "the card is pulled out after `after` (0) whole writes and `bytes` (8) of the next one",
    "pull_before_answer": "the card is pulled out after a command is done, before its answer",
    "pull_at": "the card is pulled out instead of a command",
    "slow": "an answer comes after `seconds` (3)",
    "silent": "the card says nothing more to anything, while it is powered",
    "garbage": "an answer is bytes without meaning",
    "garbage_status": "an answer ends with a status word that does not exist",
    "half_answer": "an answer is a single byte",
    "refuse": "a command is answered with `status` (6986) and not carried out",
    "write_lies": "a write is answered well and not carried out",
    "bit_flip": "a bit of what is read flips",
    "protection_bytes": "reading gives four bytes more, as some firmware does",
}
"""Those of one command may be narrowed by `ins`, as B0, D0, 20; all but the first strike any command else."""

WRITES = ("D0", "D6", "D2")
_OFF, _ON, _RESET, _ATR = b"\x00", b"\x01", b"\x02", b"\x04"
_NEW, _SAME = b"n", b"s"
"""What a card says first: it has to be seen to come, or it was there already."""
_AGAIN_S = 0.02


class _MuteError(Exception):
    """Power was given, and nothing came: vpcd knows no such card, but takes a line that breaks for one."""


class Slot:
    """See the module. One card at most is in it."""

    def __init__(self, wire: Path, faults: Faults, talk: Talk, keep: Callable[[Card], None]) -> None:
        """`keep` makes what is on a card durable."""
        self._wire = wire
        self._faults = faults
        self._talk = talk
        self._keep = keep
        self._task: asyncio.Task[None] | None = None
        self.card: Card | None = None
        self.mute = False
        self.written = 0
        """Commands to write that were carried out whole, since the card came."""
        self.written_ever = 0
        """And since the simulator began."""
        self.keys = 0
        """Keys that were ever presented to any card."""

    def insert(self, card: Card, *, mute: bool = False) -> None:
        """Put a card in; `mute`, and it is upside down."""
        self.card, self.mute, self.written = card, mute, 0
        self._task = asyncio.get_running_loop().create_task(self._hold(card))

    async def pull(self) -> None:
        """Take it out."""
        self.card = None
        task, self._task = self._task, None
        if task is not None and task is not asyncio.current_task():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _hold(self, card: Card) -> None:
        """Be connected, with whatever pcscd runs, for as long as the card is in."""
        first = _NEW
        while self.card is card:
            try:
                reader, writer = await asyncio.open_unix_connection(self._wire)
            except OSError:
                await asyncio.sleep(_AGAIN_S)
                continue
            try:
                writer.write(first)
                first = _NEW
                await self._serve(card, reader, writer)
            except _MuteError:
                first = _SAME
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(_AGAIN_S)
            except PulledError:
                self._talk.said("nothing: the card is pulled out")
                self.card = None
            finally:
                writer.transport.abort()

    async def _serve(self, card: Card, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chip = CHIPS[card.kind](card, lambda: self._keep(card), self._torn)
        fresh = False
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            command = await reader.readexactly(length)
            if command == _ATR:
                if self.mute and fresh:
                    raise _MuteError
                answer = ATRS[card.kind]
            elif command in (_ON, _RESET, _OFF):
                chip = CHIPS[card.kind](card, lambda: self._keep(card), self._torn)
                fresh = command != _OFF
                continue
            else:
                self._talk.heard(in_words(command), without_keys(command))
                answer = await self._answer(chip.answer, command)
                self._talk.said(answer_in_words(command, answer), answer)
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()

    async def _answer(self, carry_out: Callable[[bytes], bytes], command: bytes) -> bytes:
        name = command[1:2].hex().upper()
        self.keys += name == "20" and len(command) > 4

        def strikes(fault: str) -> Fault | None:
            return self._faults.take(fault, ins=name)

        if strikes("pull_at"):
            raise PulledError
        if strikes("silent"):
            await asyncio.Event().wait()
        if fault := strikes("slow"):
            await asyncio.sleep(float(fault.more.get("seconds", 3)))
        if fault := strikes("refuse"):
            return bytes.fromhex(str(fault.more.get("status", "6986")))
        if name in WRITES and strikes("write_lies"):
            return b"\x90\x00"
        answer = carry_out(command)
        if name in WRITES and answer[-2] == 0x90:
            self.written += 1
            self.written_ever += 1
        if strikes("pull_before_answer"):
            raise PulledError
        return self._spoiled(answer, strikes)

    def _spoiled(self, answer: bytes, strikes: Callable[[str], Fault | None]) -> bytes:
        data, status = answer[:-2], answer[-2:]
        if data and strikes("bit_flip"):
            data = data[:-1] + bytes([data[-1] ^ 0x10])
        if data and strikes("protection_bytes"):
            data += b"\xff\xff\xff\xff"
        if strikes("garbage"):
            return b"\x13\x37\xde\xad\xbe\xef\x00"
        if strikes("garbage_status"):
            return data + b"\x12\x34"
        return b"\x90" if strikes("half_answer") else data + status

    def _torn(self) -> int | None:
        """How many bytes of the write that begins now are written before the card is out."""
        for fault in self._faults.armed:
            if fault.name == "pull_mid_write" and self.written >= int(fault.more.get("after", 0)):
                self._faults.take("pull_mid_write", **fault.more)
                return int(fault.more.get("bytes", 8))
        return None
