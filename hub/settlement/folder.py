"""`menkou-hub statements FOLDER`: read in what lies in a folder, for a machine that fetches bills by itself."""

import sys
from datetime import tzinfo
from pathlib import Path

from hub.portable import Portable
from hub.settlement.book import Settlements, keep
from hub.settlement.pages import problem_of
from hub.settlement.source import StatementError, sources
from kiosk.text.catalogue import catalogue


async def read_folder(store: Portable, folder: Path, zone: tzinfo, now_ms: int) -> int:
    """Every file of `FOLDER/SOURCE/`; exit status 1 when one could not be believed, after all others. A file that was
    read before is read again, and takes its own place. Then the days are compared, which begin in `zone`."""
    words, days, status = catalogue("en"), set[str](), 0
    for name, source in sources().items():
        for path in sorted((folder / name).glob("*")):
            try:
                statement = source.read(path.read_bytes())
            except StatementError as error:
                sys.stderr.write(f"{path}: {problem_of(error, words)}\n")
                status = 1
                continue
            await keep(store, name, statement, name=path.name, who="menkou-hub", now_ms=now_ms)
            days.add(statement.day)
            sys.stdout.write(f"{path}: {statement.day}, {len(statement.entries)} entries\n")
    for day in sorted(days):
        await Settlements(store, zone).file_came(day, now_ms)
    return status
