"""What the workbench makes of books and answers, without a window."""

from kiosk.orders.rows import AttemptRow, OrderRow, Rows
from kiosk.rehearsal.workbench import hints, telling


def paid_by_card(order_no: str, key: str) -> Rows:
    order = OrderRow(
        order_no=order_no,
        kind="gas_bill",
        state="delivered",
        subject="s",
        account_hash="h",
        hash_key="k",
        quote_id="q",
        due_fen=15400,
        business_date="2026-11-24",
        language="en",
        opened_ms=1,
        closed=True,
    )
    attempt = AttemptRow(
        order_no=order_no,
        n=1,
        channel="card",
        device="card",
        hold=False,
        key=key,
        amount_fen=15400,
        state="captured",
        sent_ms=1,
        show_until_ms=2,
        captured_fen=15400,
    )
    return Rows(order=order, attempts=(attempt,))


def sale(ticket: str, *, approved: bool = True, reversed_: bool = False) -> dict[str, object]:
    return {"ticket": ticket, "fen": 15400, "approved": approved, "reversed": reversed_}


def test_a_card_sale_belongs_to_the_order_of_its_ticket() -> None:
    orders = [paid_by_card("T01A0000017", "K1"), paid_by_card("T01A0000025", "K2")]
    sales = [sale("K1"), sale("K2", reversed_=True), sale("K1", approved=False), sale("somebody's")]
    found = telling.takings(orders, {"transbank_pos": {"sales": sales}})["orders"]
    assert found == {
        "T01A0000017A1": {"paid_fen": 15400, "refunded_fen": 0},
        "T01A0000025A1": {"paid_fen": 15400, "refunded_fen": 15400},
    }


def test_a_table_of_a_simulator_nobody_has_heard_of() -> None:
    books = {"things": [{"n": 1, "cost_fen": 250, "open": True}], "state": {"plugged": True}, "odd": ["text"]}
    [table] = telling.tables("en", "stranger", books)
    assert table["columns"] == ["N", "Cost", "Open"]
    assert table["rows"] == [["1", "¥2.50", "yes"]]
    assert table["numbers"] == [False, True, False]


def test_the_resident_who_waits_comes_before_the_trouble() -> None:
    code = hints.Party("wechat_pay", "WeChat", {"code": "open", "amount_fen": 15400, "plugged": True}, 1, True)
    printer = hints.Party("escpos", "Printer", {"paper_out": True}, 0, True)
    found = hints.hints("en", [printer, code], [])
    assert [hint["action"] for hint in found] == ["scan", "refill"]


def test_a_card_terminal_says_what_it_waits_for() -> None:
    waiting = hints.Party("transbank_pos", "Card terminal", {"phase": "pin"}, 0, True)
    [hint] = hints.hints("zh_CN", [waiting], [])
    assert (hint["text"], hint["action"], hint["label"]) == ("刷卡机在等密码。", "pin", "密码正确")
