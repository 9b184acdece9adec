"""What terminals cost that have nothing to send: each tells how it is, asks for commands and attends its queue."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from benchmarks.terminals import Journal, answer, question
from kiosk.protocol import commands, status
from kiosk.protocol.envelope import decode
from kiosk.queueing import hall
from kiosk.queueing.rules import Business
from kiosk.sync.settings import HubSettings

BUSINESS = Business(letter="A", name="缴费", name_en="Payments", windows=(1, 2))
PLAN = msgspec.Raw(msgspec.json.encode(hall.HallPlan(business=(BUSINESS,))))
DEVICES = tuple(status.DeviceStatus(name=f"device {n}", role="receipt_printer", state="ready") for n in range(6))
STATUS = msgspec.json.encode(status.Status(version="1.0.0", money_open=True, rows=0, devices=DEVICES))
POLL = msgspec.json.encode(commands.Poll())
PATIENCE_S = commands.HOLD_S + 15


class Resting:
    """Terminals, each with its three lines to the hub open all the time."""

    def __init__(self, ports: Sequence[int], terminals: Sequence[Journal]) -> None:
        self.answers = 0
        self.failures: list[str] = []
        """In words: lines that broke, questions without an answer and those that were refused."""
        self._lines = [
            asyncio.create_task(line)
            for n, each in enumerate(terminals)
            for line in self._of(each, ports[n % len(ports)], commands.HOLD_S * n / len(terminals))
        ]

    async def end(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.cancel()
        await asyncio.wait(self._lines)

    def _of(self, terminal: Journal, port: int, after_s: float) -> list[Any]:
        ledger = decode(terminal.rows[0]).ledger
        since = 0

        def attending() -> bytes:
            nonce = secrets.token_hex(16)
            return msgspec.json.encode(hall.Attending(ledger=ledger, since=since, plan=PLAN, nonce=nonce))

        def hear_news(said: bytes) -> None:
            nonlocal since
            signed = msgspec.json.decode(said, type=hall.SignedAnswer)
            since = msgspec.json.decode(signed.said, type=hall.HallNews).version

        async def asks(path: str, say: Callable[[], bytes], hear: Callable[[bytes], object], pause_s: float) -> None:
            await asyncio.sleep(after_s)
            while True:
                try:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                    while True:
                        writer.write(question(terminal.key, path, "application/json", say()))
                        async with asyncio.timeout(PATIENCE_S):
                            hear(await answer(reader))
                        self.answers += 1
                        await asyncio.sleep(pause_s)
                except (OSError, TimeoutError, asyncio.IncompleteReadError, msgspec.DecodeError) as error:
                    self.failures.append(f"{path}: {type(error).__name__}: {error}")
                    await asyncio.sleep(1)

        heard = msgspec.json.Decoder(status.Heard).decode
        given = msgspec.json.Decoder(commands.Commands).decode
        return [
            asks("/v1/status", lambda: STATUS, heard, HubSettings().report_s),
            asks(commands.PATH, lambda: POLL, given, 0),
            asks(hall.PATH, attending, hear_news, 0),
        ]
