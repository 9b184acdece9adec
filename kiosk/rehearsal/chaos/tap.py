"""Where a peer cuts the terminal's power: at the first byte of a request, before the peer does anything with it."""

import contextlib
import os
import re
import select
import signal
import socket
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

import msgspec

from kiosk.config import Announcement

_Peer = tuple[str, int]
_CHUNK = 65_536
_ORDERS = re.compile(rb"(POST|PUT) (?!\S*method=alipay[a-z.]*\.query)")
"""What asks a peer to do something; to look changes nothing there, and how often it is done differs each time."""
ANSWER_SECONDS = 2.0
"""For what came of the last request, whose sender is dead."""


class Tap:
    """Stands before all peers that speak HTTP, passes on everything, and kills the terminal at the request of that
    number that would do something. Only once it is dead may the peer hear of that request."""

    def __init__(self, request: int) -> None:
        self._left = request
        self._counting = threading.Lock()
        self._terminal: int | None = None
        self._known = threading.Event()
        self._over = threading.Event()
        self._served = threading.Event()
        self._struck = False
        self._listening: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def before(self, announcements: Mapping[str, Announcement]) -> dict[str, Announcement]:
        """The announcements with this in front of each peer that has a URL."""
        return {name: self._fronted(announcement) for name, announcement in announcements.items()}

    def kills(self, pid: int) -> None:
        """Which process is the terminal."""
        with contextlib.suppress(ProcessLookupError):  # it ended before it asked for anything
            self._terminal = os.pidfd_open(pid)
        self._known.set()

    def served(self) -> None:
        """Once the terminal is dead: wait until the peer has done what its last request says."""
        if self._struck:
            self._served.wait(ANSWER_SECONDS)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._known.set()
        for thread in self._threads:
            thread.join()
        for listening in self._listening:
            listening.close()
        if self._terminal is not None:
            os.close(self._terminal)

    def _fronted(self, announcement: Announcement) -> Announcement:
        url = urlsplit(announcement.port)
        if url.scheme != "http" or url.hostname is None or url.port is None:
            return announcement
        listening = socket.create_server((url.hostname, 0))
        self._listening.append(listening)
        self._begin(self._listen, listening, (url.hostname, url.port))
        own = f"{url.hostname}:{listening.getsockname()[1]}"
        return msgspec.structs.replace(announcement, port=urlunsplit(url._replace(netloc=own)))

    def _begin(self, serve: Callable[[socket.socket, _Peer], None], socket_: socket.socket, peer: _Peer) -> None:
        thread = threading.Thread(target=serve, args=(socket_, peer), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self, listening: socket.socket, peer: _Peer) -> None:
        listening.settimeout(0.05)
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                self._begin(self._pass_on, listening.accept()[0], peer)

    def _pass_on(self, terminal: socket.socket, peer: _Peer) -> None:
        alive = True
        with contextlib.suppress(OSError), terminal, socket.create_connection(peer) as upstream:
            sources = [terminal, upstream]
            while not self._over.is_set():
                ready = select.select(sources, [], [], 0.05)[0]
                if terminal in ready:
                    chunk = self._heard(terminal)
                    if _ORDERS.match(chunk) and self._strikes():
                        alive = False
                    if chunk:
                        upstream.sendall(chunk)
                    elif alive:
                        return
                    else:
                        sources.remove(terminal)
                if upstream in ready:
                    chunk = self._heard(upstream)
                    if not (chunk and alive):
                        break
                    terminal.sendall(chunk)
        if not alive:
            self._served.set()

    @staticmethod
    def _heard(source: socket.socket) -> bytes:
        """Nothing at the end, also where the process at the other side was killed."""
        with contextlib.suppress(ConnectionError):
            return source.recv(_CHUNK)
        return b""

    def _strikes(self) -> bool:
        """Whether this request is the one; then the terminal is dead."""
        with self._counting:
            self._left -= 1
            if self._left != -1:
                return False
            self._struck = True
        self._known.wait()
        if self._terminal is not None:
            signal.pidfd_send_signal(self._terminal, signal.SIGKILL)
            select.select([self._terminal], [], [])
        return True
