"""`menkou-hub statements FOLDER`: read in what lies in a folder, for a machine that fetches bills by itself."""

import sys
from pathlib import Path

from hub.portable import Portable
from hub.settlement.book import keep
from hub.settlement.pages import problem_of
from hub.settlement.source import StatementError, sources
from kiosk.text.catalogue import catalogue


async def read_folder(store: Portable, folder: Path, now_ms: int) -> int:
    """Every file of `FOLDER/SOURCE/`; exit status 1 when one could not be believed, after all others. A file that was
    read before is read again, and takes its own place."""
    words, status = catalogue("en"), 0
    for name, source in sources().items():
        for path in sorted((folder / name).glob("*")):
            try:
                statement = source.read(path.read_bytes())
            except StatementError as error:
                sys.stderr.write(f"{path}: {problem_of(error, words)}\n")
                status = 1
                continue
            await keep(store, name, statement, name=path.name, who="menkou-hub", now_ms=now_ms)
            sys.stdout.write(f"{path}: {statement.day}, {len(statement.entries)} entries\n")
    return status
