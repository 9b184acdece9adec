"""The supervisor's watchdog: one heartbeat of both threads.

The window's timer asks the engine, and a beat goes out only when the engine has answered. So whichever of the two
freezes, the supervisor stops hearing from the terminal and starts it anew. Without a supervisor nothing happens.

Source: sd_notify(3), https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html.
"""

import logging
import os
import re
import socket
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

LEAST_SECONDS = 0.05
MOST_SECONDS = 1.0
"""Between two beats, where the supervisor does not want them oftener."""
SHARE = 4
"""How many beats fit into the time after which the supervisor gives up: a late one harms nothing."""


class Supervisor:
    """Who started this process and wants to hear from it, as the environment says."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        """`NOTIFY_SOCKET` is a path, or a name in the abstract namespace after `@`; `WATCHDOG_USEC` is in µs.

        `WATCHDOG_PID` is not asked: it names the compositor around the terminal.
        """
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        limit = environ.get("WATCHDOG_USEC", "")
        wanted = int(limit) / 1e6 / SHARE if re.fullmatch(r"[0-9]{1,18}", limit) else 0.0
        self.beat_seconds = min(MOST_SECONDS, max(LEAST_SECONDS, wanted)) if wanted else MOST_SECONDS
        """Between two beats."""

    def tell(self, state: str) -> None:
        """Send a state, such as `READY=1`; what cannot be sent is logged and does no harm. Returns at once."""
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.connect(self._address)
                line.send(state.encode())
        except OSError as error:
            log.warning("the supervisor cannot be told %s: %s", state.replace("\n", " "), error)


class Heartbeat:
    """Tells the supervisor that both threads live. `beat` belongs to the window's thread, on a timer."""

    def __init__(self, supervisor: Supervisor, ask: Callable[[Callable[[], None]], bool]) -> None:
        """`ask` has the engine's thread call something, soon; False while the engine is not ready."""
        self._supervisor = supervisor
        self._ask = ask
        self._ready = False
        self._asked = False
        self._answered = False

    def beat(self) -> None:
        """Pass the engine's last answer on, and ask again."""
        if self._answered:
            self._supervisor.tell("WATCHDOG=1" if self._ready else "READY=1\nWATCHDOG=1")
            self._ready = True
            self._asked = self._answered = False
        if not self._asked:
            self._asked = self._ask(self._answer)

    def _answer(self) -> None:
        self._answered = True
