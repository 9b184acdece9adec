"""What we start: every process of it is found, weighed and ended, also those that were orphaned on the way."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """From here on a process whose parent ended becomes our child instead of init's, and stays in sight."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    members = [pid]
    for member in members:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{member}/task").iterdir():
                members += map(int, (task / "children").read_text("ascii").split())
    return members


def pss_mib(pids: Sequence[int]) -> float:
    """The memory of processes, what they share counted once (proportional set size)."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def cpu_s(pids: Sequence[int]) -> float:
    """The processor time of processes that still run."""
    total = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


class Program:
    """A program with all of its processes."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        others = set(family(os.getpid()))
        with log.open("ab") as output:
            self.started = time.monotonic()
            self._process = subprocess.Popen(
                command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        self._others = others

    def pids(self) -> list[int]:
        """Its processes now, the orphaned ones too."""
        return [pid for pid in family(os.getpid()) if pid not in self._others]

    def end(self) -> None:
        """Ask it to end, and make it end."""
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(10)
        end_all(self.pids())
        self._process.wait()


def end_all(pids: Sequence[int]) -> None:
    """Kill these processes, and bury those that are our children."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


@contextlib.contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> Iterator[Program]:
    """A program that runs inside the block."""
    program = Program(command, environment, folder, log)
    try:
        yield program
    finally:
        program.end()
