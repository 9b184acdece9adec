"""What a hostile template or PDF could reach, had it taken over the process that makes forms."""

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.forms.catalogue import Catalogue
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.forms.syscalls import MACHINES, _steps, refused
from kiosk.forms.typesetter import typesetter
from tests.forms.conftest import HALL

HOSTILE = """
import ctypes, fcntl, json, os, signal, socket, subprocess, sys, threading
from pathlib import Path
from kiosk.forms import confinement

asked = json.loads(sys.argv[1])
if asked["landlock"]:
    confinement._landlock_version = lambda kernel: asked["landlock"]
form, secret = Path(asked["forms"], "form.typ"), Path(asked["secret"])
kernel = ctypes.CDLL(None, use_errno=True)
missing = confinement.confine([form.parent])

def went(deed):
    try:
        deed()
    except OSError as error:
        return type(error).__name__
    return "went"

def connect():
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(asked["door"])

def fork():
    if os.fork() == 0:
        os._exit(0)

def signal_by_file():
    reading, writing = os.pipe()
    fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid())

def think():
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()

def opening(path, flags):
    return lambda: os.close(os.open(path, flags))

def call(number, *arguments):
    return kernel.syscall(number, *map(ctypes.c_long, arguments)), ctypes.get_errno()

print(json.dumps({
    "missing": missing,
    "may": {
        "form": went(form.read_bytes),
        "later import": went(lambda: __import__("pypdf")),
        "thread": went(think),
    },
    "reaches": {
        "ledger": went(secret.read_bytes),
        "listing": went(lambda: os.listdir(secret.parent)),
        "writing": went(lambda: Path(asked["forms"], "new").write_bytes(b"x")),
        "deleting": went(form.unlink),
        "renaming": went(lambda: form.rename(form.with_name("other"))),
        "truncating": went(lambda: os.truncate(secret, 0)),
        "truncating by opening": went(opening(secret, os.O_ACCMODE | os.O_TRUNC)),
        "truncating a form": went(opening(form, os.O_RDONLY | os.O_TRUNC)),
        "opening for nothing": went(opening(secret, os.O_ACCMODE)),
        "chmod": went(lambda: secret.chmod(0o666)),
        "chown": went(lambda: os.chown(secret, os.getuid(), -1)),
        "utime": went(lambda: os.utime(secret, (1, 1))),
        "xattr": went(lambda: os.setxattr(secret, "user.x", b"x")),
        "parent's secrets": went(lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes()),
        "parent's life": went(lambda: os.kill(os.getppid(), signal.SIGTERM)),
        "parent's limits": went(lambda: __import__("resource").prlimit(os.getppid(), 7)),
        "parent's signals": went(signal_by_file),
        "outliving its parent": -1 if kernel.prctl(1, 0, 0, 0, 0) == 0 else "PermissionError",
        "fork": went(fork),
        "program": went(lambda: subprocess.run(["/bin/true"])),
        "exec": went(lambda: os.execv("/bin/true", ["true"])),
        "network": went(lambda: socket.create_connection(("127.0.0.1", asked["port"]), 5)),
        "socket in a folder": went(connect),
        "pair of sockets": went(socket.socketpair),
    },
    "refused": {number: call(number) for number in asked["refused"]},
    "young": {number: call(number) for number in asked["young"]},
}))
"""
PIDFD_OPEN, IO_URING_SETUP, CLONE3, FCHMODAT2, X32_GETPID = 434, 425, 435, 452, 0x40000027
YOUNG = (PIDFD_OPEN, IO_URING_SETUP, CLONE3, FCHMODAT2, X32_GETPID)


@pytest.mark.parametrize("landlock", [0, 2], ids=["this kernel", "as in Debian 12"])
def test_nothing_but_forms_can_be_reached(tmp_path: Path, landlock: int) -> None:
    """Debian 12's Landlock knows neither truncating nor signals."""
    form, secret, door = tmp_path / "forms" / "form.typ", tmp_path / "ledger" / "hub.json", tmp_path / "door"
    for path in (form, secret):
        path.parent.mkdir()
        path.write_text("as it was")
    secret.chmod(0o600)
    before = secret.stat()
    numbers = refused(os.uname().machine)
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket(socket.AF_UNIX) as desktop:
        desktop.bind(str(door))
        desktop.listen()
        asked = {
            "forms": str(form.parent),
            "secret": str(secret),
            "door": str(door),
            "port": listening.getsockname()[1],
            "landlock": landlock,
            "refused": list(numbers.values()),
            "young": YOUNG,
        }
        done = subprocess.run(
            [sys.executable, "-c", HOSTILE, json.dumps(asked)], capture_output=True, check=True, text=True, timeout=60
        )
    told = json.loads(done.stdout)
    assert told["missing"] == []
    assert set(told["may"].values()) == {"went"}
    assert {deed: end for deed, end in told["reaches"].items() if end != "PermissionError"} == {}
    assert {name for name, number in numbers.items() if told["refused"][str(number)] != [-1, errno.EPERM]} == set()
    assert {number for number in YOUNG if told["young"][str(number)] != [-1, errno.ENOSYS]} == set()
    after = secret.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_size) == (before.st_mode, before.st_mtime_ns, before.st_size)
    assert form.read_text() == "as it was"


async def test_the_process_that_makes_forms_is_confined(house: Catalogue) -> None:
    async with typesetter(HALL, 200, 60, [HOUSE_FORMS]) as made:
        for form in house.forms:
            assert (await made.sheets(form)).pdf.startswith(b"%PDF")
        assert made._process is not None
        status, network = seen(made._process.pid)
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        assert network != seen(os.getpid())[1]


def seen(pid: int) -> tuple[dict[str, str], Path]:
    """A process as the kernel shows it, and its network."""
    its = Path("/proc", str(pid))
    lines = (its / "status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines), (its / "ns" / "net").readlink()


STRANGE = """
from kiosk.forms.confinement import confine
from kiosk.forms.syscalls import MACHINES
MACHINES.clear()
print(*confine([]), sep="; ")
"""


def test_a_machine_whose_calls_nobody_numbered() -> None:
    """It is told, as what a kernel does not have."""
    done = subprocess.run([sys.executable, "-c", STRANGE], capture_output=True, check=True, text=True, timeout=30)
    assert done.stdout == "no filter of system calls: Function not implemented\n"


LEFT_ALONE = """
import subprocess, sys, time
LEFT = "from kiosk.forms.confinement import confine; confine([]); print('here', file=sys.stderr, flush=True)"
code = f"import sys, time; {LEFT}; time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE)
child.stderr.readline()
"""


def test_it_ends_with_the_terminal() -> None:
    """However that ends, and whatever it does at that moment: here it holds the pipe until then."""
    subprocess.run([sys.executable, "-c", LEFT_ALONE], stdout=subprocess.PIPE, check=True, timeout=30)


def judged(machine: str, number: int, *arguments: int, of: int | None = None) -> int:
    """What the filter says to a call: the error, or 0. Reads its steps as the kernel does."""
    words = {0: number, 4: MACHINES[machine] if of is None else of}
    words |= {16 + 8 * place: value for place, value in enumerate(arguments)}
    steps = list(_steps(machine))
    at = loaded = 0
    while True:
        what, if_so, if_not, value = steps[at]
        at += 1
        match what:
            case 0x20:
                loaded = words.get(value, 0)
            case 0x06:
                return {0x7FFF: 0, 0x5: value & 0xFFFF}[value >> 16]
            case 0x15 | 0x35 | 0x45:
                so = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[what]
                at += if_so if so else if_not


CALLS = {
    "x86_64": {
        "openat": 257,
        "clone": 56,
        "fcntl": 72,
        "tgkill": 234,
        "prctl": 157,
        "prlimit64": 302,
        "ioctl": 16,
        "read": 0,
    },
    "aarch64": {
        "openat": 56,
        "clone": 220,
        "fcntl": 25,
        "tgkill": 131,
        "prctl": 167,
        "prlimit64": 261,
        "ioctl": 29,
        "read": 63,
    },
}


@pytest.mark.parametrize("machine", CALLS)
def test_the_filter_of_each_machine(machine: str) -> None:
    """Of which we have one at most here."""
    calls, other = CALLS[machine], next(each for each in MACHINES if each != machine)
    thread, process = 0x3D0F00, 0x1200011  # as the C library asks for them
    assert judged(machine, calls["read"], 0) == 0
    assert judged(machine, calls["read"], 0, of=MACHINES[other]) == errno.EPERM
    assert judged(machine, calls["openat"], 0, 0, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY) == 0
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_ACCMODE):
        assert judged(machine, calls["openat"], 0, 0, flags | os.O_CLOEXEC) == errno.EPERM
    assert (judged(machine, calls["clone"], thread), judged(machine, calls["clone"], process)) == (0, errno.EPERM)
    assert [judged(machine, calls["fcntl"], 0, ask) for ask in (1, 3, 8, 10, 15)] == [0, 0, *[errno.EPERM] * 3]
    assert [judged(machine, calls["tgkill"], pid) for pid in (os.getpid(), os.getppid())] == [0, errno.EPERM]
    assert [judged(machine, calls["prlimit64"], pid) for pid in (0, os.getppid())] == [0, errno.EPERM]
    assert [judged(machine, calls["prctl"], what) for what in (15, 1)] == [0, errno.EPERM]
    assert judged(machine, calls["ioctl"], 0) == errno.ENOTTY
    assert {judged(machine, number) for number in refused(machine).values()} == {errno.EPERM}
    assert {judged(machine, number) for number in YOUNG} == {errno.ENOSYS}
    assert len({*refused(machine).values(), *calls.values()}) == len(refused(machine)) + len(calls)
