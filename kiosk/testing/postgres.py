"""A real PostgreSQL of a test's own: a private folder, a private socket, nothing of the system's."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

OPTIONS = "-c listen_addresses= -c unix_socket_directories={folder} -c max_connections=40"
SERVER = " -c shared_buffers=1GB -c max_wal_size=4GB -c checkpoint_timeout=30min -c jit=off"
"""What docs/scaling.md advises; the checkpoints of a server as it is installed make batches wait."""
TEST = " -F -c shared_buffers=16MB"


class Postgres:
    """The server. It refuses to run as root, so there it runs as the user `postgres`."""

    def __init__(self, *, durable: bool = False) -> None:
        """Without fsync unless it is to be `durable`: what tests cut is the process, never the machine."""
        self._durable = durable
        self._folder = Path(tempfile.mkdtemp(prefix="menkou-postgres-"))
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._databases = itertools.count(1)
        self._as: list[str] = []
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            self._as = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
            os.chown(self._folder, user.pw_uid, user.pw_gid)

    def __enter__(self) -> Self:
        self._run("initdb", "-D", str(self._folder / "data"), "-A", "trust", "-U", "hub", "--no-sync", "-E", "UTF8")
        self.start()
        return self

    def start(self) -> None:
        """Begin to serve."""
        options = OPTIONS.format(folder=self._folder) + (SERVER if self._durable else TEST)
        self._run(
            "pg_ctl", "-D", str(self._folder / "data"), "-o", options, "-l", str(self._folder / "log"), "-w", "start"
        )

    def stop(self) -> None:
        """As somebody who restarts it in the middle of the day."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")

    def new_database(self) -> str:
        """The URL of an empty one."""
        name = f"hub_{next(self._databases)}_{time.monotonic_ns()}"
        self._run("createdb", "-h", str(self._folder), "-U", "hub", name)
        return f"postgresql://hub@/{name}?host={self._folder}"

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._bin / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self._folder, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")
