"""A hub that is away for days: asked ever less often, never in step with other terminals, and told of once."""

import asyncio
import contextlib
import logging

import pytest

from kiosk.sync.pausing import Pauses
from kiosk.sync.settings import HubSettings


async def test_a_hub_that_is_away_for_days(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    slept: list[float] = []

    def timeout(seconds: float) -> contextlib.AbstractAsyncContextManager[None]:
        slept.append(seconds)
        raise TimeoutError

    monkeypatch.setattr(asyncio, "timeout", timeout)
    pauses = Pauses(HubSettings(url="https://hub", retry_s=1, longest_pause_s=300), "all waits")
    with caplog.at_level(logging.INFO):
        for second in range(1000):
            await pauses.after(f"the hub does not answer: no answer (at {second})")
        wanted = [min(2.0**n, 300) for n in range(1000)]
        assert all(most / 2 <= pause <= most for pause, most in zip(slept, wanted, strict=True))
        assert len(set(slept[100:])) > 10  # terminals that began together do not stay together
        await pauses.after("the hub refuses: revoked (pair it again)")
        pauses.over()
        pauses.over()
        await pauses.after("the hub refuses: revoked (pair it again)")
    assert [record.getMessage() for record in caplog.records] == [
        "the hub does not answer: no answer (at 0); all waits",
        "the hub refuses: revoked (pair it again); all waits",
        "the hub answers again",
        "the hub refuses: revoked (pair it again); all waits",
    ]
    assert slept[-1] <= 1
