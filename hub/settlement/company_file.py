"""The gas company's daily file: the answer of `GET /v1/days/DAY/orders` (docs/gas-company-openapi.json) as a file."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.settlement.files import number, one_day, unpacked
from hub.settlement.source import Entry, SettlementSource, Statement, StatementError
from kiosk.text.bilingual import Bilingual

Fen = Annotated[int, Meta(ge=0, le=100_000_000)]


class Row(msgspec.Struct, frozen=True):
    """A closed order."""

    order_no: str
    state: Literal["delivered", "cancelled"]
    due_fen: Fen
    receipt_no: str = ""


class Day(msgspec.Struct, frozen=True):
    """A day; the counts are those of the delivered orders."""

    day: str
    orders: tuple[Row, ...]
    delivered_count: Annotated[int, Meta(ge=0, le=10**9)]
    delivered_fen: Annotated[int, Meta(ge=0, le=10**15)]


def read(content: bytes) -> Statement:
    """See `SettlementSource`. Its lines are its orders."""
    try:
        told = msgspec.json.decode(unpacked(content), type=Day)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = re.search(r"orders\[(\d+)\]", str(error))
        raise StatementError(int(place[1]) + 1 if place else 0, "json", found=str(error)) from error
    entries = tuple(
        Entry(line=line, kind=row.state, number=number(line, row.order_no), ref=row.receipt_no, fen=row.due_fen)
        for line, row in enumerate(told.orders, start=1)
    )
    delivered = [entry.fen for entry in entries if entry.kind == "delivered"]
    if len(delivered) != told.delivered_count:
        raise StatementError(0, "sum_count", found=str(len(delivered)), wanted=str(told.delivered_count))
    if sum(delivered) != told.delivered_fen:
        raise StatementError(
            0,
            "sum",
            name="delivered_fen",
            found=f"{sum(delivered) / 100:.2f}",
            wanted=f"{told.delivered_fen / 100:.2f}",
        )
    return Statement(day=one_day({told.day}), entries=entries)


COMPANY_FILE = SettlementSource(
    title=Bilingual(zh="燃气公司日对账文件", en="Gas company's daily file"), channels=(), read=read
)
