"""Requests to the hub. Each is signed. A connection is kept for the next one: every request may be made again, so none
has to know whether it left, and thousands of terminals need not begin TLS anew with each."""

from collections.abc import Callable
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.ports.http import HttpLine, Lost, Reply
from kiosk.protocol.signing import sign
from kiosk.sync.settings import HubSettings

IDLE_S = 20.0
"""How long a connection is kept: longer than `report_s`, shorter than hubs and proxies keep it."""


class HubLine:
    """See the module. Requests can be made while it is entered; entering raises `SecretError`, `ValueError`. Belongs to
    one event loop."""

    def __init__(
        self,
        settings: HubSettings,
        now: Callable[[], float],
        *,
        timeout_s: float | None = None,
        most_answer: int = 1 << 16,
    ) -> None:
        """`now`: seconds since 1970, UTC. `timeout_s` is for one request with its answer, that of the settings unless
        it is given; `most_answer` bytes an answer has at most."""
        if timeout_s is None:
            timeout_s = settings.timeout_s
        self._settings = settings
        self._now = now
        self._line = HttpLine(
            (settings.url.rstrip("/"),),
            timeout_s=timeout_s,
            connect_timeout_s=min(timeout_s, settings.timeout_s),
            max_answer_bytes=most_answer,
            idle_s=IDLE_S,
        )

    async def __aenter__(self) -> Self:
        self._line.open(self._settings.trust())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._line.aclose()

    async def ask(self, key: Ed25519PrivateKey, path: str, content_type: str, content: bytes) -> Reply | Lost:
        """One POST, signed with `key`. Raises nothing for what a hub or a network can do."""
        return await self._line.ask("POST", path, content, sign(key, path, content_type, content, self._now()))
