"""A device that takes every byte and never answers."""

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def silent_peer() -> Iterator[str]:
    """Its port's URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:  # the system accepts for us; nobody reads
        yield f"socket://127.0.0.1:{server.getsockname()[1]}"
