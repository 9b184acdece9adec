"""A private CUPS: the real `cupsd`, a real `ippeveprinter` behind it, and the message bus that one insists on.

All of it lives in one folder and on loopback, as root or not, without systemd and without Avahi. The queue is made
as in a hall (`lpadmin -m everywhere`). The conversion table is the simulator's own: Debian's cups-filters (and the
interpreter behind them) turn PDF into what a printer wants; this printer takes PDF as it is. What a user may do to jobs
is as Debian has it; what the staff may do needs no password.
"""

import asyncio
import contextlib
import grp
import os
import pwd
import secrets
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

QUEUE = "hall"
_PROGRAMS = ("cupsd", "ippeveprinter", "lpadmin", "dbus-daemon")
_COMMAND = Path(__file__).with_name("simulator_command.py")
_START_S = 20.0
_PORTS = range(12_000, 32_000)
_TRIES = 100
_PLACE = "kiosk-cups-"
"""Then the simulator's process id, then what makes it one of its own."""

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/><allow own="*"/></policy></busconfig>
"""

_CUPSD = """Listen 127.0.0.1:{port}
Browsing No
DefaultAuthType None
WebInterface No
LogLevel info
MaxLogSize 0
PreserveJobFiles {keep}
PreserveJobHistory 86400
DirtyCleanInterval 0
JobRetryInterval 5
JobRetryLimit 1000
MultipleOperationTimeout 60
<Location />
  Order allow,deny
  Allow 127.0.0.1
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Send-Document Send-URI Hold-Job Release-Job Restart-Job Set-Job-Attributes Cancel-Job Close-Job>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
"""

_CUPS_FILES = """ServerRoot {root}
RequestRoot {root}/spool
CacheDir {root}/cache
StateDir {root}/state
TempDir {root}/tmp
DocumentRoot {root}/tmp
AccessLog {logs}/cups-access.log
ErrorLog {logs}/cups-error.log
PageLog {logs}/cups-page.log
ServerKeychain {root}/ssl
Printcap {root}/printcap
User {user}
Group {group}
SystemGroup {admins}
SyncOnClose Yes
FatalErrors none
"""

_CONVERSIONS = """application/pdf application/vnd.cups-pdf 0 -
application/octet-stream application/vnd.cups-raw 0 -
"""


class DaemonError(RuntimeError):
    """A program is not installed, or did not come up. The message is for whoever started the simulator."""


def free_port() -> int:
    """A TCP port on loopback that nobody has just now, and that the kernel hands to nobody who asks for any."""
    for _ in range(_TRIES):
        port = _PORTS.start + secrets.randbelow(len(_PORTS))
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise DaemonError("no free port on loopback")


def _find(program: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if found is None:
        raise DaemonError(f"{program} is not installed; scripts/setup installs it")
    return found


class Daemons:
    """See the module. Each can be stopped and started by itself; `stop` ends all."""

    def __init__(self, folder: Path, keep_documents: bool = False) -> None:
        """`folder` gets the logs. The rest lives in a folder of its own until `stop`: as root, CUPS reads documents as
        `lp`, who may not enter just any folder; and the path of a Unix socket has room for 107 characters."""
        self._programs = {name: _find(name) for name in _PROGRAMS}
        self.folder = folder.absolute()
        _remove_left_behind()
        self._place = Path(tempfile.mkdtemp(prefix=f"{_PLACE}{os.getpid()}-"))
        self._place.chmod(0o711)
        self.root = self._place / "cups"
        self.paper_socket = self._place / "paper"
        self.queue_port = free_port()
        self.printer_port = free_port()
        self.device_uri = f"ipp://127.0.0.1:{self.printer_port}/ipp/print"
        """Where the queue looks for the printer; the simulator puts its cable in between."""
        self._keep = "Yes" if keep_documents else "No"
        self._running: dict[str, asyncio.subprocess.Process] = {}

    @property
    def spool(self) -> Path:
        """Where CUPS keeps documents (`d…`) and what it knows of jobs (`c…`)."""
        return self.root / "spool"

    def alive(self, name: str) -> bool:
        """Whether `cupsd`, `ippeveprinter` or `dbus-daemon` runs."""
        process = self._running.get(name)
        return process is not None and process.returncode is None

    async def start(self) -> None:
        """Everything up, and the queue made. Raises `DaemonError`."""
        self._write()
        bus = self._place / "bus"
        await self._run("dbus-daemon", "--nofork", "--nopidfile", f"--config-file={self._place / 'bus.conf'}")
        await self._until(lambda: _serves(bus), "dbus-daemon")
        await self.start_printer()
        await self.start_queue()
        log = self.folder / "cups-error.log"
        told = log.stat().st_size
        everywhere = ("-E", "-v", self.device_uri, "-m", "everywhere")
        policy = ("-o", "printer-error-policy=retry-current-job", "-o", "printer-is-shared=false")
        await self.staff("lpadmin", "-p", QUEUE, *everywhere, *policy)
        # cupsd goes on behind lpadmin's back: it asks the printer what it can do, and then opens the queue.
        await self._until(lambda: b'"hall" is now available' in log.read_bytes()[told:], "cupsd")

    async def start_printer(self) -> None:
        """The printer is switched on: it knows of no job."""
        await self._run(
            "ippeveprinter", "-r", "off", "-n", "localhost", "-p", str(self.printer_port), "-f", "application/pdf",
            "-2", "-s", "40,20", "-c", str(self._place / "print"), "-d", str(self._place / "printer"), "Hall printer",
        )  # fmt: skip
        await self._until(lambda: _listens(self.printer_port), "ippeveprinter")

    async def start_queue(self) -> None:
        """`cupsd` comes up with whatever its spool holds."""
        await self._run("cupsd", "-f", "-c", str(self.root / "cupsd.conf"), "-s", str(self.root / "cups-files.conf"))
        await self._until(lambda: _listens(self.queue_port), "cupsd")

    async def stop_one(self, name: str, kill: bool = False) -> None:
        """End one: politely, or as a power cut would."""
        process = self._running.pop(name, None)
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), 3)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    def hold(self, name: str, on: bool) -> None:
        """Let one hang: connections are taken, and nothing is answered. Or let it go on."""
        if self.alive(name):
            os.killpg(self._running[name].pid, signal.SIGSTOP if on else signal.SIGCONT)

    async def stop(self) -> None:
        """End all."""
        for name in ("cupsd", "ippeveprinter", "dbus-daemon"):
            await self.stop_one(name, kill=name != "cupsd")
        shutil.rmtree(self._place, ignore_errors=True)

    async def staff(self, program: str, *words: str) -> None:
        """What the staff types to the queue: `lpadmin`, `cupsdisable` and so on. Raises `DaemonError`."""
        process = await asyncio.create_subprocess_exec(
            *(_find(program), "-h", f"127.0.0.1:{self.queue_port}", *words),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=self._environment(),
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise DaemonError(f"{program}: {said.decode(errors='replace').strip()}")

    def _write(self) -> None:
        for name in ("spool", "cache", "state", "tmp", "ssl", "ppd"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self._place / "printer").mkdir(exist_ok=True)
        account = pwd.getpwnam("lp") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        user, group = account.pw_name, grp.getgrgid(account.pw_gid).gr_name
        names = {
            "root": self.root,
            "logs": self.folder,
            "port": self.queue_port,
            "user": user,
            "group": group,
            "admins": "root" if os.getuid() == 0 else group,
        }
        files = {
            self._place / "bus.conf": _BUS.format(socket=self._place / "bus"),
            self.root / "cupsd.conf": _CUPSD.format(**names, keep=self._keep),
            self.root / "cups-files.conf": _CUPS_FILES.format(**names),
            self.root / "hall.convs": _CONVERSIONS,
            self._place / "print": f'#!/bin/sh\nexec "{sys.executable}" -S -E "{_COMMAND}" "$1"\n',
        }
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
        # AppArmor, where it is on, lets /usr/sbin/cupsd into the system's folders only. A copy is not meant by that.
        self._programs["cupsd"] = shutil.copy(self._programs["cupsd"], str(self._place / "cupsd"))
        (self._place / "print").chmod(0o755)

    async def _run(self, name: str, *words: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", self._programs[name], *words),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment(),
                start_new_session=True,
            )

    def _environment(self) -> dict[str, str]:
        bus = f"unix:path={self._place / 'bus'}"
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ")}
        return {**kept, "DBUS_SYSTEM_BUS_ADDRESS": bus, "PAPER_SOCKET": str(self.paper_socket), "LC_ALL": "C.UTF-8"}

    async def _until(self, ready: Callable[[], bool], name: str) -> None:
        deadline = asyncio.get_running_loop().time() + _START_S
        while not ready():
            if not self.alive(name) or asyncio.get_running_loop().time() > deadline:
                log = (self.folder / f"{name}.log").read_text(errors="replace")[-500:]
                raise DaemonError(f"{name} did not come up: {log}")
            await asyncio.sleep(0.02)


def _remove_left_behind() -> None:
    """The places of simulators that were killed: documents may lie in them."""
    for place in Path(tempfile.gettempdir()).glob(f"{_PLACE}*"):
        owner = place.name.removeprefix(_PLACE).partition("-")[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(place, ignore_errors=True)


def _serves(path: Path) -> bool:
    """Whether somebody listens at a socket, which has a name before that."""
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(path)) == 0


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
