"""What the staff are told of an order has words, in every language, for everything that can happen to one."""

from typing import Any, get_args
from zoneinfo import ZoneInfo

import msgspec
import pytest

from kiosk.devices.gas import RefusalReason
from kiosk.devices.payment import Channel, Proof
from kiosk.protocol import events as ev
from kiosk.protocol.order.evolve import evolve
from kiosk.protocol.order.rows import OrderState, PrintState, Rows
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import catalogue

ZONE = ZoneInfo("Asia/Shanghai")
BLANK: dict[type, Any] = {str: "", int: 0, bool: False}


def an(event: type[ev.Event]) -> ev.Event:
    """An event of that kind, which says nothing."""
    fields = {field.name: BLANK[field.type] for field in msgspec.structs.fields(event)}
    return event(**fields | {"state": "printed"} if event is ev.PrintEnded else fields)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_everything_has_words(language: str) -> None:
    story, table = Story(catalogue(language), ZONE), catalogue(language).table
    told = [story.step(an(event)) for event in get_args(ev.Event)]
    assert len(set(told)) == len(told)
    reasons = (*get_args(RefusalReason), *get_args(Proof))
    assert {f"story.why.{reason}" for reason in reasons} <= table.keys()
    assert {f"story.state.{state}" for state in get_args(OrderState)} <= table.keys()
    assert {f"story.print.{state}" for state in get_args(PrintState)} <= table.keys()
    assert {f"channel.{channel}" for channel in get_args(Channel)} <= table.keys()


def test_a_story_and_what_is_to_do_in_both_languages() -> None:
    no = "T07K20000012"
    events: list[ev.Event] = [
        ev.OrderOpening(
            order_no=no,
            kind="gas_bill",
            subject="s",
            account_hash="h",
            hash_key="k",
            quote_id="q",
            due_fen=15400,
            business_date="2026-11-24",
            language="zh_CN",
            at_ms=1_795_500_000_000,
        ),
        ev.OrderOpened(order_no=no, pay_by_ms=1_795_500_900_000, due_fen=15400, provider_ref="G1"),
        ev.AttemptSent(
            order_no=no,
            n=1,
            channel="wechat",
            device="wechat",
            hold=False,
            key=f"{no}A1",
            amount_fen=15400,
            sent_ms=1,
            show_until_ms=2,
        ),
        ev.AttemptClosing(order_no=no, n=1, why="timeout"),
        ev.AttemptDead(order_no=no, n=1, proof="closed", at_ms=3),
        ev.OrderCancelling(order_no=no, why="left"),
        ev.OrderCancelled(order_no=no, at_ms=4),
        ev.AttemptCaptured(order_no=no, n=1, fen=15400, ref="42000001", at_ms=5, late=True),
        ev.RefundDue(order_no=no, n=1, r=1, key=f"{no}A1R1", amount_fen=15400, reason="undelivered", at_ms=6),
        ev.RefundSent(order_no=no, n=1, r=1),
        ev.RefundFailed(order_no=no, n=1, r=1, why="the account of the payer is closed"),
    ]
    rows: Rows | None = None
    for event in events:
        rows = evolve(rows, event)
    assert rows is not None
    chinese, english = (Story(catalogue(language), ZONE) for language in ("zh_CN", "en"))
    assert chinese.step(events[2]) == "付款 1：向微信支付收 ¥154.00，商户单号 T07K20000012A1"
    assert chinese.step(events[3]) == "付款 1：正在关闭（超时）"
    assert chinese.step(events[-1]).endswith("要由两名工作人员处理（其他原因）")
    assert chinese.verdict(rows) == "还没办完：¥154.00 没退成：由工作人员退；居民走开了；有迟到的款。"
    assert english.verdict(rows) == "Not finished: refund of ¥154.00 failed: staff; the resident left; late money."
    assert chinese.to_do(rows) == ("渠道不退：由两个人用别的办法把 ¥154.00 退给居民，并记下怎么退的。",)
    assert "return ¥154.00 to the resident in another way" in english.to_do(rows)[0]
    assert english.sums(rows) == "due 154.00, captured 154.00, refunded 0.00, delivered 0.00, owed 154.00"
