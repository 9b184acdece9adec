"""What the hub reads of others' books, and what it makes of rows that a terminal signed."""

from collections.abc import Callable

import msgspec

from hub.orders.reading import Order, order_values, payment_values, read_on
from hub.settlement.source import SettlementSource, StatementError, sources
from kiosk.protocol.envelope import decode
from tests.fuzz.campaign import Target
from tests.fuzz.files import EVENTS, OPENED, ROWS
from tests.hub.bills import alipay_bill, company_file, wechat_bill, zipped

SAID = (("T1K20000012A1", 15_400, ""), ("T1K20000012A1", 15_400, "T1K20000012A1R1"))
ALIPAY = alipay_bill(*SAID)


def check_statement(source: SettlementSource) -> Callable[[bytes], None]:
    """Amounts that nobody owes backwards, of one day, or the one error that names the line."""

    def check(content: bytes) -> None:
        try:
            found = source.read(content)
        except StatementError as caught:
            error = caught
        else:
            assert all(0 <= entry.fen < 10**12 and entry.number for entry in found.entries)
            assert len(found.day) == len("2026-11-24")
            return
        assert error.line >= 0
        if not content.startswith((b"PK", b"\x1f\x8b")):
            assert error.line <= content.count(b"\n") + content.count(b"{") + 1

    return check


def check_reading(body: bytes) -> None:
    """Whatever a terminal signs, both databases can hold what is kept of it."""
    try:
        decode(body)
    except msgspec.DecodeError:
        return
    known = {EVENTS[0].order_no: Order(rows=OPENED)}
    for order in read_on(known, [body.decode()]).values():
        for row in (order_values("K2", "hall", "T1", order, aside=False), *payment_values("K2", "hall", order)):
            assert all(-(2**63) <= value < 2**63 if isinstance(value, int) else "\0" not in value for value in row)


TARGETS = (
    Target("wechat_bill", (wechat_bill(*SAID),), check_statement(sources()["wechat_bill"]), shape="lines"),
    Target("alipay_bill", (ALIPAY, zipped(a=ALIPAY)), check_statement(sources()["alipay_bill"]), shape="lines"),
    Target(
        "company_file",
        (company_file(("T1K20000012", "delivered", 15_400)),),
        check_statement(sources()["gas_company"]),
        shape="json",
    ),
    Target("hub_reading", ROWS, check_reading, shape="json"),
)
