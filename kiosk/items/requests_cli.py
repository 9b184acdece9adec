"""`kiosk requests`: what residents asked for at home or on their behalf, with whom to call. Changes nothing.

It unseals personal values for whoever may read the ledger's folder and its key, and for nobody else.
"""

import argparse
import json
import sys
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlite_utils import Database

from kiosk.config import DEFAULT_PATH
from kiosk.config_face import glance
from kiosk.ledger import tables
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.reading import reading, unsealed
from kiosk.protocol.requests import RequestPrivate, RequestRow
from kiosk.text.numbers import moment, order_number

_WAYS = {"at_home": "a visit at home", "on_behalf": "on their behalf"}
GONE = "expired, or sent to the hub: its page of requests has it"


def requests_command(argv: list[str]) -> int:
    """`kiosk requests [--day YYYY-MM-DD] [--json]`: the newest first; works while the terminal runs."""
    parser = argparse.ArgumentParser(prog="kiosk requests", description=requests_command.__doc__)
    parser.add_argument("--config", type=Path, default=DEFAULT_PATH, help="names the ledger's folder")
    parser.add_argument("--data", type=Path, help="another data folder, or a copy of one with its keys")
    parser.add_argument("--day", default="", help="of one business date only, YYYY-MM-DD")
    parser.add_argument("--json", action="store_true", help="one object a line, for other programs")
    options = parser.parse_args(argv)
    face = glance(options.config)
    folder: Path | None = options.data or face.ledger
    if folder is None:
        sys.stderr.write(f"{options.config} names no ledger folder; say --config FILE or --data DIR\n")
        return 1
    try:
        with reading(folder) as db:
            found = _requests(db, folder, options.day)
    except (LedgerError, OSError, msgspec.ValidationError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say = _as_json if options.json else _as_lines
    sys.stdout.write(say(found, ZoneInfo(face.hall.timezone)))
    return 0


_Found = list[tuple[RequestRow, RequestPrivate | None]]


def _requests(db: Database, folder: Path, day: str) -> _Found:
    rows = tables.matters_where(db, RequestRow, {"business_date": day} if day else {})
    if not rows:
        return []
    rows.sort(key=lambda row: (row.at_ms, row.number), reverse=True)
    return [(row, _private(unsealed(db, folder, row.subject))) for row in rows]


def _private(value: bytes | None) -> RequestPrivate | None:
    return None if value is None else msgspec.json.decode(value, type=RequestPrivate)


def _as_lines(found: _Found, zone: tzinfo) -> str:
    blocks = []
    for row, private in found:
        who = f"{private.name}, {private.phone}, {private.address}" if private else GONE
        wish = f", wished {private.wish}" if private and private.wish else ""
        made = f"{order_number(row.number)}  {moment(row.at_ms, zone)}  item {row.item}, {_WAYS.get(row.way, row.way)}"
        blocks.append(f"{made}{wish}\n  {who}\n")
    return "".join(blocks) or "there are no requests\n"


def _as_json(found: _Found, zone: tzinfo) -> str:
    return "".join(
        json.dumps(
            {
                "number": row.number,
                "made": moment(row.at_ms, zone),
                "item": row.item,
                "way": row.way,
                **(msgspec.to_builtins(private) if private else {"expired": True}),
            },
            ensure_ascii=False,
        )
        + "\n"
        for row, private in found
    )
