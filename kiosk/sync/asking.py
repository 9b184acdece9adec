"""One question to the hub, again and again until it answers: for what a command has the terminal send or fetch."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from kiosk.ports.http import Lost, Reply
from kiosk.protocol.batch import Refused
from kiosk.sync.identity import identity_in
from kiosk.sync.line import HubLine
from kiosk.sync.pausing import Pauses
from kiosk.sync.settings import HubSettings


class RefusedError(Exception):
    """The hub answered, but not with what was asked for; says why."""


class AtHub:
    """The hub, as whoever this terminal is paired as when it asks."""

    def __init__(self, folder: Path, settings: HubSettings, now: Callable[[], float]) -> None:
        """`folder` is the ledger's; `now`: seconds since 1970, UTC."""
        self._folder = folder
        self._settings = settings
        self._now = now

    async def ask(self, path: str, content: bytes, content_type: str, most: int) -> bytes:
        """The body of its answer, of at most so many bytes; as often as it takes. Raises `RefusedError`,
        `NotPairedError`, `SecretError`, `OSError`."""
        pauses = Pauses(self._settings, f"{path} is asked again")
        line = HubLine(self._settings, self._now, timeout_s=4 * self._settings.timeout_s, most_answer=most)
        async with line:
            while True:
                match await line.ask(identity_in(self._folder).key, path, content_type, content):
                    case Reply(status=200, body=body):
                        return body
                    case Reply(status=status, body=body) if status < 500:
                        raise RefusedError(_why(status, body))
                    case Reply(status=status):
                        await pauses.after(f"the hub answers with HTTP {status}")
                    case Lost(why=why):
                        await pauses.after(f"the hub does not answer: {why}")


def _why(status: int, body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=Refused).detail
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"HTTP {status}"
