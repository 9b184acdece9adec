"""Programs forked from one process that has loaded what they share: eleven simulators cost what one did by itself.

    nest = Nest(["drivers.escpos.simulator"])
    program = nest.hatch("drivers.escpos.simulator", ["--books", "x"], log)    # as `python -m drivers.escpos.simulator`

The nest is a process of its own, without threads, that does nothing but import and fork. It ends when whoever made it
closes its socket or dies; its programs notice that by their standard input.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

REQUEST_BYTES = 200_000


class Program:
    """One that runs. `stdin` and `stdout` are this end of its pipes."""

    def __init__(self, pid: int, ended: int, stdin: IO[bytes], stdout: IO[bytes]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._ended = ended  # a pidfd

    def send_signal(self, number: int) -> None:
        """To one that has ended already, nothing."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended, after so many seconds at most."""
        return bool(select.select([self._ended], [], [], seconds)[0])

    def close(self) -> None:
        """Let go of its pipes, once it has ended."""
        for stream in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):
                stream.close()
        os.close(self._ended)


class Nest:
    """The process that they are forked from."""

    def __init__(self, modules: Sequence[str]) -> None:
        """`modules` are loaded beforehand; what is hatched may be others. Any thread may use it."""
        self._one_at_a_time = threading.Lock()
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno()), *modules]
            self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)

    def hatch(self, module: str, words: Sequence[str], log: IO[bytes]) -> Program:
        """Run `module` with a command line, in this process's folder and environment; it complains into `log`. Raises
        `OSError` where there is no nest any more."""
        told = {"module": module, "words": list(words), "folder": str(Path.cwd()), "environment": dict(os.environ)}
        its_stdin, stdin = os.pipe()
        stdout, its_stdout = os.pipe()
        try:
            with self._one_at_a_time:
                socket.send_fds(self._socket, [json.dumps(told).encode()], [its_stdin, its_stdout, log.fileno()])
                pid, ended, _, _ = socket.recv_fds(self._socket, 20, 1)
        finally:
            os.close(its_stdin)
            os.close(its_stdout)
        if not pid:
            raise ConnectionResetError("the nest has ended")
        return Program(int(pid), ended[0], os.fdopen(stdin, "wb", buffering=0), os.fdopen(stdout, "rb"))

    def close(self) -> None:
        """Hatch no more; what was hatched goes on."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._process.wait()
        self._socket.close()


def main(requests: socket.socket, modules: Sequence[str]) -> None:
    """Fork a program for each request. Returns in each of them when its module is done, and here when there are none
    any more."""
    for module in modules:
        with contextlib.suppress(Exception):  # whoever runs it is told what is wrong
            importlib.import_module(module)
    for module in modules:
        sys.modules.pop(module, None)  # it will be `__main__`
    gc.freeze()  # memory that no collection touches stays shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the programs
    signal.signal(signal.SIGCHLD, _bury)
    while True:
        asked, fds, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 3)
        if not asked:
            return
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})  # its number is its own until it has a pidfd
        pid = os.fork()
        if pid == 0:
            requests.close()
            _run(json.loads(asked), fds)
            return
        fds.append(os.pidfd_open(pid))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        socket.send_fds(requests, [str(pid).encode()], fds[-1:])
        for fd in fds:
            os.close(fd)


def _bury(*_: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _run(told: dict[str, Any], fds: Sequence[int]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for number, fd in enumerate(fds):
        os.dup2(fd, number)
        os.close(fd)
    os.environ.clear()
    os.environ.update(told["environment"])
    time.tzset()
    os.chdir(told["folder"])
    sys.path[:1] = [told["folder"], *filter(None, told["environment"].get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = [told["module"], *told["words"]]
    runpy.run_module(told["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:])
