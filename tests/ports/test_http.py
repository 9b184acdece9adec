"""One HTTP exchange over TLS with a peer that answers and never says goodbye: closing leaves no connection behind."""

import asyncio
import os
import socket
import ssl
import threading
from pathlib import Path

from drivers.nexo_terminal.simulator_keys import certificate, tls
from kiosk.ports.http import HttpLine, Lost, Reply

PATIENCE_S = 10


def test_a_peer_that_never_says_goodbye_is_left(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    hung_up = threading.Event()

    def answer(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with tls(file).wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
            with socket.socket(fileno=os.dup(secured.fileno())) as below_tls:
                below_tls.settimeout(2 * PATIENCE_S)
                while below_tls.recv(65536):
                    pass
                hung_up.set()

    async def ask(port: int) -> tuple[Reply | Lost, bool]:
        trust = ssl.create_default_context(cafile=str(file))
        trust.check_hostname = False
        line = HttpLine((f"https://127.0.0.1:{port}",), timeout_s=20, connect_timeout_s=20, max_answer_bytes=100)
        line.open(trust)
        answered = await line.ask("GET", "/", b"", {})
        await line.aclose()
        return answered, await asyncio.to_thread(hung_up.wait, PATIENCE_S)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        peer = threading.Thread(target=answer, args=(listening,))
        peer.start()
        answered, left = asyncio.run(ask(listening.getsockname()[1]))
        peer.join()
    assert answered == Reply(200, {}, b"OK")
    assert left
