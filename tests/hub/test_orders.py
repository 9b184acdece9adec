"""The pages of orders: what the journals tell, found as a clerk looks for it, on both databases."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.ledger.ledger import Ledger
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import catalogue
from kiosk.text.numbers import order_number
from tests.hub.conftest import HALL, PASSWORD, TERMINAL, Browser, Hub, Sending

AT = 1_795_500_000_000
ZONE = ZoneInfo("Asia/Shanghai")


def opened(no: str, fen: int, minute: int, day: str = "2026-11-24") -> list[ev.Event]:
    """The company holds the price."""
    at_ms = AT + minute * 60_000
    return [
        ev.OrderOpening(
            order_no=no,
            kind="gas_bill",
            subject=f"subject of {no}",
            account_hash=f"hash of {no}",
            hash_key="k",
            quote_id="q",
            due_fen=fen,
            business_date=day,
            language="zh_CN",
            at_ms=at_ms,
        ),
        ev.OrderOpened(order_no=no, pay_by_ms=at_ms + 900_000, due_fen=fen, provider_ref=f"G{no}"),
    ]


def sent(no: str, fen: int, channel: str = "wechat") -> ev.AttemptSent:
    """The channel is asked for the money."""
    return ev.AttemptSent(
        order_no=no,
        n=1,
        channel=channel,
        device=channel,
        hold=False,
        key=f"{no}A1",
        amount_fen=fen,
        sent_ms=AT,
        show_until_ms=AT + 120_000,
    )


def paid(no: str, fen: int, channel: str = "wechat") -> list[ev.Event]:
    """The channel has it, and the company is told."""
    return [
        sent(no, fen, channel),
        ev.AttemptOpened(order_no=no, n=1),
        ev.AttemptCaptured(order_no=no, n=1, fen=fen, ref=f"4200{no}", at_ms=AT + 1, paid_ms=AT),
        ev.OrderDelivering(order_no=no, channel=channel, channel_ref=f"4200{no}", paid_fen=fen, deliver_by_ms=AT),
    ]


def delivered(no: str) -> list[ev.Event]:
    """It is done."""
    return [ev.OrderDelivered(order_no=no, receipt_no=f"R{no}", at_ms=AT + 2)]


def cancelled(no: str, fen: int) -> list[ev.Event]:
    """The company will not take it, and the money must go back."""
    return [
        ev.OrderCancelling(order_no=no, why="not_accepted"),
        ev.OrderCancelled(order_no=no, at_ms=AT + 3),
        ev.RefundDue(order_no=no, n=1, r=1, key=f"{no}A1R1", amount_fen=fen, reason="undelivered", at_ms=AT + 4),
        ev.RefundSent(order_no=no, n=1, r=1),
    ]


async def told(ledger: Ledger, events: Sequence[ev.Event], rows: Rows | None = None) -> Rows:
    """Record events of one order."""
    for event in events:
        rows = evolve(rows, event)
    assert rows is not None
    await ledger.record(*events, rows=rows)
    return rows


async def shown(browser: Browser, path: str, *said: str) -> str:
    """A page, once it says all of that."""
    async with asyncio.timeout(20):
        while True:
            status, page = await browser.get(path)
            if status == 200 and all(each in page for each in said):
                return page
            await asyncio.sleep(0.05)


def numbers(page: str) -> list[str]:
    """The orders that a page lists."""
    return re.findall(r'<a href="/orders/\w+/(\w+)">', page)


async def test_orders_as_a_clerk_looks_for_them(hub: Hub, browser: Browser, sending: Sending) -> None:
    hub.say("admit", "wang", said=PASSWORD)
    await browser.enter("wang")
    ledger = sending.ledger
    done, failed, owed, waiting, news = [await ledger.next_order_no() for _ in range(5)]
    await told(ledger, [*opened(done, 15_400, 1), *paid(done, 15_400), *delivered(done)])
    staff = await told(
        ledger,
        [
            *opened(failed, 9_900, 2, "2026-11-25"),
            *paid(failed, 9_900, "card"),
            *cancelled(failed, 9_900),
            ev.RefundFailed(order_no=failed, n=1, r=1, why="<b>code 91</b>"),
        ],
    )
    await told(ledger, [*opened(owed, 5_000, 3), *paid(owed, 5_000), ev.OrderHeld(order_no=owed, why="no route")])
    await told(ledger, [*opened(waiting, 700, 4), sent(waiting, 700)])
    sending.begin()

    page = await shown(browser, "/orders", order_number(waiting), "1 笔等人处理", "1 笔欠着居民的钱", "1 笔进行中")
    assert numbers(page) == [failed, owed, waiting, done]
    place = f"/orders/{ledger.ledger_id}"
    for query in (
        f"q={order_number(failed).lower()}",
        f"q=4200{failed}",
        f"q={failed}A1",
        f"q=%20{failed}A1R1",
        f"q={failed}&day=2026-11-25&amount=99.00&terminal={HALL}/{TERMINAL}",
    ):
        assert await browser.get(f"/orders?{query}") == (303, "")
    for query, found in (
        ("day=2026-11-25", [failed]),
        ("amount=50", [owed]),
        (f"terminal={HALL}/{TERMINAL}", [failed, owed, waiting, done]),
        (f"terminal={HALL}/T9", []),
        (f"q={done}&day=2026-11-25", []),
        (f"after=1.{AT + 240_000}.{waiting}", [done]),
        ("q=%00%27%3B--", []),
    ):
        assert numbers((await browser.get(f"/orders?{query}"))[1]) == found, query
    for query, problem in (("day=24.11.", "日期不对"), ("amount=1.234", "金额不对"), ("amount=NaN", "金额不对")):
        assert problem in (await browser.get(f"/orders?{query}"))[1]

    page = await shown(browser, f"{place}/{failed}", "银行卡", "¥99.00", f"4200{failed}")
    story = Story(catalogue("zh_CN"), ZONE)
    assert story.verdict(staff) in page
    assert story.to_do(staff)[0] in page
    assert '要由两名工作人员处理（对方没有办理） <small lang="en">&lt;b&gt;code 91&lt;/b&gt;</small>' in page
    assert not re.search("subject of|hash of", page)
    await browser.get("/?lang=en")
    page = await shown(browser, f"{place}/{done}", "Done: ¥154.00 delivered, nothing owed.", "Nothing is left to do.")
    assert (
        page.index("order begun (gas bill)") < page.index("WeChat Pay is asked for") < page.index("delivered, receipt")
    )
    assert (await browser.get(f"{place}/{news}"))[0] == 404

    changed = asyncio.create_task(browser.news("orders"))
    await asyncio.sleep(0.2)
    await told(ledger, opened(news, 100, 5))
    assert await changed == "event: changed"
    assert numbers((await browser.get("/orders"))[1])[:3] == [failed, owed, news]


async def test_a_journal_that_was_set_aside(hub: Hub, browser: Browser, sending: Sending, tmp_path: Path) -> None:
    """Nobody goes on with what was not finished in it: that is for people, and is said."""
    hub.say("admit", "wang", said=PASSWORD)
    await browser.enter("wang")
    first, second = [await sending.ledger.next_order_no() for _ in range(2)]
    await told(sending.ledger, [*opened(first, 100, 1), *paid(first, 100), *delivered(first)])
    await told(sending.ledger, [*opened(second, 200, 2), sent(second, 200)])
    sending.begin()
    await shown(browser, "/orders", "1 笔进行中")
    await sending.until_sent()
    await sending.end()
    await sending.ledger.aclose()
    before = sending.ledger.ledger_id

    sending.ledger = await Ledger.open(tmp_path / "anew", TERMINAL)
    third = await sending.ledger.next_order_no()
    await told(sending.ledger, opened(third, 300, 3))
    sending.begin()
    page = await shown(browser, "/orders", order_number(third), "停用了原来的记录，其中 1 笔订单没有办完")
    assert "1 笔等人处理" in page
    page = (await browser.get(f"/orders/{before}/{second}"))[1]
    assert "这笔订单的记录在" in page
    assert "请两个人按下面查清办完" in page

    path = f"/orders/{before}/{second}"
    for name in ("chen", "zhao"):
        hub.say("admit", name, "--role", "manager", said=PASSWORD)
    await browser.enter("chen")
    wish = {"ledger": before, "number": second, "reason": "渠道后台没有扣款，凭据 S9"}
    for what, status in (("give_back", 409), ("by_hand", 303)):
        assert (await browser.post("/orders/ask", form=await browser.word(), what=what, **wish))[0] == status
    await browser.enter("zhao")
    asking = re.search('name="asking" value="([0-9a-f]+)"', await shown(browser, path, "人工办完：渠道后台没有扣款"))
    assert asking is not None
    assert (await browser.post("/orders/decide", form=await browser.word(), asking=asking[1], yes="yes"))[0] == 303
    await shown(browser, path, "已由两个人办完")
    await hub.sql("UPDATE reading SET fold = 0")
    async with asyncio.timeout(20):
        while True:  # until all is made anew
            if await hub.sql("SELECT count(*) FROM reading WHERE fold = 0") == [(0,)]:
                break
            await asyncio.sleep(0.05)
    page = await shown(browser, "/orders", order_number(second))
    assert "等人处理" not in page
    assert "停用了原来的记录" not in page
    assert "这笔订单的记录在" not in (await browser.get(f"/orders/{sending.ledger.ledger_id}/{third}"))[1]


async def read_on(hub: Hub) -> None:
    """Until the hub has read all that it took in, in the way that it reads now."""
    behind = "SELECT 1 FROM head LEFT JOIN reading ON reading.ledger = head.ledger WHERE fold IS NULL OR fold = 0 "
    for _ in range(400):
        if not await hub.sql(f"{behind} OR reading.seq < head.seq"):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the hub does not read on")


async def test_what_was_read_is_made_anew(hub: Hub, browser: Browser, sending: Sending) -> None:
    """When an order comes to be read in another way: from the journals, however many rows there are."""
    hub.say("admit", "wang", said=PASSWORD)
    await browser.enter("wang")
    for n in range(30):
        no = await sending.ledger.next_order_no()
        await told(sending.ledger, [*opened(no, 100 + n, n), *paid(no, 100 + n), *(delivered(no) if n % 3 else [])])
    sending.begin()
    await sending.until_sent()
    await read_on(hub)
    page = await shown(browser, "/orders", "10 笔欠着居民的钱", order_number(no))
    everything = "SELECT * FROM orders, payment WHERE orders.order_no = payment.order_no ORDER BY orders.order_no"
    kept = await hub.sql(everything)
    assert len(kept) == 30

    changed = "UPDATE orders SET rank = 3, body = '{}'", "UPDATE reading SET fold = 0"
    await asyncio.to_thread(hub.kill)
    for statement in changed:
        await hub.sql(statement)
    await asyncio.to_thread(hub.start)
    await read_on(hub)
    assert numbers(await shown(browser, "/orders", "10 笔欠着居民的钱", order_number(no))) == numbers(page)
    assert await hub.sql(everything) == kept


@pytest.mark.parametrize("hub", ["postgres"], indirect=True)
async def test_two_hubs_read_one_journal_once(hub: Hub, browser: Browser, sending: Sending) -> None:
    beside = Hub(hub.folder, hub.database)
    beside.start()
    try:
        hub.say("admit", "wang", said=PASSWORD)
        await browser.enter("wang")
        for n in range(40):
            no = await sending.ledger.next_order_no()
            await told(sending.ledger, [*opened(no, 100, n), *paid(no, 100), *delivered(no)])
        sending.begin()
        await sending.until_sent()
        await shown(browser, f"/orders/{sending.ledger.ledger_id}/{no}", "已办成：¥1.00，没有欠款。")
        assert await hub.sql("SELECT sum(refunded_fen), count(*) FROM payment WHERE delivered_fen = 100") == [(0, 40)]
    finally:
        beside.kill()
    assert "contradicts" not in (hub.folder / "log").read_text()


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_a_terminal_that_says_what_cannot_be(hub: Hub, browser: Browser, sending: Sending) -> None:
    """Its own key signs it, so it is taken in; it stays with its order, and people are told."""
    hub.say("admit", "wang", said=PASSWORD)
    await browser.enter("wang")
    ledger = sending.ledger
    early, huge, sound = [await ledger.next_order_no() for _ in range(3)]
    rows = await told(ledger, opened(early, 100, 1))
    await ledger.record(*delivered(early), rows=rows)
    rows = await told(ledger, [*opened(huge, 100, 2), sent(huge, 100)])
    await ledger.record(ev.AttemptCaptured(order_no=huge, n=1, fen=10**40, ref="x", at_ms=10**40), rows=rows)
    await told(ledger, [*opened(sound, 100, 3), *paid(sound, 100), *delivered(sound)])
    sending.begin()
    page = await shown(browser, "/orders", order_number(sound), "2 笔等人处理")
    assert page.count("记录前后对不上。") == 2
    await shown(browser, f"/orders/{ledger.ledger_id}/{huge}", "请技术人员核对这台终端的记录")
    await shown(browser, f"/orders/{ledger.ledger_id}/{sound}", "已办成")
