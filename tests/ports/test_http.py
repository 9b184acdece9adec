"""HTTP exchanges: closing leaves no connection behind, and one is kept only where that is asked for."""

import asyncio
import contextlib
import os
import socket
import ssl
import threading
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(("idle_s", "connections"), [(0.0, 3), (20.0, 2)])
async def test_a_connection_is_kept_where_that_is_asked_for(idle_s: float, connections: int) -> None:
    begun: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begun.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    line = HttpLine((base,), timeout_s=20, connect_timeout_s=20, max_answer_bytes=100, idle_s=idle_s)
    line.open()
    replies = [await line.ask("POST", "/", b"", {}) for _ in range(2)]
    begun[-1].close()  # as a hub that is killed: its next request finds another connection
    await begun[-1].wait_closed()
    for _ in range(10):
        await asyncio.sleep(0)  # the line hears of it
    replies.append(await line.ask("POST", "/", b"", {}))
    await line.aclose()
    for writer in begun:
        writer.close()
        await writer.wait_closed()
    server.close()
    assert replies == [Reply(200, {}, b"OK")] * 3
    assert len(begun) == connections
