"""`kiosk catalogue`: import, check, show, export the items that the terminal tells residents of."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.config import DEFAULT_PATH, ConfigError, load
from kiosk.items import catalogue
from kiosk.items.catalogue import Catalogue, CatalogueError
from kiosk.items.exporting import as_csv
from kiosk.items.importing import Flaw, FlawedError, read_items
from kiosk.items.item import Item


def catalogue_command(argv: list[str]) -> int:
    """`kiosk catalogue import|check|show|export|undo`; 1 when something is wrong, which is said line by line."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except FlawedError as error:
        flaws = len(error.flaws)
        sys.stderr.write(f"{error}\n{options.file}: {flaws} mistake{'s' if flaws > 1 else ''}; nothing was changed\n")
    except CatalogueError as error:
        sys.stderr.write(f"{error}\n")
    except ConfigError as error:
        sys.stderr.write("\n".join(error.lines) + "\n")
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk catalogue", description=catalogue_command.__doc__)
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_PATH, help="whose [notice] catalogue it is (config.toml)"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    read = commands.add_parser("import", help="replace the catalogue by a CSV or JSON file")
    read.add_argument("file", type=Path)
    read.add_argument("--check", action="store_true", help="only say what is wrong with it")
    read.set_defaults(run=_import)
    check = commands.add_parser("check", help="whether the terminal's catalogue can be read")
    check.set_defaults(run=_check)
    show = commands.add_parser("show", help="list the items, or those that a search finds")
    show.add_argument("query", nargs="?", default="", help="a code, a name, pinyin or its initials")
    show.set_defaults(run=_show)
    export = commands.add_parser("export", help="write the catalogue as CSV for a spreadsheet")
    export.add_argument("file", type=Path)
    export.set_defaults(run=_export)
    undo = commands.add_parser("undo", help="put the catalogue before the last import back")
    undo.set_defaults(run=_undo)
    return parser


def _path(options: argparse.Namespace) -> Path:
    config = load(options.config, use=None)  # the hub's own is not to be written over
    return config.path.parent / config.notice.catalogue


def _import(options: argparse.Namespace) -> int:
    items = read_items(options.file)
    _check_queues(options, items)
    if options.check:
        sys.stdout.write(f"OK: {options.file} has {_count(Catalogue(catalogue.listed(items)))}\n")
        return 0
    path = _path(options)
    entries = catalogue.listed(items)
    catalogue.write(path, entries)
    sys.stdout.write(f"{path} has {_count(catalogue.read(path))}; a running terminal shows them within seconds\n")
    return 0


def _check_queues(options: argparse.Namespace, items: Sequence[Item]) -> None:
    """A number that nobody can take must not be offered. Raises `FlawedError`."""
    if not any(item.queue for item in items):
        return
    config = load(options.config)
    letters = {business.letter for business in config.queue.business}
    flaws = [
        Flaw(item.code, f"found queue {item.queue}, allowed a business of {config.path}: {', '.join(sorted(letters))}")
        for item in items
        if item.queue and item.queue not in letters
    ]
    if flaws:
        raise FlawedError(flaws)


def _check(options: argparse.Namespace) -> int:
    path = _path(options)
    sys.stdout.write(f"OK: {path} has {_count(catalogue.read(path))}\n")
    return 0


def _show(options: argparse.Namespace) -> int:
    kept = catalogue.read(_path(options))
    items = kept.find(options.query) if options.query else kept.items
    if len(items) == 1:
        sys.stdout.write(_whole(items[0]))
        return 0
    sys.stdout.write("".join(f"{item.code}  {item.name.zh}（{item.department.zh}）\n" for item in items))
    return 0 if items else 1


def _whole(item: Item) -> str:
    rows = [(field, getattr(item, field)) for field in item.__struct_fields__]
    lines = [f"{field}: {value.zh if hasattr(value, 'zh') else value}" for field, value in rows if value]
    return "\n".join(lines) + "\n"


def _export(options: argparse.Namespace) -> int:
    kept = catalogue.read(_path(options))
    try:
        options.file.write_bytes(as_csv(kept.items))
    except OSError as error:
        raise CatalogueError(f"{options.file} cannot be written: {error.strerror}") from error
    sys.stdout.write(f"{options.file} has {_count(kept)}\n")
    return 0


def _undo(options: argparse.Namespace) -> int:
    path = _path(options)
    catalogue.undo(path)
    sys.stdout.write(f"{path} has {_count(catalogue.read(path))}\n")
    return 0


def _count(kept: Catalogue) -> str:
    handed_down = sum(item.handed_down for item in kept.items)
    return f"{len(kept.items)} items of {len(kept.groups)} departments, {handed_down} of them handed down"
