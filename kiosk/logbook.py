"""The last lines of the terminal's log, in two small files that its staff can have sent to them.

The system's journal keeps the log for the machine's owner; these files are for who looks from afar, also at what went
wrong before the last start. They are written on a thread of their own: nobody waits for a disk to log a line.
"""

import contextlib
import logging
import queue
from collections.abc import Iterator
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
NAME = "terminal.log"
MOST_BYTES = 256 << 10
"""Of each of the two files."""
_MOST_WAITING = 1000
"""Lines: a disk that hangs must not collect them for ever."""

log = logging.getLogger(__name__)


@contextlib.contextmanager
def keeping(folder: Path) -> Iterator[None]:
    """Keep what is logged meanwhile in `folder`, the ledger's; a folder that cannot be written to is logged."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = RotatingFileHandler(folder / NAME, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8")
    except OSError as error:
        log.error("the log cannot be kept in %s: %s", folder, error)
        yield
        return
    file.setFormatter(logging.Formatter(FORMAT))
    lines: queue.Queue[logging.LogRecord] = queue.Queue(_MOST_WAITING)
    into, out_of = _Into(lines), QueueListener(lines, file)
    root = logging.getLogger()
    out_of.start()
    root.addHandler(into)
    try:
        yield
    finally:
        root.removeHandler(into)
        out_of.stop()
        file.close()


def last_lines(folder: Path) -> str:
    """What is kept there, the oldest first. Raises `OSError`."""
    paths = (folder / f"{NAME}.1", folder / NAME)
    return "".join(path.read_text("utf-8", "replace") for path in paths if path.exists())


class _Into(QueueHandler):
    def enqueue(self, record: logging.LogRecord) -> None:
        """A line too many is left out."""
        with contextlib.suppress(queue.Full):
            self.queue.put_nowait(record)
