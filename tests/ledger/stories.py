"""Orders that went one way or another, as the events that tell of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from kiosk.ledger.seal import Sealed, new_subject
from kiosk.ledger.store import Store
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import Rows

NOW_MS = 1_795_500_000_000
DAY_MS = 86_400_000
ACCOUNT = "0031415926"
NAME = "欧阳娜娜".encode()


def opening(store: Store, account: str = "", due_fen: int = 15_400) -> ev.OrderOpening:
    """A new order; each has an account of its own unless one is named."""
    order_no = store.next_order_no()
    return ev.OrderOpening(
        order_no=order_no,
        kind="gas_bill",
        subject=new_subject(),
        account_hash=store.hall_key.account_hash(account or order_no),
        hash_key=store.hall_key.id,
        quote_id="q-1",
        due_fen=due_fen,
        business_date="2026-11-24",
        language="zh",
        at_ms=NOW_MS,
    )


def held_price(order_no: str) -> ev.OrderOpened:
    """The company holds the price."""
    return ev.OrderOpened(order_no=order_no, pay_by_ms=NOW_MS + 600_000, due_fen=15_400, provider_ref="P-1")


def sent(order_no: str, n: int = 1) -> ev.AttemptSent:
    """A payment is about to be asked for."""
    return ev.AttemptSent(
        order_no=order_no,
        n=n,
        channel="wechat_pay",
        device="wechat",
        hold=False,
        key=f"{order_no}{n:02d}",
        amount_fen=15_400,
        sent_ms=NOW_MS + n,
        show_until_ms=NOW_MS + 120_000,
    )


def captured(order_no: str, n: int = 1, *, late: bool = False) -> ev.AttemptCaptured:
    """The money came."""
    return ev.AttemptCaptured(order_no=order_no, n=n, fen=15_400, ref=f"4200{n:04d}", at_ms=NOW_MS + 9_000, late=late)


def dead(order_no: str, n: int = 1) -> ev.AttemptDead:
    """The money will never come, it seems."""
    return ev.AttemptDead(order_no=order_no, n=n, proof="closed", at_ms=NOW_MS + 8_000)


def paid(order_no: str) -> Iterator[ev.Event]:
    """From the held price to the printed slip."""
    yield held_price(order_no)
    yield sent(order_no)
    yield ev.AttemptOpened(order_no=order_no, n=1)
    yield captured(order_no)
    yield ev.OrderDelivering(
        order_no=order_no,
        channel="wechat_pay",
        channel_ref="42000001",
        paid_fen=15_400,
        deliver_by_ms=NOW_MS + DAY_MS,
    )
    yield ev.OrderDelivered(order_no=order_no, receipt_no="R-1", at_ms=NOW_MS + 10_000)
    yield ev.PrintIntended(order_no=order_no, p=1, reprint=False, truth="done", at_ms=NOW_MS + 11_000)
    yield ev.PrintEnded(order_no=order_no, p=1, state="printed")


def left(order_no: str) -> Iterator[ev.Event]:
    """A resident who walked away from the code."""
    yield held_price(order_no)
    yield sent(order_no)
    yield ev.AttemptClosing(order_no=order_no, n=1, why="left")
    yield dead(order_no)
    yield ev.OrderCancelling(order_no=order_no, why="left")
    yield ev.OrderCancelled(order_no=order_no, at_ms=NOW_MS + 12_000)


def given_back(order_no: str, n: int = 1) -> Iterator[ev.Event]:
    """Money that came after the end goes back."""
    yield ev.RefundDue(
        order_no=order_no, n=n, r=1, key=f"{order_no}{n:02d}R1", amount_fen=15_400, reason="late", at_ms=NOW_MS + 20_000
    )
    yield ev.RefundSent(order_no=order_no, n=n, r=1)
    yield ev.RefundDone(order_no=order_no, n=n, r=1, ref="5030", at_ms=NOW_MS + 30_000)


def begin(store: Store, account: str = "", *, expires_ms: int = NOW_MS + DAY_MS) -> Rows:
    """A new order in the ledger, with its resident's values sealed."""
    event = opening(store, account)
    rows = evolve(None, event)
    value = NAME + b" " + ACCOUNT.encode()
    store.record(event, rows=rows, subject=Sealed(event.subject, value, expires_ms))
    store.bear_witness()
    return rows


def tell(store: Store, rows: Rows, *events: ev.Event) -> Rows:
    """Record each event in a step of its own."""
    for event in events:
        rows = evolve(rows, event)
        store.record(event, rows=rows)
        store.bear_witness()
    return rows


def a_day(store: Store) -> list[Rows]:
    """Three orders: paid, left, and one in the middle of a payment."""
    first = begin(store)
    first = tell(store, first, *paid(first.order.order_no))
    second = begin(store)
    second = tell(store, second, *left(second.order.order_no))
    third = begin(store, ACCOUNT)
    third = tell(store, third, held_price(third.order.order_no), sent(third.order.order_no))
    return [first, second, third]


def killed_after_a_day(folder: Path) -> Path:
    """The files as a kill leaves them, with all rows in the write-ahead log."""
    store = Store(folder / "running", "T07")
    a_day(store)
    killed = folder / "killed"
    shutil.copytree(folder / "running", killed, ignore=shutil.ignore_patterns("*-shm"))
    store.close()
    return killed
