"""What the workbench makes of books and answers, without a window."""

from kiosk.rehearsal.workbench import hints, telling
from tests.orders.story import Story


def test_a_table_of_a_simulator_nobody_has_heard_of() -> None:
    books = {"things": [{"n": 1, "cost_fen": 250, "open": True}], "state": {"plugged": True}, "odd": ["text"]}
    [table] = telling.tables("en", "stranger", books)
    assert table["columns"] == ["No.", "Cost", "Open"]
    assert table["rows"] == [["1", "¥2.50", "yes"]]
    assert table["numbers"] == [False, True, False]


def test_the_resident_who_waits_comes_before_the_trouble() -> None:
    code = hints.Party("wechat_pay", "WeChat", {"code": "open", "amount_fen": 15400, "plugged": True}, 1, True)
    printer = hints.Party("escpos", "Printer", {"paper_out": True}, 0, True)
    found = hints.hints("en", [printer, code], [], [])
    assert [hint["action"] for hint in found] == ["scan", "refill"]


def test_a_card_terminal_says_what_it_waits_for() -> None:
    waiting = hints.Party("transbank_pos", "Card terminal", {"phase": "pin"}, 0, True)
    [hint] = hints.hints("zh_CN", [waiting], [], [])
    assert (hint["text"], hint["action"], hint["label"]) == ("刷卡机在等密码。", "pin", "密码正确")


def test_a_reader_of_identity_cards_says_that_one_is_waited_for() -> None:
    waiting = hints.Party("sdt_id", "ID card reader", {"asks_for_card": True, "plugged": True}, 0, True)
    [hint] = hints.hints("zh_CN", [waiting], [], [])
    assert (hint["text"], hint["action"], hint["label"]) == ("终端在等身份证。", "lay", "放上一位老人的身份证")
    quiet = hints.Party("sdt_id", "ID card reader", {"asks_for_card": False, "powered": False}, 0, True)
    assert next(hint["action"] for hint in hints.hints("en", [quiet], [], [])) == "power_on"


def test_an_account_is_suggested_only_when_no_order_is_open() -> None:
    quiet = hints.Party("wechat_pay", "WeChat", {"plugged": True}, 0, True)
    debtor = {"account": "0100003862", "arrears_fen": 15400}
    going = Story().opened().shown()
    [hint] = hints.hints("en", [quiet], [debtor], [going.rows])
    assert "at an order of ¥1.00" in hint["text"]
    [hint] = hints.hints("en", [quiet], [debtor], [going.captured().rows])
    assert "not finished yet" in hint["text"]
    [hint] = hints.hints("en", [quiet], [debtor], [going.delivered().rows])
    assert "0100003862" in hint["text"]
