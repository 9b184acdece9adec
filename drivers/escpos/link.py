"""The conversation with one connected printer: status, bytes, proofs."""

import asyncio
from typing import Literal

import msgspec

from drivers.escpos import wire
from drivers.escpos.settings import EscPosSettings
from kiosk.ports.port import Port

ProofKind = Literal["gs_h", "gs_r", "none"]


class Silence(msgspec.Struct, frozen=True):
    """The four status questions were not all answered. `heard`: something came, though."""

    heard: bool


class Link:
    """One connection. Raises `PortError` from every method once it is lost. One task at a time."""

    def __init__(self, port: Port, settings: EscPosSettings) -> None:
        self.port = port
        self.proof: ProofKind | None = None if settings.proof == "auto" else settings.proof
        self._settings = settings
        self._inbox = wire.Inbox()
        self._status: list[int] = []
        self._finished: set[bytes] = set()
        self._rolls = 0
        self._texts: list[str] = []
        self._asked_identity = False
        self._heard = False
        self._asb: wire.Sensors | None = None

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _listen(self, timeout_s: float) -> bool:
        """Sort what arrives within the time into its places; whether anything came."""
        data = await self.port.read(max(0.0, timeout_s))
        self._heard = self._heard or bool(data)
        for reply in self._inbox.feed(data):
            match reply:
                case wire.StatusByte(byte=byte):
                    self._status.append(byte)
                case wire.Finished(mark=mark):
                    self._finished.add(mark)
                case wire.RollByte():
                    self._rolls += 1
                case wire.Identity(text=text):
                    self._texts.append(text)
                case wire.Asb(data=block):
                    self._asb = wire.read_asb(block)
                case wire.Noise():
                    pass
        return bool(data)

    async def _ask(self, n: Literal[1, 2, 3, 4]) -> int | None:
        deadline = self._now() + self._settings.reply_timeout_s
        while await self._listen(0):  # late answers to earlier questions
            if self._now() >= deadline:
                return None  # it never stops: no byte of that is an answer
        self._status.clear()
        await self.write(wire.ask(n))
        deadline = self._now() + self._settings.reply_timeout_s
        while not self._status and self._now() < deadline:
            await self._listen(deadline - self._now())
        return self._status[0] if self._status else None

    async def sensors(self) -> wire.Sensors | Silence:
        """How the printer is. A picture of it that is torn is taken once more."""
        sensors = await self._round()
        return await self._round() if isinstance(sensors, wire.Sensors) and sensors.torn else sensors

    async def _round(self) -> wire.Sensors | Silence:
        """Ask all four real-time questions, each after the answer to the one before.

        A missing answer ends the round, since it may come late and answers do not say what they answer.
        """
        self._heard = False
        for _ in range(self._settings.reply_tries):
            answers = []
            for n in (1, 2, 3, 4):
                answer = await self._ask(n)
                if answer is None:
                    break
                answers.append(answer)
            if len(answers) == 4:
                printer, cause, error, roll = answers
                presenter = self._settings.roll_sensor == "presenter"
                return wire.read_status((printer, cause, error, roll), presenter, self._settings.black_mark)
            self._inbox.reset()
        return Silence(self._heard)

    async def write(self, data: bytes) -> None:
        """Send, waiting at most the write time-out. Raises `WriteTimeoutError` too."""
        await self.port.write(data, self._settings.write_timeout_s)

    def forget_change(self) -> None:
        """Have seen what the printer reported by itself."""
        self._asb = None

    async def ask_proof(self, kind: ProofKind, mark: bytes) -> None:
        """Ask for the proof that everything sent so far is on paper."""
        self._finished.clear()
        self._rolls = 0
        if kind == "gs_h":
            await self.write(wire.ask_finished(mark))
        elif kind == "gs_r":
            await self.write(wire.ASK_ROLL)

    async def proven(self, kind: ProofKind, mark: bytes, timeout_s: float) -> bool:
        """Whether the proof came by now, or comes within the time; returns early when the printer reports a change."""
        deadline = self._now() + timeout_s
        while True:
            if (kind == "gs_h" and mark in self._finished) or (kind == "gs_r" and self._rolls):
                return True
            if self._now() >= deadline or self._asb is not None:
                return False
            await self._listen(deadline - self._now())

    async def find_proof(self, mark: bytes) -> ProofKind:
        """What this printer can prove, asked once per connection while it is idle.

        A printer without GS ( H may take it for text: initializing wipes that from its line buffer.
        """
        if self.proof is not None:
            return self.proof
        self._finished.clear()
        self._rolls = 0
        await self.write(wire.INIT + wire.ask_finished(mark) + wire.INIT + wire.ASK_ROLL)
        kind: ProofKind = "none"
        if await self._either(mark):
            # GS r may be answered early; the better proof gets a moment more.
            kind = "gs_h" if await self.proven("gs_h", mark, self._settings.reply_timeout_s) else "gs_r"
            self.proof = kind
        return kind

    async def identity(self) -> tuple[str, ...]:
        """What this printer says to the questions of `wire.IDENTITY`, in their order: asked once per connection, while
        it is idle. Many do not answer. The first silence ends it, for a late answer does not say what it answers.

        A printer without GS I may take it for text: initializing wipes that from its line buffer.
        """
        if self._asked_identity:
            return ()
        self._asked_identity = True
        told: list[str] = []
        for n in wire.IDENTITY:
            self._texts.clear()
            self._inbox.expect_text()
            await self.write(wire.INIT + wire.ask_identity(n) + wire.INIT)
            deadline = self._now() + self._settings.reply_timeout_s
            while not self._texts and self._now() < deadline:
                await self._listen(deadline - self._now())
            if not self._texts:
                break
            told.append(self._texts[0])
        return tuple(told)

    async def _either(self, mark: bytes) -> bool:
        deadline = self._now() + self._settings.probe_timeout_s
        while mark not in self._finished and not self._rolls and self._now() < deadline:
            await self._listen(deadline - self._now())
        return mark in self._finished or self._rolls > 0
