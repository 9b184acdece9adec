"""Ratings and requests at the hub: followed up step by step, reported without telling who, and forgotten in time."""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.case import Case, due, limits
from hub.cases.deadline_book import START
from hub.cases.deadlines import DEFAULTS, Deadlines, WrongDeadlinesError, deadlines_in
from hub.cases.items import names_in
from hub.cases.report import SMALL, grouped, reasons
from kiosk.ledger.ledger import Ledger
from kiosk.ledger.seal import Sealed
from kiosk.protocol.matter import new_matter
from kiosk.protocol.ratings import CallBackWanted, RatingExplained, RatingGiven, RatingRow, Reason
from kiosk.protocol.requests import RequestMade
from kiosk.protocol.sealing import key_to_open, opened, seal, sealing_key, to_sign
from kiosk.sync.private import PrivateSender
from tests.hub.conftest import HALL, PASSWORD, Browser, Hub, Sending, paired
from tests.hub.conftest import rating as rated

PHONE = "13800001111"
PERSON = {"name": "赵某", "phone": "13900002222", "address": "和园 3 栋", "wish": "2026-12-01 am"}


class Drawer:
    """The ledger's, and says when the hub had all of it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.for_hub = ledger.for_hub
        self.emptied = asyncio.Event()

    async def forget(self, subjects: Sequence[str]) -> None:
        await self._ledger.forget(subjects)
        self.emptied.set()


async def hand_over(sending: Sending) -> None:
    """The journal, and what is sealed beside it."""
    sending.begin()
    await sending.until_sent()
    await hand_over_sealed(sending)


async def hand_over_sealed(sending: Sending) -> None:
    """Until the hub has all of it."""
    drawer = Drawer(sending.ledger)
    private = asyncio.create_task(PrivateSender(drawer, sending.identity, sending.settings, sending.clock).run())
    async with asyncio.timeout(20):
        await drawer.emptied.wait()
    private.cancel()
    await asyncio.wait([private])


async def leave_behind(ledger: Ledger, expires_ms: int) -> None:
    """A good rating, a bad one whose author wants to be called, and a request."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    for n, (grade, service) in enumerate(((5, "gas_bill"), (1, "print_form"))):
        await ledger.note(
            RatingGiven(
                matter=f"{n:024x}",
                about=f"order {n}",
                service=service,
                grade=grade,
                business_date=day,
                language="zh_CN",
                at_ms=int(time.time() * 1000),
            )
        )
    await ledger.note(RatingExplained(matter=f"{1:024x}", reasons=("slow", "attitude")))
    await ledger.note(
        CallBackWanted(matter=f"{1:024x}", subject=f"{0xA:024x}"),
        subject=Sealed(f"{0xA:024x}", PHONE.encode(), expires_ms),
    )
    await ledger.note(
        RequestMade(
            matter=f"{2:024x}",
            number="T100AAAA0000017",
            item="GLBT-01",
            way="at_home",
            subject=f"{0xB:024x}",
            phone_hash="h",
            hash_key="k",
            business_date=day,
            language="zh_CN",
            at_ms=int(time.time() * 1000),
        ),
        subject=Sealed(f"{0xB:024x}", json.dumps(PERSON).encode(), expires_ms),
    )


async def test_a_case_from_the_terminal_to_its_end(hub: Hub, sending: Sending, tmp_path: Path) -> None:
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    hub.say("admit", "wang", said=PASSWORD)
    await leave_behind(sending.ledger, int(time.time() * 1000) + 86_400_000)
    await hand_over(sending)
    assert await sending.ledger.private(f"{0xB:024x}") is None  # it is the hub's now
    kept = await hub.sql("SELECT content FROM sealed")
    assert len(kept) == 2
    assert not [content for (content,) in kept if PHONE in bytes.fromhex(content).decode("latin-1")]

    clerk, viewer = Browser(hub), Browser(hub)
    assert await clerk.enter("chen") == 303
    assert await viewer.enter("wang") == 303
    word = await clerk.word()
    _, page = await viewer.get("/ratings")
    assert page.count("非常不满意") == 1
    assert "等得太久、态度不好" in page
    assert "不足 5 条，不列明细" in (await viewer.get("/ratings/report"))[1]
    path = re.findall(f'href="(/ratings/{HALL}/[0-9a-f]+)"', page)[0]
    assert PHONE not in (await viewer.get(path))[1]
    assert (await viewer.post(f"{path}/who", form=await viewer.word()))[0] == 403
    assert (await viewer.post(f"{path}/step", form=await viewer.word(), seen="0", step="closed"))[0] == 403

    assert PHONE in (await clerk.post(f"{path}/who", form=word))[1]
    assert (await clerk.post(f"{path}/step", form=word, seen="0", step="contacted", note="会改"))[0] == 303
    status, page = await clerk.post(f"{path}/step", form=word, seen="0", step="fixing", note="")
    assert (status, "已经有人办了下一步" in page) == (200, True)
    assert "会改" in page
    assert (await clerk.post(f"{path}/step", form=word, seen="1", step="contacted"))[0] == 200  # never back
    assert (await clerk.post(f"{path}/step", form=word, seen="1", step="closed"))[0] == 303
    assert PHONE not in (await clerk.post(f"{path}/who", form=word))[1]

    _, page = await clerk.get("/requests")
    path = re.findall(f'href="(/requests/{HALL}/[0-9a-f]+)"', page)[0]
    _, page = await clerk.post(f"{path}/who", form=word)
    assert all(said in page for said in ("赵某", "13900002222", "和园 3 栋", "2026-12-01 上午"))
    assert (await clerk.post(f"{path}/step", form=word, seen="0", step="closed"))[0] == 303
    assert await hub.sql("SELECT count(*) FROM sealed WHERE content <> ''") == [(0,)]

    deeds = await hub.sql("SELECT what FROM deed WHERE who = 'chen' ORDER BY n")
    assert [what.removeprefix("hub.deed.") for (what,) in deeds] == [
        "entered",
        "case.who",
        "case.contacted",
        "case.closed",
        "case.who",
        "case.closed",
    ]
    for browser in (clerk, viewer):
        await browser.close()


async def test_what_comes_once_its_case_is_closed_is_not_kept(hub: Hub, browser: Browser, sending: Sending) -> None:
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    await browser.enter("chen")
    await leave_behind(sending.ledger, int(time.time() * 1000) + 86_400_000)
    sending.begin()
    await sending.until_sent()
    path = re.findall(f'href="(/requests/{HALL}/[0-9a-f]+)"', (await browser.get("/requests"))[1])[0]
    assert (await browser.post(f"{path}/step", form=await browser.word(), seen="0", step="closed"))[0] == 303
    await hand_over_sealed(sending)
    assert await hub.sql("SELECT subject FROM sealed WHERE content <> ''") == [(f"{0xA:024x}",)]
    assert await sending.ledger.private(f"{0xB:024x}") is None


async def test_what_has_expired_is_gone(sending: Sending) -> None:
    await leave_behind(sending.ledger, int(time.time() * 1000) - 1)
    assert await sending.ledger.for_hub(9) == []


def test_only_the_hub_opens_what_is_sealed_and_only_under_its_name() -> None:
    hub = Ed25519PrivateKey.generate()
    said = sealing_key(hub, "sha-256=:x:")
    hub.public_key().verify(bytes.fromhex(said.signature), to_sign(said.key, said.heard))
    sealed = seal(said.public, "a", b"13800001111")
    assert opened(key_to_open(hub), "a", sealed) == b"13800001111"
    assert opened(key_to_open(hub), "b", sealed) is None
    assert opened(X25519PrivateKey.generate(), "a", sealed) is None
    assert opened(key_to_open(hub), "a", b"short") is None


def test_items_have_their_names_from_the_halls_catalogue() -> None:
    names = names_in((Path(__file__).parents[2] / "assets" / "items" / "demo.json").read_text("utf-8"))
    assert names["01001"].said("zh_CN") == "高龄补贴年审"
    assert names_in("") == names_in("[]") == {}


def rating(**changed: Any) -> RatingRow:
    row: dict[str, Any] = {
        "matter": "m",
        "about": "o",
        "service": "A",
        "grade": 2,
        "business_date": "2026-11-27",  # a Friday
        "language": "zh_CN",
        "at_ms": 0,
    }
    return RatingRow(**{**row, **changed})


DEADLINES = """
[days]
answered = 5

[[holiday]]
name = "国庆节"
first = 2024-10-01
last = 2024-10-07
worked = [2024-09-29, 2024-10-12]

[[holiday]]
name = "元旦"
first = 2025-01-01
"""


@pytest.mark.parametrize(
    ("day", "working_days", "until"),
    [
        ("2024-09-27", 1, "2024-09-29"),  # a Friday, and the Sunday that is worked
        ("2024-09-27", 2, "2024-09-30"),
        ("2024-09-27", 3, "2024-10-08"),
        ("2024-09-28", 1, "2024-09-29"),  # a Saturday that is free
        ("2024-10-03", 1, "2024-10-08"),  # within the holiday
        ("2024-10-11", 1, "2024-10-12"),  # the Saturday that is worked
        ("2024-10-12", 1, "2024-10-14"),
        ("2024-09-30", 5, "2024-10-12"),
        ("2024-12-31", 1, "2025-01-02"),
        ("2024-05-01", 2, "2024-05-03"),  # a holiday that nobody gave
    ],
)
def test_working_days(day: str, working_days: int, until: str) -> None:
    assert f"{deadlines_in(DEADLINES).after(date.fromisoformat(day), working_days)}" == until


def test_what_is_due() -> None:
    def told(today: str, state: str = "open", subject: str = "s", days: Mapping[str, int] = DEFAULTS) -> str:
        case = Case(hall="h", matter="m", terminal="T1", kind="rating", state=state, row=rating(subject=subject))
        what = due(case, date.fromisoformat(today), Deadlines(days))
        return f"{what.step} {what.day} {what.urgency}" if what else ""

    assert told("2026-11-27") == "contacted 2026-11-30 soon"
    assert told("2026-12-01") == "contacted 2026-11-30 late"
    assert told("2026-12-01", "contacted") == "answered 2026-12-18 later"
    assert told("2026-12-01", subject="") == "answered 2026-12-18 later"
    assert told("2026-12-19", "fixing") == "answered 2026-12-18 late"
    assert told("2026-12-19", "answered") == ""
    days = {**DEFAULTS, "answered": 3, "warned": 2}
    assert told("2026-11-27", "contacted", days=days) == "answered 2026-12-02 later"
    assert told("2026-11-30", "contacted", days=days) == "answered 2026-12-02 soon"


def test_a_deadline_says_how_it_was_counted() -> None:
    row = rating(business_date="2024-12-27")
    case = Case(hall="h", matter="m", terminal="T1", kind="rating", state="open", row=row)
    [answered] = limits(case, deadlines_in(DEADLINES))
    assert f"{answered.until}" == "2025-01-06"
    assert [each.name for each in answered.holidays] == ["元旦"]
    assert answered.unknown_years == ()
    [answered] = limits(case, Deadlines())
    assert (answered.days, answered.unknown_years) == (15, (2024, 2025))


def test_every_mistake_in_deadlines_is_named_with_its_place() -> None:
    assert deadlines_in(START) == Deadlines()
    with pytest.raises(WrongDeadlinesError, match="line 3"):
        deadlines_in('[[holiday]]\nname = "春节"\nfirst = 2026-02-30\n')
    with pytest.raises(WrongDeadlinesError) as wrong:
        deadlines_in("""
[days]
answerd = 3
contacted = 0
[[holiday]]
name = "国庆节"
first = 2024-10-01
last = 2025-10-07
worked = [2024-09-30]
[[holiday]]
first = "2024-05-01"
last = 2024-05-05
[[holiday]]
name = "中秋节"
first = 2024-09-15
last = 2024-09-17
[[holiday]]
name = "秋分"
first = 2024-09-17
worked = [2024-09-15]
""")
    assert str(wrong.value).splitlines() == [
        "days.answerd: not known; there are contacted, answered, assigned, visited, warned",
        "days.contacted: 0, not a whole number from 1 to 250",
        "holiday 1 (国庆节): last is 2025-10-07, not within 31 days after first, 2024-10-01",
        "holiday 1 (国庆节): worked has 2024-09-30, a Monday, which is worked anyhow",
        "holiday 2 (?): name is missing",
        "holiday 2 (?): first is '2024-05-01', not a day such as 2024-10-01",
        "中秋节 and 秋分 overlap from 2024-09-17",
        "2024-09-15 is worked for 秋分, free for 中秋节",
    ]


async def test_deadlines_are_given_by_command_and_on_their_page(hub: Hub, browser: Browser) -> None:
    hub.say("admit", "wang", "--role", "manager", said=PASSWORD)
    assert await browser.enter("wang") == 303
    year = datetime.now(UTC).year
    _, page = await browser.get("/deadlines")
    assert f"{year} 年的放假安排还没有填入" in page
    given_ = hub.folder / "deadlines.toml"
    given_.write_text(DEADLINES, "utf-8")
    hub.say("deadlines", str(given_))
    assert hub.say("deadlines") == DEADLINES.strip()
    form = await browser.word()
    status, page = await browser.post("/deadlines", form=form, text="[days]\nanswered = 0")
    assert (status, "days.answered: 0, not a whole number" in page) == (422, True)
    text = f'[[holiday]]\nname = "元旦"\nfirst = {year}-01-01\n'
    assert (await browser.post("/deadlines", form=form, text=text))[0] == 303
    _, page = await browser.get("/deadlines")
    assert f"<time>{year}-01-01</time>" in page
    assert f"{year} 年的放假安排还没有填入" not in page
    assert f"{year + 1} 年的放假安排还没有填入" in page
    assert await hub.sql("SELECT who, about FROM deed WHERE what = 'hub.deed.deadlines' ORDER BY n") == [
        ("menkou-hub", "#1"),
        ("wang", "#2"),
    ]


async def bad_rating(ledger: Ledger, n: int, grade: int, reason: Reason, at_ms: int) -> None:
    """Of one and the same ticket, by somebody who wants to be called."""
    day, phone = f"{datetime.now(UTC):%Y-%m-%d}", f"1380000000{n}"
    await ledger.note(
        RatingGiven(
            matter=f"{n:024x}",
            about="0123456789abcdef",
            service="A",
            grade=grade,
            business_date=day,
            language="zh_CN",
            at_ms=at_ms,
        )
    )
    await ledger.note(RatingExplained(matter=f"{n:024x}", reasons=(reason,)))
    sealed = Sealed(f"{n + 0xA:024x}", phone.encode(), int(time.time() * 1000) + 86_400_000)
    await ledger.note(CallBackWanted(matter=f"{n:024x}", subject=sealed.subject), subject=sealed)


@pytest.mark.parametrize("earlier_first", [True, False])
async def test_a_ticket_that_is_rated_at_two_terminals_is_one_case(
    hub: Hub, browser: Browser, sending: Sending, tmp_path: Path, earlier_first: bool
) -> None:
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    assert await browser.enter("chen") == 303
    other = Sending(
        await Ledger.open(tmp_path / "other", "T2"), await paired(hub, hub.say("code", HALL, "T2"), HALL, "T2"), hub.url
    )
    await bad_rating(sending.ledger, 1, 2, "slow", 1_795_500_000_000)
    await bad_rating(other.ledger, 2, 1, "unclear", 1_795_500_001_000)
    pages = []
    for each in (sending, other) if earlier_first else (other, sending):
        await hand_over(each)
        pages.append((await browser.get("/ratings"))[1])
    await other.end()
    await other.ledger.aclose()

    paths = [re.findall(f'href="(/ratings/{HALL}/[0-9a-f]+)"', page) for page in pages]
    assert paths[0] == paths[1] == [f"/ratings/{HALL}/{1 if earlier_first else 2:024x}"]
    assert all(said in pages[1] for said in ("非常不满意", "等得太久、没说清楚", '<td class="where">T1</td>'))
    form = await browser.word()
    _, page = await browser.post(f"{paths[0][0]}/who", form=form)
    assert all(phone in page for phone in ("13800000001", "13800000002"))
    assert (await browser.post(f"{paths[0][0]}/step", form=form, seen="0", step="closed"))[0] == 303
    assert await hub.sql("SELECT count(*) FROM sealed WHERE content <> ''") == [(0,)]
    assert "差评 1 条，已办结 1 条，超期 0 条" in (await browser.get("/ratings/report"))[1]


async def test_who_rates_again_after_the_case_was_closed_is_heard(
    hub: Hub, browser: Browser, sending: Sending, tmp_path: Path
) -> None:
    """The other terminal was cut off for days, and there somebody asked to be called."""
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    assert await browser.enter("chen") == 303
    other = Sending(
        await Ledger.open(tmp_path / "other", "T2"), await paired(hub, hub.say("code", HALL, "T2"), HALL, "T2"), hub.url
    )
    await bad_rating(sending.ledger, 1, 2, "slow", 1_795_500_000_000)
    await hand_over(sending)
    path = f"/ratings/{HALL}/{1:024x}"
    form = await browser.word()
    assert (await browser.get("/ratings"))[1].count(path) == 1
    assert (await browser.post(f"{path}/step", form=form, seen="0", step="closed", note="had a word"))[0] == 303

    await bad_rating(other.ledger, 2, 1, "unclear", 1_795_500_001_000)
    await hand_over(other)
    await other.end()
    await other.ledger.aclose()
    assert "差评 1 条，已办结 0 条" in (await browser.get("/ratings/report"))[1]
    _, page = await browser.get(path)
    assert all(said in page for said in ("had a word", "等得太久", "没说清楚", 'value="contacted"'))
    assert page.count(" 已办</td>") == 0
    _, page = await browser.post(f"{path}/who", form=form)
    assert "13800000002" in page
    assert (await browser.post(f"{path}/step", form=form, seen="1", step="closed"))[0] == 303
    assert "差评 1 条，已办结 1 条" in (await browser.get("/ratings/report"))[1]


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
async def test_what_cannot_be_keeps_nobody_else_from_being_read(hub: Hub, browser: Browser, sending: Sending) -> None:
    hub.say("admit", "chen", "--role", "clerk", said=PASSWORD)
    assert await browser.enter("chen") == 303
    sound = msgspec.structs.replace(rated(0), grade=1)
    for changed in ({"about": "a NUL \0"}, {"business_date": "9999-12-31"}, {"business_date": "?"}, {"at_ms": 10**18}):
        matter = new_matter()
        await sending.ledger.note(msgspec.structs.replace(sound, matter=matter, **{"about": matter, **changed}))
    await sending.ledger.note(sound)
    sending.begin()
    await sending.until_sent()
    status, page = await browser.get("/ratings")
    assert status == 200
    assert re.findall(f'href="/ratings/{HALL}/([0-9a-f]+)"', page) == [sound.matter]
    assert (hub.folder / "log").read_text().count("that nothing has") == 4


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.integers(1, 5)), max_size=60))
def test_nobody_can_be_recognized_in_a_report(given_: list[tuple[str, int]]) -> None:
    rows = [rating(service=service, grade=grade, reasons="slow") for service, grade in given_]
    lines = grouped(rows, lambda row: row.service)
    assert all(line.count >= SMALL for line in lines)
    assert sum(line.count for line in lines) == (len(rows) if len(rows) >= SMALL else 0)
    assert sum(line.name is None for line in lines) <= 1
    assert reasons(rows) == ({"slow": len(rows)} if len(rows) >= SMALL else {})
