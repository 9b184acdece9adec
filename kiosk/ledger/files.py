"""The names in a data folder, and how its database is opened."""

import sqlite3
from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database


class Files(NamedTuple):
    """Where everything of one ledger lies."""

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite file; its `-wal` and `-shm` belong to it."""
        return self.folder / "ledger.db"

    @property
    def draft(self) -> Path:
        """A new database before it is whole."""
        return self.folder / "ledger.new"

    @property
    def witness(self) -> Path:
        """The head of the journal, outside SQLite."""
        return self.folder / "ledger.witness"

    @property
    def receipt(self) -> Path:
        """What the hub says it has of the journal."""
        return self.folder / "hub.receipt"

    @property
    def doubt(self) -> Path:
        """Why this journal is trusted no more, where the hub proved it."""
        return self.folder / "ledger.doubt"

    @property
    def closed(self) -> Path:
        """Why the staff closed this terminal, in their words; there is no such file while it is open."""
        return self.folder / "closed.txt"

    @property
    def names(self) -> Path:
        """Every ledger that this folder ever had, one id a line."""
        return self.folder / "ledger.names"

    @property
    def lock(self) -> Path:
        """Locked while a terminal has the folder."""
        return self.folder / "ledger.lock"

    @property
    def hall_key(self) -> Path:
        """The key of the account hashes, shared by the hall."""
        return self.folder / "keys" / "hall.key"

    @property
    def seal_key(self) -> Path:
        """The key of the sealed personal values, of this terminal alone."""
        return self.folder / "keys" / "seal.key"

    @property
    def hub(self) -> Path:
        """Who this terminal is to its hub, with its private key."""
        return self.folder / "keys" / "hub.json"

    @property
    def quarantine(self) -> Path:
        """Where files that cannot be trusted are set aside, each set in a folder of its own."""
        return self.folder / "quarantine"

    def set_aside(self) -> list[tuple[Path, str]]:
        """Every set of files that was set aside and is still here, the oldest first, and why. Raises `OSError`."""
        if not self.quarantine.is_dir():
            return []
        return [(aside, _reason(aside)) for aside in sorted(self.quarantine.iterdir())]


def _reason(aside: Path) -> str:
    try:
        return (aside / "why.txt").read_text("utf-8", "replace").strip()
    except FileNotFoundError:
        return "nobody wrote down why"


def connect(path: Path) -> Database:
    """Open for writing. Transactions begin and end only where we say so. Raises `sqlite3.Error`."""
    return _configured(sqlite3.connect(path, isolation_level=None))


def connect_read_only(path: Path) -> Database:
    """Open without ever changing the file; works beside a running terminal. Raises `sqlite3.Error`."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    # a damaged letter must not stop the look at all others; it differs from what it should be all the same
    connection.text_factory = lambda value: value.decode("utf-8", "replace")
    return _configured(connection)


def _configured(connection: sqlite3.Connection) -> Database:
    db = Database(connection, execute_plugins=False)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA cell_size_check = ON")
    return db
