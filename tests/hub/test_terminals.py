"""Those of a city's terminals that somebody should look at first, on both databases; and one look for all who look."""

import asyncio

import msgspec
import pytest

from hub import looking
from hub.looking import Looks
from hub.store import Store, StoreBusyError, Terminal
from hub.terminals import SILENT_MS, Overview, overview, trusted
from kiosk.protocol.status import DeviceStatus, Status

NOW_MS = 1_795_500_000_000
WELL = Status(version="1.2.3", money_open=True, rows=0, devices=())
TOLD = {
    "W": WELL,
    "M": msgspec.structs.replace(WELL, money_open=False),
    "P": msgspec.structs.replace(WELL, devices=(DeviceStatus(name="p", role="r", state="ready", reasons=("x",)),)),
    "O": msgspec.structs.replace(WELL, devices=(DeviceStatus(name="p", role="r", state="offline"),)),
    "C": msgspec.structs.replace(WELL, closed="back at two", money_open=False),
    "S": msgspec.structs.replace(WELL, money_open=False),
    "R": WELL,
}


async def pair(store: Store, hall: str, name: str) -> Terminal:
    code = f"{hall} {name}".encode()
    await store.offer(code, hall, name, NOW_MS)
    terminal = await store.pair(code, f"key of {hall} {name}", b"key", NOW_MS)
    assert terminal is not None
    return terminal


async def tell(store: Store, hall: str) -> None:
    for name, status in TOLD.items():
        heard_ms = NOW_MS - SILENT_MS - (name == "S")
        await store.report(await pair(store, hall, name), status, heard_ms)
    await pair(store, hall, "N")
    await store.revoke(hall, "R")


def places(found: Overview) -> list[tuple[str, str, str]]:
    return [(seen.hall, seen.terminal, seen.state) for seen in found.first]


async def test_those_that_need_somebody_come_first(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    for hall in ("a", "b"):
        await tell(store, hall)
    found = await overview(store, "b", NOW_MS, 60)
    assert places(found) == [
        ("b", "M", "trouble"),
        ("b", "O", "trouble"),
        ("b", "P", "trouble"),
        ("b", "S", "silent"),
        ("b", "C", "closed"),
        ("b", "N", "new"),
        ("b", "W", "well"),
        ("b", "R", "revoked"),
    ]
    assert (found.total, found.troubled) == (8, 4)
    assert {seen.terminal: seen.status for seen in found.first} == {**TOLD, "N": None}
    found = await overview(store, "", NOW_MS, 7)
    assert [place[:2] for place in places(found)] == [
        *(("a", n) for n in "MOP"),
        *(("b", n) for n in "MOP"),
        ("a", "S"),
    ]
    assert (found.total, found.troubled) == (16, 8)
    assert await overview(store, "c", NOW_MS, 60) == Overview()

    sender = Terminal(hall="b", terminal="M", key_id="", public_key=b"")
    await store.report(sender, WELL, NOW_MS)  # it takes money again
    assert ("b", "M", "well") in places(await overview(store, "b", NOW_MS, 60))


async def test_what_a_terminal_of_another_version_says(stores: tuple[Store, Store]) -> None:
    store, _ = stores
    await store.report(await pair(store, "a", "W"), WELL, NOW_MS)
    async with store.work() as sql:
        await sql("UPDATE status SET body = '{}'")
    assert await trusted(store, "a") == {"W": None}
    assert [seen.status for seen in (await overview(store, "a", NOW_MS, 60)).first] == [None]


async def test_any_number_of_browsers_cost_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    halls: list[str] = []
    answer = asyncio.Event()

    async def look(hall: str) -> int:
        halls.append(hall)
        await answer.wait()
        return len(halls)

    looks = Looks({"terminals": look})
    gone, *browsers = [asyncio.create_task(looks.at("terminals", hall)) for hall in ("", "", "a", "", "a")]
    await asyncio.sleep(0)
    gone.cancel()  # takes it from nobody
    await asyncio.sleep(0)
    answer.set()
    assert await asyncio.gather(*browsers) == [2] * 4
    assert halls == ["", "a"]
    monkeypatch.setattr(looking, "FRESH_S", 0.0)
    assert await looks.at("terminals", "") == 3


async def test_a_database_that_is_busy_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = 0

    async def look(_: str) -> int:
        nonlocal looked
        looked += 1
        if looked == 1:
            raise StoreBusyError("away")
        return looked

    looks = Looks({"terminals": look})
    asked = await asyncio.gather(*(looks.at("terminals", "") for _ in range(2)), return_exceptions=True)
    assert [str(each) for each in asked] == ["away", "away"]
    monkeypatch.setattr(looking, "FRESH_S", 0.0)
    assert await looks.at("terminals", "") == 2
