"""`kiosk sync`: make this terminal known to its hub, and see how far its journal has come."""

import argparse
import asyncio
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from kiosk.config import Config, ConfigError, load
from kiosk.devices.secret import SecretError
from kiosk.ledger import checks
from kiosk.ledger.errors import LedgerError
from kiosk.ledger.files import Files
from kiosk.ledger.reading import reading
from kiosk.ledger.receipts import read_receipt
from kiosk.ports.http import Lost, Reply
from kiosk.protocol.batch import Refused
from kiosk.protocol.pairing import CONTENT_TYPE, PATH, Paired, Pairing
from kiosk.protocol.signing import raw
from kiosk.sync.identity import Identity, NotPairedError, identity_in, keep, new_private_key
from kiosk.sync.line import HubLine
from kiosk.text.numbers import exact_moment

TRIES = 3


def sync_command(argv: list[str]) -> int:
    """`kiosk sync pair CODE | status`."""
    parser = argparse.ArgumentParser(prog="kiosk sync", description="What this terminal has to do with its hub.")
    commands = parser.add_subparsers(dest="command", required=True)
    pair = commands.add_parser("pair", help="make this terminal known to the hub; the code comes from its staff")
    pair.add_argument("code")
    commands.add_parser("status", help="up to where the hub has the journal; exit status 1 when it is not sent")
    for command in commands.choices.values():
        command.add_argument("--config", type=Path, default=Path("config.toml"))
    chosen = parser.parse_args(argv)
    try:
        config = load(chosen.config)
        if not config.hub.url:
            return _fail(f"{chosen.config} names no hub: [hub] url")
        folder = config.path.parent / config.ledger.folder
        if chosen.command == "pair":
            return asyncio.run(_pair(config, folder, chosen.code))
        return _status(config, folder)
    except ConfigError as error:
        return _fail(*error.lines)
    except (LedgerError, NotPairedError, SecretError, OSError, ValueError) as error:
        return _fail(str(error))


async def _pair(config: Config, folder: Path, code: str) -> int:
    identity = Identity(
        hub=config.hub.url,
        hall=config.hall.id,
        terminal=config.terminal.id,
        private_key=new_private_key(),
        hub_key="0" * 64,
    )
    public = raw(identity.key.public_key()).hex()
    content = msgspec.json.encode(Pairing(code=code, public_key=public))
    async with HubLine(config.hub, time.time) as line:
        for _ in range(TRIES):  # the hub knows a key that comes again with its code
            reply = await line.ask(identity.key, PATH, CONTENT_TYPE, content)
            if isinstance(reply, Reply):
                break
    if isinstance(reply, Lost):
        return _fail(f"{config.hub.url} does not answer: {reply.why}")
    try:
        if reply.status != 200:
            refused = msgspec.json.decode(reply.body, type=Refused)
            return _fail(f"{config.hub.url} refuses: {refused.detail}")
        paired = msgspec.json.decode(reply.body, type=Paired)
        identity = msgspec.convert({**msgspec.to_builtins(identity), "hub_key": paired.hub_key}, Identity)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return _fail(f"what answers at {config.hub.url} is no hub: HTTP {reply.status}, {error}")
    if (paired.hall, paired.terminal) != (identity.hall, identity.terminal):
        return _fail(
            f"this code is for terminal {paired.terminal} of {paired.hall}, "
            f"and this is {identity.terminal} of {identity.hall}: nothing was kept; ask for another code"
        )
    keep(folder, identity)
    _say(f"terminal {identity.terminal} of {identity.hall} is paired with {config.hub.url}; a running one notices soon")
    return 0


def _status(config: Config, folder: Path) -> int:
    identity = identity_in(folder)
    receipt = read_receipt(Files(folder).receipt)
    with reading(folder) as db:
        head = checks.head(db)
    _say(f"hub      {identity.hub}, paired as {identity.terminal} of {identity.hall}")
    if receipt is None or receipt.ledger != head.ledger_id:
        _say(f"journal  {head.seq} rows, none of which the hub has acknowledged")
        return int(head.seq > 0)
    at = exact_moment(receipt.at, ZoneInfo(config.hall.timezone))
    _say(f"journal  {head.seq} rows, {head.seq - receipt.seq} of them not sent yet; last receipt {at}")
    return int(head.seq > receipt.seq)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _fail(*lines: str) -> int:
    for line in lines:
        sys.stderr.write(f"kiosk sync: {line}\n")
    return 1
