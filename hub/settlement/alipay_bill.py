"""Alipay's bill of trades (`alipay.data.dataservice.bill.downloadurl.query`, type trade), as downloaded: a ZIP with a
table of trades and one of sums, or the table alone; GB 18030, lines with `#` before and after the table, tabs behind
numbers.
"""

import re

from hub.settlement.files import Columns, fen, is_day, lines, number, unpacked
from hub.settlement.source import Entry, SettlementSource, Statement, StatementError
from kiosk.text.bilingual import Bilingual

AMOUNT, REFUND = "订单金额（元）", "退款批次号/请求号"
NEEDED = ("支付宝交易号", "商户订单号", "业务类型", AMOUNT, REFUND)
_BEGINS = re.compile(r"起始日期：\[(\d{4})年(\d{2})月(\d{2})日")
_COUNTS = re.compile(r"#(交易|退款)合计：(\d+)笔")


def read(content: bytes) -> Statement:
    """See `SettlementSource`."""
    told = lines(unpacked(content, skip="汇总"))
    at = next((n for n, text in enumerate(told) if text.startswith("支付宝交易号")), None)
    if at is None:
        raise StatementError(0, "header")
    columns = Columns(at + 1, [name.strip() for name in told[at].split(",")], NEEDED)
    entries: list[Entry] = []
    for line, text in enumerate(told[at + 1 :], start=at + 2):
        if text.startswith("#"):
            break
        entries.append(_entry(line, text, columns))
    else:
        raise StatementError(len(told), "cut")
    _check_counts(told, entries)
    return Statement(day=_day(told[:at]), entries=tuple(entries))


def _day(before: list[str]) -> str:
    for line, text in enumerate(before, start=1):
        if found := _BEGINS.search(text):
            day = "-".join(found.groups())
            if not is_day(day):
                raise StatementError(line, "days", found=day)
            return day
    raise StatementError(0, "days", found="-")


def _entry(line: int, text: str, columns: Columns) -> Entry:
    row = text.split(",")
    if len(row) != columns.count:
        raise StatementError(line, "count", found=str(len(row)), wanted=str(columns.count))
    ours, ref = number(line, columns.cell(row, "商户订单号")), columns.cell(row, "支付宝交易号")
    amount = fen(line, columns.cell(row, AMOUNT))
    match columns.cell(row, "业务类型"):
        case "交易" if amount >= 0:
            return Entry(line=line, kind="charge", number=ours, ref=ref, fen=amount)
        case "退款" if amount <= 0:
            refund = columns.cell(row, REFUND)
            return Entry(line=line, kind="refund", number=ours, refund=refund and number(line, refund), fen=-amount)
        case "交易" | "退款":
            raise StatementError(line, "amount", found=columns.cell(row, AMOUNT))
        case other:
            raise StatementError(line, "state", found=other)


def _check_counts(told: list[str], entries: list[Entry]) -> None:
    """The file counts its own trades and refunds after the table."""
    for line, text in enumerate(told, start=1):
        if found := _COUNTS.match(text):
            kind = "charge" if found[1] == "交易" else "refund"
            count = sum(entry.kind == kind for entry in entries)
            if count != int(found[2]):
                raise StatementError(line, "sum_count", found=str(count), wanted=found[2])


ALIPAY_BILL = SettlementSource(
    title=Bilingual(zh="支付宝业务账单", en="Alipay bill of trades"), channels=("alipay", "alipay_code"), read=read
)
