"""The command line's side of the control socket."""

from pathlib import Path

import msgspec

from kiosk.control.server import connect
from kiosk.control.wire import Answer, QueueRequest, read_answer, write

ANSWER_SECONDS = 15.0


class NoTerminalError(Exception):
    """No terminal answers on this folder; the message says why."""


def ask(folder: Path, request: QueueRequest) -> Answer:
    """What the running terminal answers. Raises `NoTerminalError`."""
    try:
        with connect(folder, ANSWER_SECONDS) as client:
            client.sendall(write(request))
            with client.makefile("rb") as lines:
                return read_answer(lines.readline())
    except (FileNotFoundError, ConnectionRefusedError) as error:
        raise NoTerminalError(f"no terminal with a queue runs on {folder}") from error
    except (OSError, msgspec.DecodeError) as error:
        raise NoTerminalError(f"the terminal on {folder} does not answer: {error}") from error
