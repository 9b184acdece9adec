"""The hub's last receipt, kept beside the database: a signed witness that a restored backup does not bring along."""

import logging
from pathlib import Path

import msgspec

from kiosk.ledger.disk import write_once
from kiosk.ledger.witness import Head
from kiosk.protocol.batch import Receipt

log = logging.getLogger(__name__)


def read_receipt(path: Path) -> Receipt | None:
    """The receipt in a file, None where there is none or nobody can read it. Raises `OSError`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Receipt)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        log.error("the hub's receipt in %s cannot be read, and all is sent again: %s", path, error)
        return None


def write_receipt(path: Path, receipt: Receipt) -> None:
    """Make it durable, in the place of the one before. Raises `OSError`."""
    write_once(path, msgspec.json.encode(receipt))


def head_of(receipt: Receipt | None, ledger_id: str) -> Head | None:
    """What the hub has of this ledger, as far as the receipt tells."""
    if receipt is None or receipt.ledger != ledger_id:
        return None
    return Head(ledger_id, receipt.seq, bytes.fromhex(receipt.hash))
