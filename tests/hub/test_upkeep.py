"""What the hub forgets and what it keeps, on both databases."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hub import portable, postgres_schema
from hub.portable import Sql
from hub.store import Deed, Store
from hub.upkeep import MOST, OF_MATTERS, RULES, STAYS, Upkeep, first_month_kept
from tests.hub.conftest import Browser, Hub

NOW_MS = int(datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp() * 1000)
DAY_MS = 86_400_000


def ago(days: float) -> int:
    return NOW_MS - int(days * DAY_MS)


def test_every_table_has_its_rule() -> None:
    schema = "\n".join((*postgres_schema.MIGRATIONS.values(), *portable.TABLES.values()))
    tables = set(re.findall(r"CREATE TABLE (\w+) \(", schema)) | {"migration"}
    assert len(tables) > 20
    assert tables == RULES.keys() | OF_MATTERS.keys() | STAYS.keys()
    assert not (RULES.keys() | OF_MATTERS.keys()) & STAYS.keys()


@pytest.mark.parametrize(
    ("today", "first"), [("2026-11-29", "2023-11-01"), ("2026-01-31", "2023-01-01"), ("2024-02-29", "2021-02-01")]
)
def test_cases_are_kept_by_whole_months(today: str, first: str) -> None:
    assert first_month_kept(date.fromisoformat(today)).isoformat() == first


Row = tuple[str, tuple[object, ...]]
"""A table, and the values of one of its rows."""
_COMMAND = (
    "INSERT INTO command (id, hall, terminal, who, body, at_ms, until_ms, state) "
    "VALUES ($1, 'h', 'T1', 'chen', '{}', $2, $2, 'done')"
)


def matter(name: str, kind: str, day: str, about: str = "") -> list[Row]:
    rated: list[Row] = [("rated", ("h", name, about))] if kind == "rating" else []
    return [("matter", ("h", name, "T1", "l", kind, day, 1, "{}")), *rated]


def case(name: str, kind: str, day: str, state: str) -> list[Row]:
    return [
        *matter(name, kind, day, f"about {name}"),
        ("case_file", ("h", name, kind, state)),
        ("case_step", ("h", name, 1, 0, "chen", state, "a note")),
    ]


async def put(sql: Sql, rows: Iterable[Row]) -> None:
    for table, values in rows:
        places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
        await sql(" ".join(("INSERT INTO", table, "VALUES (", places, ")")), *values)


async def names(hub: Hub, column: str, table: str) -> list[Any]:
    return sorted(name for (name,) in await hub.sql(" ".join(("SELECT", column, "FROM", table))))


def heard(ms: int) -> Row:
    """A terminal said then how it is."""
    return "status", ("h", "T1", ms, "{}", 4)


async def test_what_is_over_is_forgotten_and_nothing_else(hub: Hub, store: Store) -> None:
    async with store.work() as sql:
        await put(
            sql,
            [
                ("hall", ("h", 1)),
                heard(NOW_MS),
                *(("sealed", ("h", f"s{days}", ago(days), "00")) for days in (-1, 0, 1)),
                *(("log", (f"c{days}", ago(days), "text")) for days in (13.9, 14)),
                *(("step", ("h", n, "T1", "m", "{}", ago(days), "done")) for n, days in enumerate((2.9, 3))),
                ("guess", ("kept", 9, ago(0.9))),
                ("guess", ("gone", 2, ago(1))),
                ("asking", ("a", "l", "o", "h", "T1", 1, "r", "{}", "c", 1, "approved", "d", 1, "agreed")),
                *matter("lately", "ticket", "2026-09-28"),
                *matter("long ago", "ticket", "2026-09-27"),
                *matter("rated", "ticket", "2026-09-01"),
                *matter("its rating", "rating", "2026-09-01", "rated"),
                *matter("rated too", "ticket", "2023-10-31"),
                *matter("its old rating", "rating", "2023-10-31", "rated too"),
                *case("old and closed", "rating", "2023-10-31", "closed"),
                *case("old and open", "rating", "2023-10-31", "contacted"),
                *case("closed", "rating", "2023-11-01", "closed"),
                *case("visited long ago", "request", "2023-10-31", "closed"),
                *case("visited", "request", "2023-11-01", "closed"),
            ],
        )
        for name, days in (("kept", 365), ("gone", 366), ("agreed", 4000)):
            await sql(_COMMAND, name, ago(days))
    for what, days in (("kept", 1097), ("gone", 1098)):
        await store.write_down(Deed(at_ms=ago(days), who="chen", what=what, about=""))
    await store.offer(b"kept", "h", "T1", ago(0.9))
    await store.offer(b"gone", "h", "T1", ago(1))
    upkeep = Upkeep(store, UTC, lambda: NOW_MS)
    await upkeep.forget()
    await upkeep.forget()  # a ticket goes after its rating
    assert await names(hub, "subject", "sealed") == ["s-1"]
    assert await names(hub, "command", "log") == ["c13.9"]
    assert await names(hub, "n", "step") == [0]
    assert await names(hub, "who", "guess") == ["kept"]
    assert await names(hub, "what", "deed") == ["kept"]
    assert await names(hub, "id", "command") == ["agreed", "kept"]
    assert await hub.sql("SELECT count(*) FROM code") == [(1,)]
    cases = ["closed", "old and open", "visited"]
    assert await names(hub, "matter", "case_file") == await names(hub, "matter", "case_step") == cases
    assert await names(hub, "matter", "rated") == ["closed", "its rating", "old and open"]
    assert await names(hub, "matter", "matter") == sorted([*cases, "its rating", "lately", "rated"])


async def test_a_hub_that_was_never_tidied(hub: Hub, store: Store) -> None:
    many = 2 * MOST + 1
    async with store.work() as sql:
        await put(sql, [("hall", ("h", 1)), heard(NOW_MS), *(("log", (f"c{n}", 0, "text")) for n in range(many))])
        await put(sql, [row for n in range(many) for row in matter(f"r{n}", "request", "2020-01-01")])
    await Upkeep(store, UTC, lambda: NOW_MS).forget()
    assert await hub.sql("SELECT (SELECT count(*) FROM log), (SELECT count(*) FROM matter)") == [(0, 0)]


async def test_a_clock_that_is_set_forward_has_nothing_forgotten(hub: Hub, store: Store) -> None:
    """Every terminal is refused then; whatever its time is over for goes when they agree again."""
    later_ms = NOW_MS + 1600 * DAY_MS
    async with store.work() as sql:
        rows: list[Row] = [("sealed", ("h", "s", NOW_MS + DAY_MS, "00")), ("log", ("c", NOW_MS, "text"))]
        await put(sql, [("hall", ("h", 1)), heard(NOW_MS), *rows, *case("done", "request", "2026-11-29", "closed")])
        await sql(_COMMAND, "lately", NOW_MS)
    await Upkeep(store, UTC, lambda: later_ms).forget()
    counted = "SELECT (SELECT count(*) FROM sealed), (SELECT count(*) FROM log), (SELECT count(*) FROM matter)"
    assert await hub.sql(counted) == [(1, 1, 1)]
    assert await names(hub, "id", "command") == ["lately"]

    async with store.work() as sql:
        await sql("UPDATE status SET at_ms = $1", later_ms)
    await Upkeep(store, UTC, lambda: later_ms).forget()
    assert await hub.sql(counted) == [(0, 0, 0)]


async def test_a_month_that_is_forgotten_is_no_month_without_ratings(hub: Hub, browser: Browser) -> None:
    hub.say("admit", "wang", said="correct horse battery")
    await browser.enter("wang")
    assert "不再保存" in (await browser.get("/ratings/report?month=2020-01"))[1]
    assert "不再保存" not in (await browser.get("/ratings/report"))[1]
