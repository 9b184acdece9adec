"""Files beside the database that must survive a power cut: written whole, synced, with their folder."""

import fcntl
import os
from pathlib import Path

from kiosk.ledger.errors import LedgerBusyError


def take_lock(path: Path) -> int:
    """Lock `path` for as long as the returned descriptor is open. Raises `LedgerBusyError`, `OSError`."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise LedgerBusyError(f"another terminal has {path.parent}") from error
    except BaseException:
        os.close(lock)
        raise
    return lock


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_once(path: Path, content: bytes) -> None:
    """Write a file (mode 0600) that is there whole or not at all, whenever the power fails."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        # not os.write: a disk that fills up may take a part of it, and say nothing
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except OSError:
        draft.unlink(missing_ok=True)  # or a full disk stays so
        raise
    draft.replace(path)
    sync_folder(path.parent)
