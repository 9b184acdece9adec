"""A pcscd of its own: what `simulator_daemon` starts, in namespaces that nobody else is in, where there may be such.

pcscd can listen in one place only, and the virtual reader listens on every network of the machine. So this program is
given a view of the file system in which /run is another folder, and a network that has nothing but loopback. It starts
pcscd there, and carries bytes between the reader's TCP port and a Unix socket by which the simulator brings cards:
whoever connects puts a card in, whoever hangs up pulls it out. It ends with its standard input, and pcscd with it.

The virtual reader looks whether a card is there every 0.4 s, and would miss one that was swapped in between, as no real
reader does. So a card has to wait until pcscd has seen the slot empty, unless it says that it was there already.

It stands alone (no import of ours, no site packages), for it is started each time the reader is plugged in.
"""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

READER_PORT = 0x8C7B
READER = b"Simulated Reader 00 00"
NEW, SAME = b"n", b"s"
"""What a card says first."""
_EMPTY = 0x10
_ODD = 0x10000
"""pcscd counts what it saw come and go. A card that was pulled out in the middle of a command is gone for whoever asks
before it was seen to go; one that comes in between is never seen to come."""
_LOOK_S = 0.02
_USB = "/dev/bus/usb"
"""Hidden: a real reader belongs to the system's own pcscd."""
_BIND = 4096
_SET_FLAGS = 0x8914
_UP = 1
_PIECE = 4096
_libc = ctypes.CDLL(None, use_errno=True)


def main(place: Path, *, alone: bool) -> int:
    """Run until standard input ends, or pcscd does."""
    os.environ.pop("PCSCLITE_CSOCK_NAME", None)
    if alone:
        _show(place / "run", "/run")
        if Path(_USB).exists():
            _show(place / "nothing", _USB)
        with socket.socket() as any_socket:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", b"lo", _UP))
    Path("/run/pcscd").mkdir(exist_ok=True)
    wire = socket.socket(socket.AF_UNIX)
    wire.bind(str(place / "card"))
    wire.listen()
    pcscd = ("/usr/sbin/pcscd", "--foreground", "--error", "--config", str(place / "readers"))
    daemon = subprocess.Popen(("setpriv", "--pdeathsig", "KILL", *pcscd), stdin=subprocess.DEVNULL)
    threading.Thread(target=_carry_cards, args=(wire,), daemon=True).start()
    threading.Thread(target=_end_with_input, args=(daemon,), daemon=True).start()
    return daemon.wait()


def _show(folder: Path, instead_of: str) -> None:
    if _libc.mount(str(folder).encode(), instead_of.encode(), None, _BIND, None):
        raise OSError(ctypes.get_errno(), f"cannot show another folder as {instead_of}")


def _end_with_input(daemon: "subprocess.Popen[bytes]") -> None:
    while os.read(0, _PIECE):
        pass
    daemon.kill()


class _ReaderState(ctypes.Structure):
    _fields_ = (
        ("reader", ctypes.c_char_p),
        ("user_data", ctypes.c_void_p),
        ("current", ctypes.c_ulong),
        ("event", ctypes.c_ulong),
        ("atr_length", ctypes.c_ulong),
        ("atr", ctypes.c_ubyte * 33),
    )


def _wait_until_empty() -> None:
    """As pcscd sees it, or until it runs no more."""
    pcsc, context = ctypes.CDLL("libpcsclite.so.1"), ctypes.c_long()
    while pcsc.SCardEstablishContext(ctypes.c_ulong(2), None, None, ctypes.byref(context)):
        time.sleep(_LOOK_S)  # it is coming up
    state = _ReaderState(READER)
    while not pcsc.SCardGetStatusChange(context, ctypes.c_ulong(0), ctypes.byref(state), ctypes.c_ulong(1)):
        if state.event & _EMPTY and not state.event & _ODD:
            break
        time.sleep(_LOOK_S)
    pcsc.SCardReleaseContext(context)


def _carry_cards(wire: socket.socket) -> None:
    while True:
        card, _ = wire.accept()
        if card.recv(1) == NEW:
            _wait_until_empty()
        try:
            slot = socket.create_connection(("127.0.0.1", READER_PORT))
        except OSError:  # no reader is plugged in
            card.close()
            continue
        slot.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for source, target in ((card, slot), (slot, card)):
            threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """One direction, to its end; then the other ends too. Of what the reader sends in two pieces, the second waits for
    an acknowledgement of the first: it gets it at once."""
    with contextlib.suppress(OSError):
        while True:
            if source.family == socket.AF_INET:
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            if not (data := source.recv(_PIECE)):
                break
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), alone=sys.argv[2] == "alone"))
