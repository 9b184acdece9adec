"""`kiosk queue`: call numbers from a command line, at the running terminal."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from kiosk.config_face import glance
from kiosk.control import wire
from kiosk.control.client import NoTerminalError, ask
from kiosk.queueing import wishes
from kiosk.queueing.board import Board

WHY = {
    "closed": "the queue is closed: the ledger cannot be written",
    "no_hub": "the hub did not answer: say it again, then this terminal calls its own numbers",
    "silent": "a terminal did not answer the hub: say it again",
    "no_such_window": "no business names this window",
    "no_such_business": "there is no such business",
    "no_such_ticket": "no such number was given today",
    "nobody_waits": "nobody waits for this window",
    "away": "who waits has a number of a terminal that the hub does not reach: call it there",
    "nobody_here": "no number is called to this window",
    "changed": "another number is at the window by now; nothing was done",
    "not_missed": "this number was not skipped",
    "too_late": "this number was skipped too long ago: take a new one",
    "same_business": "it is at this business already",
}
"""Why nothing was done, for people."""


def queue_command(argv: list[str]) -> int:
    """`kiosk queue next|recall|no-show|finish|transfer|back|list`; 1 when it was not done, 2 without a terminal."""
    options = _options(argv)
    folder: Path | None = options.data or glance(options.config).ledger
    if folder is None:
        return _fail(f"{options.config} names no ledger folder; say --config FILE or --data DIR", 2)
    try:
        answer = ask(folder, options.request(options))
    except NoTerminalError as error:
        return _fail(str(error), 2)
    if not answer.ok:
        return _fail(WHY.get(answer.why, answer.why), 1)
    if options.command == "list":
        _list(msgspec.convert(answer.result, Board), ZoneInfo(glance(options.config).hall.timezone))
    else:
        sys.stdout.write(f"{_told(answer.result)}\n")
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="kiosk queue", description="Call queue numbers at the running terminal.")
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, words: str, request: object) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=words)
        added.set_defaults(request=request)
        added.add_argument("--config", type=Path, default=Path("config.toml"), help="names the ledger's folder")
        added.add_argument("--data", type=Path, help="the terminal's data folder")
        return added

    at_window = {
        "next": ("finish, and call the next", lambda o: wishes.QueueNext(window=o.window)),
        "recall": (
            "call once more; after the last time the number is skipped",
            lambda o: wishes.QueueRecall(window=o.window),
        ),
        "no-show": ("nobody came: skip the number", lambda o: wishes.QueueNoShow(window=o.window)),
        "finish": ("done, and call nobody", lambda o: wishes.QueueFinish(window=o.window)),
        "transfer": ("to the head of another business", lambda o: wishes.QueueTransfer(window=o.window, to=o.to)),
    }
    for name, (words, request) in at_window.items():
        added = command(name, words, request)
        added.add_argument("--window", type=_window, required=True, metavar="N")
        if name == "transfer":
            added.add_argument("--to", type=_letter, required=True, metavar="LETTER", help="the other business")
    back = command("back", "somebody who was skipped is here", lambda o: wishes.QueueComeBack(number=o.number))
    back.add_argument("number", type=_number, help="A005")
    command("list", "windows, who waits, who was skipped", lambda _: wire.QueueList())
    return parser.parse_args(argv)


def _window(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 99:
        raise argparse.ArgumentTypeError(f"{text!r} is no window: 1 to 99")
    return int(text)


def _letter(text: str) -> str:
    if len(text) != 1 or not "A" <= text.upper() <= "Z":
        raise argparse.ArgumentTypeError(f"{text!r} is no letter of a business")
    return text.upper()


def _number(text: str) -> str:
    if not 2 <= len(text) <= 12:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a ticket")
    return text.upper()


def _told(result: dict[str, object]) -> str:
    shown, window = result["shown"], result["window"]
    match result["state"]:
        case "called" if result["times"] == 1:
            return f"{shown} to window {window}{' (priority)' if result['priority'] else ''}"
        case "called":
            return f"{shown} to window {window}, called {result['times']} times"
        case "missed":
            return f"{shown} is skipped"
        case "finished":
            return f"{shown} is done"
        case _:
            return f"{shown} waits for business {result['business']}"


def _list(board: Board, zone: ZoneInfo) -> None:
    lines = []
    for at in board.windows:
        there = f"{at.shown} since {_time(at.called_ms, zone)}, called {at.times}×" if at.shown else "nobody"
        lines.append(f"window {at.window} ({', '.join(at.letters)}): {there}; {at.waiting} wait")
    for line in board.lines:
        closed = f", gives no numbers ({line.closed})" if line.closed else ""
        lines.append(f"{line.letter} {line.name}: {len(line.waiting)} wait{closed}")
        for row in line.waiting:
            marks = [
                word
                for word, marked in (
                    ("priority", row.priority),
                    ("transferred", row.transferred),
                    ("came back", row.back),
                    ("no slip known", not row.slip),
                )
                if marked
            ]
            lines.append(f"  {row.shown} since {_time(row.given_ms, zone)}{''.join(f', {mark}' for mark in marks)}")
    lines += [f"skipped: {row.shown}, counts until {_time(row.until_ms, zone)}" for row in board.skipped]
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def _time(ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, zone):%H:%M}"


def _fail(words: str, status: int) -> int:
    sys.stderr.write(f"kiosk queue: {words}\n")
    return status
