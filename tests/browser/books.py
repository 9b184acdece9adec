"""The books of everybody: what each of them has must be what all the others have, and nothing else."""

import secrets
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from drivers.gas_company_http.wire import sign_request
from hub.orders.book import Book, Wanted
from hub.sqlite import SqliteStore
from kiosk.ledger.reading import reading
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.tickets import TicketRow
from kiosk.rehearsal.books import lay_side_by_side, ledger_rows, table, ticket_rows
from kiosk.rehearsal.chaos.tickets import papers
from kiosk.rehearsal.simulators import Simulators
from tests.browser.hall import HALL, Hub, Terminal
from tests.hub.bills import Said, wechat_bill


async def agree(hub: Hub, terminals: Sequence[Terminal], town: Simulators, printers: Sequence[Simulators]) -> None:
    """To the letter, to the fen, to the number. `printers` are in the order of their terminals."""
    for terminal in terminals:
        there = (await hub.say("journal", HALL, terminal.name)).splitlines()
        with reading(terminal.ledger) as db:
            here = [body for (body,) in db.execute("SELECT body FROM journal ORDER BY seq")]
        assert there == here
        sys.stdout.write(f"{terminal.name}: {len(here)} rows, the same at both ends\n")
    orders = [rows for terminal in terminals for rows in ledger_rows(terminal.ledger)]
    await _orders_agree(hub, orders)
    lines = lay_side_by_side(orders, {name: town.books(name) for name in town.names})
    sys.stdout.write(f"{table(lines)}\n")
    assert all(line.agrees and line.owed == 0 for line in lines)
    tickets = [ticket_rows(terminal.ledger) for terminal in terminals]
    for given, printer in zip(tickets, printers, strict=True):
        out = papers({"slips": []}, printer.books("escpos"))
        assert sorted(paper.shown for paper in out) == sorted(row.shown for row in given)
    await _tickets_agree(hub, [row for rows in tickets for row in rows])


async def _orders_agree(hub: Hub, orders: Iterable[Rows]) -> None:
    store = SqliteStore(hub.folder / "hub.db")
    await store.open()
    try:
        there = {each.order.rows.order.order_no: each.order.rows for each in await Book(store).find(Wanted())}
    finally:
        await store.aclose()
    assert there == {rows.order.order_no: rows for rows in orders}
    sys.stdout.write(f"{len(there)} orders, the same on the hub's pages\n")


async def _tickets_agree(hub: Hub, tickets: Sequence[TicketRow]) -> None:
    """The hub has each as it is, and of each day every number was given once."""
    store = SqliteStore(hub.folder / "hub.db")
    await store.open()
    try:
        async with store.work() as sql:
            found = await sql("SELECT body FROM matter WHERE hall = $1 AND kind = 'ticket'", HALL)
    finally:
        await store.aclose()
    there = [msgspec.json.decode(body, type=TicketRow) for (body,) in found]
    assert sorted(there, key=_by_matter) == sorted(tickets, key=_by_matter)
    given = defaultdict[str, list[int]](list)
    for row in tickets:
        given[row.business_date].append(row.number)
    for day, numbers in sorted(given.items()):
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), (day, numbers)
        sys.stdout.write(f"{day}: numbers 1 to {len(numbers)}, each once\n")


def _by_matter(row: TicketRow) -> str:
    return row.matter


def bills(town: Simulators, day: date, now: datetime, folder: Path) -> None:
    """What a machine of the hall fetches when a day is over: the wallet's bill, and the company's file."""
    said = [
        each
        for at_ms, each in _taken(town.books("wechat_pay")["orders"])
        if datetime.fromtimestamp(at_ms / 1000, now.tzinfo).date() == day
    ]
    for name in ("wechat_bill", "gas_company"):
        (folder / name).mkdir(parents=True)
    (folder / "wechat_bill" / f"{day}.csv").write_bytes(wechat_bill(*said, day=f"{day}"))
    file = _fetched(town, f"/v1/days/{day}/orders", round(now.timestamp() * 1000))
    (folder / "gas_company" / f"{day}.json").write_bytes(file)


def _taken(orders: dict[str, dict[str, list[dict[str, int | str]]]]) -> Iterable[tuple[int, Said]]:
    for number, booked in orders.items():
        for payment in booked["payments"]:
            yield int(payment["paid_ms"]), (number, int(payment["fen"]), "")
        for refund in booked["refunds"]:
            yield int(refund["at_ms"]), (number, int(refund["fen"]), str(refund["out_refund_no"]))


def _fetched(town: Simulators, path: str, time_ms: int) -> bytes:
    """Asked for as docs/gas-company-openapi.json says."""
    told = town.announcements["gas_company_http"]
    terminal, key = str(told.settings["terminal"]), Path(str(told.settings["key"]).removeprefix("file:"))
    signed = sign_request(
        key.read_bytes().strip(),
        terminal=terminal,
        method="GET",
        target=path,
        time_ms=time_ms,
        nonce=secrets.token_hex(16),
        body=b"",
    )
    line = HTTPConnection(urlsplit(told.port).netloc, timeout=20)
    try:
        line.request("GET", path, headers=signed)
        answer = line.getresponse()
        content = answer.read()
    finally:
        line.close()
    assert answer.status == HTTPStatus.OK, content
    return content
