"""The real pcscd with a virtual reader, private to one simulator, as root or not."""

import asyncio
import contextlib
import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

_INSIDE = Path(__file__).with_name("simulator_inside.py")
_PCSCD = Path("/usr/sbin/pcscd")
_DRIVER = "usr/lib/pcsc/drivers/serial/libifdvpcd.so"
_LIBRARY = next((path for root in (f"{sys.prefix}/share/vpcd", "/") if (path := Path(root, _DRIVER)).exists()), None)
"""Of a virtual reader: what set-up unpacked, or else what is installed."""
_PLACE = "kiosk-pcsc-"
"""Then the simulator's process id, then what makes it one of its own."""
_START_S = 20.0
_OWN = ("unshare", "--mount", "--net")
_WAYS = (_OWN, (*_OWN, "--map-root-user"), ("sudo", "-n", *_OWN))
_NOTHING = asyncio.subprocess.DEVNULL
_COMMON = Path("/run/pcscd/pcscd.comm")
READER = "Simulated Reader"
_READER_CONF = f"""FRIENDLYNAME "{READER}"
DEVICENAME /dev/null:0x8C7B
LIBPATH {_LIBRARY}
CHANNELID 0x8C7B
"""


class DaemonError(RuntimeError):
    """A program is not installed, or did not come up. The message is for whoever started the simulator."""


class Daemon:
    """See the module. May be stopped and started again, with a reader or without one."""

    def __init__(self, folder: Path, *, alone: bool = True) -> None:
        """`alone`: in namespaces of its own, where that is possible. `folder` gets the log. The rest lives in a folder
        of its own until `remove`: the path of a Unix socket has room for 107 characters."""
        if _LIBRARY is None or not _PCSCD.exists():
            raise DaemonError("pcscd or its virtual reader is not there; scripts/setup brings both")
        _remove_left_behind()
        self._log = folder / "pcscd.log"
        self._place = Path(tempfile.mkdtemp(prefix=f"{_PLACE}{os.getpid()}-"))
        self._process: asyncio.subprocess.Process | None = None
        self._way: tuple[str, ...] | None = None if alone else ()
        self.card_socket = self._place / "card"
        self.socket = self._place / "run" / "pcscd" / "pcscd.comm"

    @property
    def runs(self) -> bool:
        """Whether pcscd does."""
        return self._process is not None and self._process.returncode is None

    async def start(self, *, reader: bool = True) -> None:
        """Up, with its reader plugged in or not. Raises `DaemonError`."""
        await self.stop()
        if self._way is None:
            self._way = await _way_in()
        if not self._way:
            self.socket = _COMMON
            if _listens(_COMMON):
                raise DaemonError("this machine's own pcscd runs, and nobody here may have another one beside it")
        (self._place / "run" / "pcscd").mkdir(parents=True, exist_ok=True)
        readers = self._place / "readers"
        for folder in (readers, self._place / "nothing"):
            folder.mkdir(exist_ok=True)
        conf = readers / "simulated"
        conf.unlink(missing_ok=True)
        if reader:
            conf.write_text(_READER_CONF, "utf-8")
        self.card_socket.unlink(missing_ok=True)
        inside = (sys.executable, "-S", "-E", str(_INSIDE), str(self._place), "alone" if self._way else "")
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*self._way, *inside),
                stdin=asyncio.subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        deadline = asyncio.get_running_loop().time() + _START_S
        while not (_listens(self.socket) and self.card_socket.exists()):
            if not self.runs or asyncio.get_running_loop().time() > deadline:
                raise DaemonError(f"pcscd did not come up: {self._log.read_text('utf-8', 'replace')[-500:]}")
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Down, as if it had crashed."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 3)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        with contextlib.suppress(OSError):
            self.socket.unlink(missing_ok=True)

    async def remove(self) -> None:
        """Down, and nothing left."""
        await self.stop()
        shutil.rmtree(self._place, ignore_errors=True)


async def _way_in() -> tuple[str, ...]:
    """Into namespaces of its own: root may make them, others where the system lets them, or by `sudo -n`. Empty where
    nobody may, as in a container."""
    for way in _WAYS:
        with contextlib.suppress(FileNotFoundError):
            process = await asyncio.create_subprocess_exec(
                *way, "true", stdin=_NOTHING, stdout=_NOTHING, stderr=_NOTHING
            )
            if await process.wait() == 0:
                return way
    return ()


def _listens(socket_path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(socket_path)) == 0


def _remove_left_behind() -> None:
    """The places of simulators that were killed."""
    for place in Path(tempfile.gettempdir()).glob(f"{_PLACE}*"):
        owner = place.name.removeprefix(_PLACE).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(place, ignore_errors=True)
