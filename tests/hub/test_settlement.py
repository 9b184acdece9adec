"""A day's sums, and three books held against each other: journals, channels' bills, the gas company's file."""

import gzip
import itertools
import re
from pathlib import Path

import aiohttp
import pytest

from hub.settlement.reconcile import Bill, Booked, Closed, Others, Payment, judge
from hub.settlement.source import StatementError, sources
from kiosk.protocol import events as ev
from kiosk.text.catalogue import catalogue
from kiosk.text.numbers import order_number
from tests.hub.bills import ALIPAY, DAY, alipay_bill, company_file, wechat_bill, zipped
from tests.hub.conftest import HALL, PASSWORD, TERMINAL, Browser, Hub, Sending
from tests.hub.test_orders import AT, cancelled, delivered, opened, paid, shown, told


def rows_of(page: str) -> list[list[str]]:
    """What the tables of a page say."""
    return [
        [" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in re.findall("<td.*?</td>", row, re.DOTALL)]
        for row in page.split("<tr>")[1:]
        if "<td" in row
    ]


async def sent_in(browser: Browser, source: str, content: bytes, name: str = "bill.csv") -> tuple[int, str]:
    form = aiohttp.FormData({"form": await browser.word(), "source": source})
    form.add_field("file", content, filename=name, content_type="application/octet-stream")
    return await browser.send("/settlement", form)


async def test_three_books_of_a_day(hub: Hub, browser: Browser, sending: Sending, tmp_path: Path) -> None:
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    await browser.enter("chen")
    ledger = sending.ledger
    fine, back, lost, unpaid, both, odd, quick, card = [await ledger.next_order_no() for _ in range(8)]
    for no, fen in ((fine, 15_400), (unpaid, 3_300), (both, 2_000), (odd, 1_000)):
        await told(ledger, [*opened(no, fen, 1), *paid(no, fen), *delivered(no)])
    done = ev.RefundDone(order_no=back, n=1, r=1, ref="5030", at_ms=AT + 9)
    await told(ledger, [*opened(back, 9_900, 2), *paid(back, 9_900), *cancelled(back, 9_900), done])
    held = await told(ledger, [*opened(lost, 5_000, 3), *paid(lost, 5_000), ev.OrderHeld(order_no=lost, why="away")])
    await told(ledger, [*opened(quick, 700, 4), *paid(quick, 700, "alipay"), *delivered(quick)])
    await told(ledger, [*opened(card, 800, 5), *paid(card, 800, "card"), *delivered(card)])
    sending.begin()
    page = await shown(browser, f"/settlement?day={DAY}", "¥8.00", "支付宝")
    assert rows_of(page) == [
        [HALL, "支付宝", "1 笔 ¥7.00", "¥0.00", "¥7.00", "1 笔 ¥7.00", ""],
        [HALL, "银行卡", "1 笔 ¥8.00", "¥0.00", "¥8.00", "1 笔 ¥8.00", ""],
        [HALL, "微信支付", "6 笔 ¥366.00", "1 笔 ¥99.00", "¥267.00", "4 笔 ¥217.00", "¥50.00"],
        ["合计", "8 笔 ¥381.00", "1 笔 ¥99.00", "¥282.00", "6 笔 ¥232.00", "¥50.00"],
    ]
    assert "三方核对" not in page

    bill = wechat_bill(
        (f"{fine}A1", 15_400, ""),
        (f"{back}A1", 9_900, ""),
        (f"{back}A1", 9_900, f"{back}A1R1"),
        (f"{lost}A1", 5_000, ""),
        (f"{both}A1", 2_000, ""),
        (f"{both}A1", 2_000, f"{both}A1R1"),
        (f"{odd}A1", 1_001, ""),
        ("T9ZZ0000017A1", 4_400, ""),
        ("counter-17", 100, ""),
    )
    assert (await sent_in(browser, "wechat_bill", gzip.compress(bill)))[0] == 303
    closed = [(no, "delivered", fen) for no, fen in ((fine, 15_400), (unpaid, 3_300), (both, 2_000), (odd, 1_000))]
    file = company_file(*closed, (quick, "delivered", 700), (card, "delivered", 800), (back, "cancelled", 9_900))
    assert (await sent_in(browser, "gas_company", file))[0] == 303
    folder = tmp_path / "fetched" / "alipay_bill"
    folder.mkdir(parents=True)
    (folder / "20261124.zip").write_bytes(zipped(明细=alipay_bill((f"{quick}A1", 700, "")), 业务明细汇总=b"x"))
    said = hub.say("statements", str(folder.parent))
    assert said.endswith("20261124.zip: 2026-11-24, 1 entries")

    await browser.get(f"/settlement?day={DAY}&lang=en")
    page = (await browser.get(f"/settlement?day={DAY}"))[1]
    found = {row[0].replace("-", "").split()[0]: row[1] for row in rows_of(page) if f"{TERMINAL} · {HALL}" in row[0]}
    assert found == {
        lost: "paid, not delivered",
        unpaid: "delivered, not paid",
        both: "refunded, but delivered",
        odd: "amounts differ",
    }
    assert "<b>4</b> agree" in page
    assert "T9ZZ0000017A1" in page
    assert "counter-17" not in page
    assert "1 entries more that are of no terminal" in page
    again = [
        ev.OrderDelivering(order_no=lost, channel="wechat", channel_ref=f"4200{lost}", paid_fen=5_000, deliver_by_ms=AT)
    ]
    await told(ledger, [*again, *delivered(lost)], held)
    await shown(browser, f"/orders/{ledger.ledger_id}/{lost}", "Done:")
    assert (await browser.post("/settlement/compare", form=await browser.word(), day=DAY))[0] == 303
    page = (await browser.get(f"/settlement?day={DAY}"))[1]
    assert [row[2] for row in rows_of(page) if row[0].startswith(order_number(lost))] == [
        "charged ¥50.00, refunded ¥0.00, delivered ¥50.00"
    ]
    after_midnight = company_file((lost, "delivered", 5_000), day="2026-11-25")
    assert (await sent_in(browser, "gas_company", after_midnight))[0] == 303
    assert order_number(lost) not in (await browser.get(f"/settlement?day={DAY}"))[1]

    anew = wechat_bill(*((f"{no}A1", fen, "") for no, _, fen in closed))
    assert (await sent_in(browser, "wechat_bill", anew))[0] == 303  # in the place of the one before
    page = (await browser.get(f"/settlement?day={DAY}"))[1]
    assert "<b>6</b> agree" in page
    status, page = await sent_in(browser, "wechat_bill", bill[:-200])
    assert status == 200
    assert "bill.csv: " in page
    assert await hub.sql("SELECT count(*) FROM statement_entry WHERE source = 'wechat_bill'") == [(4,)]
    hub.say("admit", "wang", said=PASSWORD)
    await browser.enter("wang")
    assert (await sent_in(browser, "wechat_bill", bill))[0] == 403


@pytest.mark.parametrize(
    ("source", "content", "line", "says"),
    [
        ("wechat_bill", b"", 1, "header is missing"),
        ("wechat_bill", b"\x1f\x8bnot gzip", 0, "damaged"),
        ("wechat_bill", gzip.compress(bytes(70 << 20)), 0, "damaged"),
        ("wechat_bill", b"\xff\xfe\xff", 0, "no text"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).split("总".encode())[0], 2, "cut"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).replace(b"CNY", b"USD"), 2, "not in CNY: USD"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).replace(b"`0.01", b"`1e9"), 2, "no amount: 1e9"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).replace(b"`0.01", b"`-0.01"), 2, "no amount: -0.01"),
        ("wechat_bill", wechat_bill(("A1", 1, ""), ("A'--", 1, "")), 3, "no number: A'--"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).replace(b"SUCCESS", b"HAPPY"), 2, "not known: HAPPY"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).replace(b"`wx0", b"wx0"), 2, "26 cells in place of 27"),
        ("wechat_bill", wechat_bill(("A1", 1, "")).replace("商户订单号".encode(), b"x"), 1, "column 商户订单号"),
        ("wechat_bill", wechat_bill(("A1", 1, ""), day="2026-02-30"), 0, "is of: 2026-02-30"),
        ("alipay_bill", wechat_bill(("A1", 1, "")), 0, "header is missing"),
        ("alipay_bill", zipped(a=b"", b=b""), 0, "one table"),
        ("alipay_bill", zipped(a=b"x" * 999)[:-30], 0, "damaged"),
        ("alipay_bill", alipay_bill(("A1", 1, "")).replace(b"[2026", b"[26"), 0, "is of: -"),
        (
            "alipay_bill",
            alipay_bill(("A1", 1, "")).replace("1笔".encode("gb18030"), "2笔".encode("gb18030")),
            7,
            "says 2",
        ),
        ("alipay_bill", alipay_bill(("A1", 1, "A1R1")).replace(b"-0.01", b"0.01"), 5, "no amount: 0.01"),
        (
            "alipay_bill",
            alipay_bill(("A1", 1, "")).split(b"\r\n#---")[0] + b"\r\n" + ALIPAY.encode("gb18030"),
            3,
            "cut",
        ),
        ("gas_company", b"[" * 100_000, 0, "not as agreed"),
        ("gas_company", company_file(("A1", "delivered", 1), ("A2", "lost", 1)), 2, "not as agreed"),
        ("gas_company", company_file(("A1", "delivered", -1)), 1, "not as agreed"),
        ("gas_company", company_file(("A1", "delivered", 1)).replace(b'_fen": 1}', b'_fen": 2}'), 0, "says 0.02"),
    ],
    ids=map(str, itertools.count()),  # what is in a file may hold the time: every process must call its tests the same
)
def test_a_file_that_cannot_be_believed(source: str, content: bytes, line: int, says: str) -> None:
    from hub.settlement.pages import problem_of

    with pytest.raises(StatementError) as caught:
        sources()[source].read(content)
    assert (caught.value.line, says in problem_of(caught.value, catalogue("en"))) == (line, True), caught.value
    assert problem_of(caught.value, catalogue("zh_CN"))


PAYMENT = Payment(number="XA1", channel="wechat", captured_fen=100, refunded_fen=0, paid_day=DAY, refunded_day="")
ORDER = Booked(
    ledger="L",
    number="X",
    hall=HALL,
    terminal="T1",
    day=DAY,
    due_fen=100,
    delivered_fen=100,
    owed_fen=0,
    payments=(PAYMENT,),
)


@pytest.mark.parametrize(
    ("bill", "closed", "billed", "filed", "bucket"),
    [
        (None, None, False, False, None),
        (Bill(100), Closed(True, 100), True, True, None),
        (Bill(100, 100), Closed(True, 100), True, True, "refunded_but_delivered"),
        (Bill(100, 40), Closed(True, 100), True, True, "refunded_but_delivered"),
        (None, Closed(True, 100), True, True, "delivered_not_paid"),
        (None, Closed(True, 100), False, True, None),
        (Bill(100), None, True, True, "paid_not_delivered"),
        (Bill(100), None, True, False, None),
        (Bill(100), Closed(False, 100), True, True, "paid_not_delivered"),
        (Bill(99), Closed(True, 100), True, True, "amount_differs"),
        (Bill(101), Closed(True, 100), True, True, "amount_differs"),
        (Bill(100), Closed(True, 99), True, True, "amount_differs"),
        (Bill(0, 100), Closed(False, 100), False, True, "amount_differs"),
    ],
)
def test_buckets(bill: Bill | None, closed: Closed | None, billed: bool, filed: bool, bucket: str | None) -> None:
    others = Others(
        bills={"XA1": bill} if bill else {},
        closed={"X": closed} if closed else {},
        billed=frozenset({("wechat", DAY)} if billed else ()),
        filed=frozenset({DAY} if filed else ()),
    )
    found = judge(ORDER, others)
    assert (found and found.bucket) == bucket
