"""`kiosk ledger`: what happened to the money, and whether the record of it can be trusted. Changes nothing."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlite_utils import Database

from kiosk.config_face import glance
from kiosk.ledger import checks, tables
from kiosk.ledger.archive import told
from kiosk.ledger.card_images import image_lines
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.files import Files
from kiosk.ledger.numbering import check_character
from kiosk.ledger.reading import find, plain, reading, unsealed, verify
from kiosk.ledger.receipts import read_receipt
from kiosk.ledger.witness import read_witness
from kiosk.orders.private import CardPrivate, unseal
from kiosk.protocol.envelope import Envelope
from kiosk.protocol.matter import is_matter
from kiosk.protocol.order.story import Story
from kiosk.text.catalogue import catalogue
from kiosk.text.numbers import order_number, yuan
from kiosk.views.view import LANGUAGES


def ledger_command(argv: list[str]) -> int:
    """`kiosk ledger orders | show [ORDER [--card]] | verify`; works while the terminal runs, and on copies."""
    parser = argparse.ArgumentParser(prog="kiosk ledger", description="Look at the ledger of a terminal.")
    commands = parser.add_subparsers(dest="command", required=True)
    orders = commands.add_parser("orders", help="all orders, newest first")
    orders.add_argument("--open", action="store_true", help="only those that are not closed")
    show = commands.add_parser("show", help="the story of one order or matter, or the last events")
    show.add_argument("order", nargs="?", help="an order number, with or without dashes, or the id of a matter")
    show.add_argument("--last", type=int, default=20, metavar="N", help="how many events without an order (20)")
    show.add_argument("--card", action="store_true", help="and the images of its gas card around each write, unsealed")
    show.add_argument("--language", choices=LANGUAGES, default="en", help="of the story (en)")
    commands.add_parser("verify", help="check everything; exit status 1 when something is wrong")
    for command in commands.choices.values():
        command.add_argument("--config", type=Path, default=Path("config.toml"), help="names the ledger's folder")
        command.add_argument("--data", type=Path, help="another data folder, or a copy of one")
        command.add_argument("--archive", type=Path, help="another folder of what left the journal")
    arguments = parser.parse_args(argv)
    face = glance(arguments.config)
    story = Story(catalogue(getattr(arguments, "language", "en")), ZoneInfo(face.hall.timezone))
    arguments.archive = arguments.archive or (face.archive if arguments.data is None else None)
    arguments.data = arguments.data or face.ledger
    if arguments.data is None:
        return _fail(f"{arguments.config} names no ledger folder; say --config FILE or --data DIR")
    try:
        witness = read_witness(Files(arguments.data).witness)
        receipt = read_receipt(Files(arguments.data).receipt)
        with reading(arguments.data) as db:
            match arguments.command:
                case "orders":
                    return _orders(db, story, only_open=arguments.open)
                case "show" if arguments.order:
                    status = _story(db, story, arguments.order, arguments.archive)
                    return status or (_card(db, arguments.data, arguments.order) if arguments.card else 0)
                case "show":
                    return _last(db, story, arguments.last)
                case _:
                    found = list(verify(db, witness, arguments.archive, receipt))
                    status = _verify(db, found, witnessed=witness is not None)
                    _tell_of_earlier(Files(arguments.data))
                    return status
    except (LedgerError, OSError, msgspec.DecodeError) as error:
        return _fail(str(error))


def _orders(db: Database, story: Story, *, only_open: bool) -> int:
    found = tables.load(db, "WHERE closed = 0" if only_open else "")
    rows: list[tuple[str, ...]] = [("order", "begun", "state", "due", "captured", "refunded", "liability", "note")]
    rows += [
        (
            order_number(order.order.order_no),
            story.moment(order.order.opened_ms),
            story.state(order),
            *(yuan(fen) for fen in (order.order.due_fen, order.captured_fen, order.refunded_fen, order.liability_fen)),
            story.note(order),
        )
        for order in sorted(found, key=lambda order: (order.order.opened_ms, order.order.order_no), reverse=True)
    ]
    _say(*_columns(rows, right={3, 4, 5, 6}))
    return 0


def _story(db: Database, story: Story, wanted: str, archive: Path | None) -> int:
    if is_matter(wanted):
        return _matter(db, story, wanted, archive)
    try:
        order_no = find(db, wanted)
    except LookupError:
        order_no = plain(wanted)
        if not (order_no.isalnum() and order_no.isascii() and check_character(order_no[:-1]) == order_no[-1]):
            return _fail(f"{wanted} is not an order number: its check character is wrong")
        told = _archived(db, archive, order_no)
        rows = checks.order_of(order_no, told)
        if rows is None:
            return _fail(f"there is no order {wanted} in this ledger")
    else:
        told = list(checks.envelopes(db, order=order_no))
        rows = tables.load(db, "WHERE order_no = ?", [order_no])[0]
    _say(story.title(rows), story.verdict(rows), "")
    _tell(told, story)
    _say("", story.sums(rows), *story.to_do(rows))
    return 0


def _card(db: Database, folder: Path, wanted: str) -> int:
    """They are personal: only for whoever may read the folder and its key."""
    rows = tables.load(db, "WHERE order_no = ?", [plain(wanted)])
    value = unsealed(db, folder, rows[0].order.subject) if rows else None
    if value is None:
        return _fail(f"the sealed values of {wanted} are gone")
    private = unseal(value)
    writes = private.writes if isinstance(private, CardPrivate) else ()
    _say("", *(image_lines(writes) if writes else ("nothing was written on a gas card for it",)))
    return 0


def _matter(db: Database, story: Story, matter: str, archive: Path | None) -> int:
    told = list(checks.envelopes(db, matter=matter)) or _archived(db, archive, matter)
    if not told:
        return _fail(f"there is no matter {matter} in this ledger")
    _tell(told, story)
    return 0


def _archived(db: Database, archive: Path | None, name: str) -> list[Envelope]:
    if archive is None or not checks.anchor(db).seq:
        return []
    return told(archive, checks.ledger_id(db), name)


def _tell(told: Sequence[Envelope], story: Story) -> None:
    _say(*_columns([(story.moment(row.at), f"{row.seq}", _line(story, row)) for row in told], right={1}))


def _line(story: Story, row: Envelope) -> str:
    technical = story.technical(row)
    return f"{story.line(row)} [{technical}]" if technical else story.line(row)


def _last(db: Database, story: Story, count: int) -> int:
    last = checks.head(db).seq
    lines = [
        (f"{envelope.seq}", story.moment(envelope.at), _number(envelope), _line(story, envelope))
        for envelope in checks.envelopes(db, after=last - count)
    ]
    _say(*_columns(lines, right={0}))
    return 0


def _verify(db: Database, found: list[tuple[str, str | None]], *, witnessed: bool) -> int:
    _say(*_columns([("WRONG" if wrong else "ok", name, wrong or "") for name, wrong in found], right=set()))
    sound = not any(wrong for _, wrong in found)
    if sound:
        head = checks.head(db)
        before = checks.anchor(db).seq
        count = f"rows {before + 1} to {head.seq}, those before are archived" if before else f"{head.seq} rows"
        _say(f"ledger {head.ledger_id} is sound: {count}, head {head.hash.hex()}")
    if not witnessed:
        _say("there was no witness to compare it with: rows that were lost at the end would not show")
    return 0 if sound else 1


def _tell_of_earlier(files: Files) -> None:
    """What was set aside may hold orders that are owed, of which this ledger knows nothing."""
    for aside, why in files.set_aside():
        _say(
            f"an earlier ledger was set aside in {aside}: {why}",
            f"  what is owed in it, as far as it can be read: kiosk ledger orders --open --data {aside}",
        )


def _number(envelope: Envelope) -> str:
    return order_number(envelope.order) if envelope.order else envelope.matter


def _columns(rows: Sequence[tuple[str, ...]], right: set[int]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _fail(message: str) -> int:
    sys.stderr.write(f"kiosk ledger: {message}\n")
    return 1
