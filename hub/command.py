"""`menkou-hub`: serve, and pair terminals."""

import argparse
import asyncio
import getpass
import logging
import os
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

from hub.cases.deadline_book import DeadlineBook
from hub.commands import CommandBook
from hub.configurations import Configuration, ConfigurationBook, use
from hub.form_delivery import in_folder
from hub.forms import FormBook
from hub.journal import bodies
from hub.keys import CODE_S, hash_of_code, new_code, read_or_make_key
from hub.settlement.folder import read_folder
from hub.settlement.source import sources
from hub.sqlite import SqliteStore
from hub.staff import kept
from hub.store import Role, Staff, Store, StoreBusyError
from hub.terminals import trusted
from kiosk.protocol.configuration import tables_of
from kiosk.protocol.form_files import MOST_FORMS, MOST_OF_ALL, FormSet

SHUTDOWN_S = 5
"""For what is being answered when the hub is told to stop; pages that listen for news would never end."""
IDLE_S = 65
"""How long a connection is kept without a request: longer than a terminal or a balancer keeps it."""
CONSOLE = "menkou-hub"
"""Who orders something by command, in the records."""
DATABASE = "MENKOU_HUB_DATABASE"
"""The environment variable that names the database: on a command line everybody sees its password."""


def main(argv: Sequence[str] | None = None) -> int:
    """Exit status 1 with one line for what cannot be done."""
    parser = argparse.ArgumentParser(prog="menkou-hub", description="Receives the journals of many terminals.")
    parser.add_argument("--data", type=Path, default=Path("var/hub"), help="holds the hub's key, and its database")
    parser.add_argument(
        "--database",
        default=os.environ.get(DATABASE, ""),
        metavar="URL",
        help=f"postgresql://…, also from the environment ({DATABASE}); without it SQLite in the folder",
    )
    parser.add_argument("--timezone", default="Asia/Shanghai", help="of the times on its pages, and of its days")
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer terminals until it is told to end")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8600)
    serve.add_argument("--certificate", type=Path, help="TLS certificate in PEM; without it a proxy must bring TLS")
    serve.add_argument("--certificate-key", type=Path)
    admit = commands.add_parser("admit", help="let somebody open the pages; the password is read from standard input")
    admit.add_argument("name")
    admit.add_argument("--role", choices=get_args(Role), default="viewer")
    dismiss = commands.add_parser("dismiss", help="let somebody open them no more")
    dismiss.add_argument("name")
    pair = commands.add_parser("code", help=f"a code that pairs one terminal, once, within {CODE_S // 60} minutes")
    pair.add_argument("hall", help="[hall] id of the terminal's configuration")
    pair.add_argument("terminal", help="and [terminal] id")
    revoke = commands.add_parser("revoke", help="trust a terminal no more")
    revoke.add_argument("hall")
    revoke.add_argument("terminal")
    configure = commands.add_parser("configure", help="keep another version of what a hall's terminals share")
    configure.add_argument("hall")
    configure.add_argument("file", type=Path, help="TOML with what is to change")
    configure.add_argument("--catalogue", type=Path, help="a file of `kiosk catalogue import`; else the last one stays")
    configure.add_argument(
        "--forms", type=Path, help="a folder with exactly these forms; else those of the last version"
    )
    configure.add_argument("--note", default="", help="why")
    configure.add_argument("--use", action="store_true", help="have all terminals of the hall use it")
    deadlines = commands.add_parser("deadlines", help="how soon staff have to act, and which days are free")
    deadlines.add_argument("file", type=Path, nargs="?", help="TOML; without it what counts is printed")
    heads = commands.add_parser("heads", help="up to where each terminal of a hall has sent its journal")
    heads.add_argument("hall")
    journal = commands.add_parser("journal", help="what the hub has of a terminal's journal, row by row as it was sent")
    journal.add_argument("hall")
    journal.add_argument("terminal")
    statements = commands.add_parser("statements", help="read in bills and files of the gas company: FOLDER/SOURCE/*")
    statements.add_argument("folder", type=Path, help="with a folder for each source: " + ", ".join(sources()))
    chosen = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        return asyncio.run(_run(chosen))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"menkou-hub: {error}\n")
        return 1


async def _run(chosen: argparse.Namespace) -> int:
    store = store_at(chosen.database, chosen.data)
    if chosen.command == "serve":
        return await _serve(chosen, store)
    await store.open()
    try:
        return await _ask(chosen, store)
    except StoreBusyError as error:
        raise OSError(f"the database cannot be asked: {error}") from error
    finally:
        await store.aclose()


def store_at(url: str, folder: Path) -> Store:
    """The store in a database, or in a file of the hub's folder. Raises `ValueError` for another kind of URL."""
    if not url:
        return SqliteStore(folder / "hub.db")
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError(f"a database is postgresql://…, not {url.partition(':')[0]}:…")
    from hub.postgres import PostgresStore

    return PostgresStore(url)


async def _serve(chosen: argparse.Namespace, store: Store) -> int:
    import uvicorn

    from hub.app import app  # here because the other commands need no server

    door = door_at(chosen.host, chosen.port)
    scheme = "https" if chosen.certificate else "http"
    sys.stdout.write(f"listening at {scheme}://{chosen.host}:{door.getsockname()[1]}\n")
    sys.stdout.flush()
    server = uvicorn.Server(
        uvicorn.Config(
            app(store, read_or_make_key(chosen.data / "hub.key"), ZoneInfo(chosen.timezone)),
            ssl_certfile=chosen.certificate,
            ssl_keyfile=chosen.certificate_key,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_S,
            timeout_keep_alive=IDLE_S,
        )
    )
    await server.serve([door])
    return 0 if server.started else 1


def door_at(host: str, port: int) -> socket.socket:
    """Where connections come in. An answer goes out as it is written, head and content apart: else the content would
    wait until the other side acknowledges the head, 40 ms later."""
    door = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=1024)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


async def _ask(chosen: argparse.Namespace, store: Store) -> int:
    match chosen.command:
        case "code":
            code = new_code()
            until_ms = int((time.time() + CODE_S) * 1000)
            await store.offer(hash_of_code(code), chosen.hall, chosen.terminal, until_ms)
            sys.stdout.write(f"{code}\n")
        case "admit":
            password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
            await store.admit(Staff(name=chosen.name, role=chosen.role, password=kept(password)))
        case "dismiss":
            if not await store.dismiss(chosen.name):
                raise ValueError(f"nobody is called {chosen.name}")
        case "configure":
            await _configure(chosen, store)
        case "deadlines":
            book = DeadlineBook(store)
            if chosen.file is None:
                sys.stdout.write((await book.now()).text)
            else:
                await book.give(chosen.file.read_text("utf-8"), CONSOLE, int(time.time() * 1000))
        case "revoke":
            if not await store.revoke(chosen.hall, chosen.terminal):
                raise ValueError(f"there is no terminal {chosen.terminal} in {chosen.hall}")
        case "journal":
            async for body in bodies(store, chosen.hall, chosen.terminal):
                sys.stdout.write(f"{body}\n")
        case "statements":
            return await read_folder(store, chosen.folder, ZoneInfo(chosen.timezone), int(time.time() * 1000))
        case _:
            for terminal, head in await store.heads(chosen.hall):
                sys.stdout.write(f"{terminal:<6} {head.ledger}  row {head.seq:,}  {head.hash[:16]}\n")
    return 0


async def _configure(chosen: argparse.Namespace, store: Store) -> None:
    versions, now_ms = ConfigurationBook(store), int(time.time() * 1000)
    text = chosen.file.read_text("utf-8")
    tables_of(text)
    catalogue = chosen.catalogue.read_text("utf-8") if chosen.catalogue else None
    forms = await _kept_forms(store, chosen.forms) if chosen.forms else None
    bundle = await versions.following(chosen.hall, text=text, catalogue=catalogue, forms=forms)
    if not await versions.add(Configuration(bundle=bundle, who=CONSOLE, note=chosen.note, at_ms=now_ms)):
        raise ValueError("somebody else saved a version meanwhile")
    sys.stdout.write(f"version {bundle.version}\n")
    if chosen.use:
        names = list(await trusted(store, chosen.hall))
        await use(CommandBook(store), bundle, names, CONSOLE, now_ms)
        sys.stdout.write(f"ordered for {', '.join(names) or 'no terminal'}\n")


async def _kept_forms(store: Store, folder: Path) -> FormSet:
    delivery = in_folder(folder)
    book = FormBook(store)
    given = FormSet(digests=await book.keep(delivery.forms), departments=delivery.departments)
    if not await book.fit(given):
        raise ValueError(f"more than {MOST_FORMS} forms, or more than {MOST_OF_ALL} bytes of them")
    return given
