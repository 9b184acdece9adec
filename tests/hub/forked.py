"""`menkou-hub` in processes forked from one that has loaded it: a test of a second need not load it for another one.

What the command does, reads and writes is its own; only the loading of its modules is shared.
"""

import functools
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

LOADED = ("hub.command", "hub.app", "hub.postgres", "hub.sqlite", "uvicorn", "uvicorn.protocols.http.h11_impl")


class Forked:
    """One process of `menkou-hub`."""

    def __init__(self, pid: int, end: int) -> None:
        self._pid = pid
        self._end = end

    def kill(self) -> None:
        """As a power cut does; returns when it is dead."""
        os.kill(self._pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> int | None:
        """Its exit status once it has ended, None where it was killed."""
        with os.fdopen(self._end, "rb") as end:
            said = end.read()
        return said[0] if said else None


def forked(arguments: Sequence[str], environment: Mapping[str, str], stdin: int, stdout: int, stderr: int) -> Forked:
    """Start it with these standard streams, which stay open here."""
    line, _ = _nursery()
    end, child_end = os.pipe()
    try:
        asked = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
        socket.send_fds(line, [len(asked).to_bytes(4)], [stdin, stdout, stderr, child_end])
        line.sendall(asked)
        return Forked(int.from_bytes(line.recv(4)), end)
    finally:
        os.close(child_end)


def said_by(arguments: Sequence[str], environment: Mapping[str, str], said: str, log: Path) -> str:
    """What the command prints, told `said`. Raises `RuntimeError` where it fails."""
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as out, log.open("ab") as errors:
        told.write(said.encode())
        told.seek(0)
        status = forked(arguments, environment, told.fileno(), out.fileno(), errors.fileno()).wait()
        out.seek(0)
        answer = out.read().decode()
    if status:
        raise RuntimeError(f"menkou-hub {' '.join(arguments)}: {status}: {log.read_text()[-1000:]}")
    return answer


@functools.cache
def _nursery() -> tuple[socket.socket, subprocess.Popen[bytes]]:
    """A line to the process that forks them, and that process; it ends with this one."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, "-m", "tests.hub.forked", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    return ours, process


def _serve(line: socket.socket) -> None:
    for module in LOADED:
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        size, streams, _, _ = socket.recv_fds(line, 4, 4)
        if not size:
            return
        asked = json.loads(line.recv(int.from_bytes(size), socket.MSG_WAITALL))
        pid = os.fork()
        if pid == 0:
            line.close()
            _be(asked["arguments"], asked["environment"], streams)
        for stream in streams:
            os.close(stream)
        line.sendall(pid.to_bytes(4))


def _be(arguments: list[str], environment: dict[str, str], streams: list[int]) -> None:
    from hub.command import main

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *standard, end = streams
    status = 1
    try:
        for n, stream in enumerate(standard):
            os.dup2(stream, n)
            os.close(stream)
        os.environ.clear()
        os.environ.update(environment)
        status = main(arguments)
        sys.stdout.flush()
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    finally:
        if sys.exception() is not None:
            sys.excepthook(*sys.exc_info())
        os.write(end, bytes([status]))
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
