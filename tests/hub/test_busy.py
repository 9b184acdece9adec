"""More terminals at once than one process takes in: the others are told to come again, and lose nothing."""

import asyncio
import json
import time
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from hub.accept import Verdict
from hub.app import app
from hub.sqlite import SqliteStore
from hub.store import Terminal
from kiosk.protocol.batch import CONTENT_TYPE, Batch, pack
from kiosk.protocol.chain import GENESIS
from kiosk.protocol.signing import key_id, raw, sign
from tests.hub.test_protocol import KEY, rows

PATH = "/v1/journal"


class Slow(SqliteStore):
    """A database that takes nothing in for as long as it is held up."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.free = asyncio.Event()

    async def accept(self, sender: Terminal, batch: Batch, now_ms: int) -> Verdict:
        await self.free.wait()
        return await super().accept(sender, batch, now_ms)


async def send(hub: Starlette, content: bytes) -> tuple[int, Any]:
    """Post a batch; the status and the answer."""
    headers = sign(KEY, PATH, CONTENT_TYPE, content, time.time())
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    async def tell(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    await hub(scope, receive, tell)
    return said[0]["status"], json.loads(said[1]["body"])


async def test_more_than_it_takes_in_at_a_time_are_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.app.MOST_AT_ONCE", 2)
    store = Slow(tmp_path / "hub.db")
    await store.open()
    try:
        public = KEY.public_key()
        await store.offer(b"code", "tianfu", "T1", 2**62)
        await store.pair(b"code", key_id(public), raw(public), 0)
        hub, content = app(store, KEY), pack("tianfu", GENESIS, rows(3))
        waiting = [asyncio.create_task(send(hub, content)) for _ in range(2)]
        await asyncio.sleep(0)  # now both have begun
        status, answer = await send(hub, content)
        assert (status, answer["problem"]) == (503, "busy")
        store.free.set()
        assert [(status, answer["seq"]) for status, answer in await asyncio.gather(*waiting)] == [(200, 3), (200, 3)]
        status, answer = await send(hub, content)
        assert (status, answer["seq"]) == (200, 3)
    finally:
        await store.aclose()
