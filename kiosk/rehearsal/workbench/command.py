"""`kiosk workbench`: play the world around a terminal by hand."""

import argparse
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from kiosk.config import Announcement
from kiosk.rehearsal.workbench.words import LANGUAGES


def workbench_command(argv: list[str]) -> int:
    """`kiosk workbench --control FILE|NAME=URL … [--ledger DIR] [--language zh_CN|en] [--picture FILE]`."""
    parser = argparse.ArgumentParser(prog="kiosk workbench", description="Play the world around a terminal by hand.")
    parser.add_argument(
        "--control",
        nargs="+",
        required=True,
        metavar="FILE|NAME=URL",
        help="running simulators: their announcements as JSON in a file, or each name with its control URL",
    )
    parser.add_argument("--ledger", type=Path, help="the terminal's ledger folder, to read beside the other books")
    parser.add_argument("--language", choices=LANGUAGES, default=LANGUAGES[0])
    parser.add_argument("--beside", type=int, default=0, metavar="PX", help="leave so much room on the left")
    parser.add_argument("--until-eof", action="store_true", help="also end when standard input ends")
    parser.add_argument("--page", default="", help="the page to begin with: a simulator's name, books, talk")
    parser.add_argument("--picture", type=Path, help="save what the window shows as a PNG, without a display, and end")
    options = parser.parse_args(argv)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        controls = controls_of(options.control)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"kiosk workbench: {error}\n")
        return 1
    from kiosk.rehearsal.workbench.showing import picture, show

    if options.picture is not None:
        return picture(controls, options)
    return show(controls, options)


def controls_of(words: list[str]) -> Mapping[str, str]:
    """Control interfaces by name. Raises `OSError` for a file that cannot be read, `ValueError` for another mistake."""
    controls: dict[str, str] = {}
    for word in words:
        name, equals, url = word.partition("=")
        if equals and url.startswith("http://"):
            controls[name] = url
            continue
        try:
            announced = msgspec.json.decode(Path(word).read_bytes(), type=dict[str, Announcement])
        except msgspec.MsgspecError as error:
            raise ValueError(f"{word} holds no announcements: {error}") from error
        controls |= {name: one.control for name, one in announced.items()}
    return controls
