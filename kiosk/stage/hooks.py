"""What ends the window from outside: an exception nobody expected, SIGTERM, SIGINT."""

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Self

from PySide6.QtCore import QSocketNotifier

BROKEN = 70
"""Exit code after an exception nobody expected (EX_SOFTWARE); a supervisor starts the terminal again."""


class Hooks:
    """While entered, exceptions that no `except` sees call `end(BROKEN)`, and SIGTERM or SIGINT `end(0)`.

    PySide gives an exception in a slot to `sys.excepthook` alone and goes on as if nothing had happened. A signal must
    wake Qt's loop first, or Python's handler would wait for the next touch. `end` may be called on any thread.
    """

    def __init__(self, end: Callable[[int], None]) -> None:
        self._end = end

    def __enter__(self) -> Self:
        self._before = sys.excepthook, threading.excepthook
        sys.excepthook = self._surprise
        threading.excepthook = self._thread_surprise
        self._qts, self._ours = os.pipe()
        os.set_blocking(self._ours, False)
        os.set_blocking(self._qts, False)
        self._wakeup = signal.set_wakeup_fd(self._ours, warn_on_full_buffer=False)
        self._handlers = {
            number: signal.signal(number, self._asked_to_end) for number in (signal.SIGTERM, signal.SIGINT)
        }
        self._notifier = QSocketNotifier(self._qts, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._drain)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        os.close(self._ours)
        os.close(self._qts)
        sys.excepthook, threading.excepthook = self._before

    def _drain(self) -> None:
        os.read(self._qts, 4096)  # running this slot is what lets Python call its signal handler

    def _asked_to_end(self, number: int, frame: object) -> None:
        self._end(0)

    def _surprise(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        traceback.print_exception(kind, error, trace)
        self._end(BROKEN)

    def _thread_surprise(self, args: threading.ExceptHookArgs) -> None:
        traceback.print_exception(args.exc_type, args.exc_value, args.exc_traceback)
        self._end(BROKEN)
