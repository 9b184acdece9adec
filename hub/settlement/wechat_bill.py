"""WeChat Pay's trade bill (APIv3 `tradebill`, type ALL), as downloaded: CSV whose cells begin with a backtick.

It ends with a header and a line of sums: a file without them was cut. What exactly they sum up is not published, so
they prove no more than that.
"""

from hub.settlement.files import Columns, fen, lines, number, one_day, unpacked
from hub.settlement.source import Entry, SettlementSource, Statement, StatementError
from kiosk.text.bilingual import Bilingual

NEEDED = ("交易时间", "微信订单号", "商户订单号", "交易状态", "货币种类", "商户退款单号", "退款状态", "退款金额")
CHARGE = ("订单金额", "应结订单金额", "总金额")
"""What the resident was asked for, coupons included: as our journals have it. Older bills have the later names."""
REFUND = ("申请退款金额", "退款金额")


def read(content: bytes) -> Statement:
    """See `SettlementSource`."""
    told = lines(unpacked(content))
    if not told or not told[0].startswith("交易时间"):
        raise StatementError(1, "header")
    header = told[0].split(",")
    columns = Columns(1, header, NEEDED)
    if not any(name in header for name in CHARGE):
        raise StatementError(1, "column", name=CHARGE[0])
    if len(told) < 3 or not told[-2].startswith("总交易单数"):
        raise StatementError(len(told), "cut")
    entries: list[Entry] = []
    days: set[str] = set()
    others: set[str] = set()
    for line, text in enumerate(told[1:-2], start=2):
        row = _cells(line, text, columns.count)
        if columns.cell(row, "货币种类") != "CNY":
            raise StatementError(line, "currency", found=columns.cell(row, "货币种类"))
        entry = _entry(line, row, columns)
        if entry is None:
            continue
        entries.append(entry)
        (days if entry.kind == "charge" else others).add(columns.cell(row, "交易时间")[:10])
    return Statement(day=one_day(days or others), entries=tuple(entries))


def _cells(line: int, text: str, count: int) -> list[str]:
    """A description may have a comma in it, and nothing is quoted: what parts cells is a comma and a backtick."""
    if not text.startswith("`"):
        raise StatementError(line, "cells", found=text)
    cells = text[1:].split(",`")
    if len(cells) != count:
        raise StatementError(line, "count", found=str(len(cells)), wanted=str(count))
    return cells


def _entry(line: int, row: list[str], columns: Columns) -> Entry | None:
    ours = number(line, columns.cell(row, "商户订单号"))
    ref = columns.cell(row, "微信订单号")
    match columns.cell(row, "交易状态"):
        case "SUCCESS":
            return Entry(line=line, kind="charge", number=ours, ref=ref, fen=_charge(line, row, columns))
        case "REFUND" | "REVOKED" if columns.cell(row, "退款状态") in ("SUCCESS", "PROCESSING"):
            amount = abs(fen(line, columns.cell(row, *REFUND)))
            refund = columns.cell(row, "商户退款单号")
            refund = "" if refund in ("", "0") else number(line, refund)
            return Entry(line=line, kind="refund", number=ours, refund=refund, fen=amount)
        case "REFUND" | "REVOKED":
            return None  # a refund that failed, or a payment that was called off before it was made
        case other:
            raise StatementError(line, "state", found=other)


def _charge(line: int, row: list[str], columns: Columns) -> int:
    amount = fen(line, columns.cell(row, *CHARGE))
    if amount < 0:
        raise StatementError(line, "amount", found=columns.cell(row, *CHARGE))
    return amount


WECHAT_BILL = SettlementSource(
    title=Bilingual(zh="微信支付交易账单", en="WeChat Pay trade bill"), channels=("wechat", "wechat_code"), read=read
)
