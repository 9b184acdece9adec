"""The hub's HTTP interface. It keeps nothing between requests: any number of processes serve one store."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, tzinfo
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.accept import Refuse, Take
from hub.attendance import Attendance
from hub.cases.taking import Drawer
from hub.command_desk import CommandDesk
from hub.configurations import ConfigurationBook
from hub.forms import FormBook
from hub.keys import hash_of_code
from hub.openapi import MOST_CONTENT, REFUSALS
from hub.orders.follower import Follower
from hub.pages import Pages
from hub.queue_desk import QueueDesk
from hub.store import ForeignError, Store, StoreBusyError, Terminal
from hub.upkeep import Upkeep
from kiosk.protocol import commands, configuration, form_files, pairing, sealing, status
from kiosk.protocol.batch import CONTENT_TYPE, BatchError, Head, Problem, Receipt, Refused, unpack
from kiosk.protocol.signing import ClockError, NotSignedError, Signed, key_id, raw, read
from kiosk.queueing import hall

log = logging.getLogger(__name__)

MOST_AT_ONCE = 256
"""Batches that one process takes in at a time. One more would wait for its turn longer than its terminal waits for an
answer: it is told to come again."""
MOST_FORMS_OUT = 8
"""Forms that one process looks up at a time, of some megabytes each."""
_T = TypeVar("_T", bound=msgspec.Struct)


class _RefusedError(Exception):
    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused


def app(store: Store, key: Ed25519PrivateKey, zone: tzinfo = UTC, now: Callable[[], float] = time.time) -> Starlette:
    """The ASGI application. `key` signs receipts and cookies; `zone` is the pages'; `now` in seconds since 1970."""

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await store.open()
        running = (follower.run(), upkeep.run())
        beside = [asyncio.create_task(_lasting(each)) for each in running]
        try:
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)
            await store.aclose()

    queue = QueueDesk(store, zone, lambda: int(now() * 1000))
    follower = Follower(store, now)
    upkeep = Upkeep(store, zone, lambda: int(now() * 1000))
    drawer = Drawer(store, key, now)
    commanding = CommandDesk(store, key, lambda: int(now() * 1000))
    desk = _Desk(store, key, now, follower=follower, queue=queue, commanding=commanding)
    attendance = Attendance(queue, key)
    return Starlette(
        routes=[
            Route(pairing.PATH, desk.pair, methods=["POST"]),
            Route("/v1/journal", desk.journal, methods=["POST"]),
            Route(status.PATH, desk.of_terminals(status.Status, desk.status), methods=["POST"]),
            Route(commands.PATH, desk.of_terminals(commands.Poll, desk.commands), methods=["POST"]),
            Route(commands.log_path("{command}"), desk.log, methods=["POST"]),
            Route(configuration.PATH, desk.of_terminals(configuration.Wanted, desk.configuration), methods=["POST"]),
            Route(form_files.PATH, desk.form, methods=["POST"]),
            Route(hall.PATH, desk.of_terminals(hall.Attending, attendance.attend), methods=["POST"]),
            Route(hall.WISH_PATH, desk.of_terminals(hall.Wished, attendance.wish), methods=["POST"]),
            Route(sealing.PATH, desk.of_terminals(sealing.Private, drawer.take), methods=["POST"]),
            Route("/healthz", desk.health, methods=["GET"]),
            *Pages(store, queue, key, zone, now).routes,
        ],
        exception_handlers={_RefusedError: _refused, StoreBusyError: _busy},
        lifespan=life,
    )


class _Desk:
    def __init__(
        self,
        store: Store,
        key: Ed25519PrivateKey,
        now: Callable[[], float],
        *,
        follower: Follower,
        queue: QueueDesk,
        commanding: CommandDesk,
    ) -> None:
        self._follower = follower
        self._store = store
        self._key = key
        self._now = now
        self._command_desk = commanding
        self._configurations = ConfigurationBook(store)
        self._forms = FormBook(store)
        self._forms_out = 0
        self._queue = queue

    def of_terminals(
        self, kind: type[_T], answer: Callable[[Request, Terminal, _T], Awaitable[msgspec.Struct]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """What answers a terminal that is trusted, and says something of that kind."""

        async def answers(request: Request) -> Response:
            content = await _content(request)
            sender = await self._sender(request, content)
            return _json(await answer(request, sender, _decoded(content, kind)))

        return answers

    async def health(self, _: Request) -> Response:
        return Response("OK\n", media_type="text/plain")

    async def pair(self, request: Request) -> Response:
        content = await _content(request)
        try:
            asked = msgspec.json.decode(content, type=pairing.Pairing)
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(asked.public_key))
        except (msgspec.DecodeError, ValueError, UnicodeDecodeError) as error:
            raise _refuse("batch", f"no request to pair: {error}") from error
        signed = _signed(request, content)
        self._check(signed, public)
        if signed.key_id != key_id(public):
            raise _refuse("signature", "signed with another key than the one to pair")
        code = hash_of_code(asked.code)
        terminal = await self._store.pair(code, key_id(public), raw(public), self._now_ms())
        if terminal is None:
            raise _refuse("code", "this code pairs nothing: it was never given out, was used, or its time is over")
        log.info("terminal %s of %s is paired with key %s", terminal.terminal, terminal.hall, terminal.key_id)
        hub_key = raw(self._key.public_key()).hex()
        return _json(pairing.Paired(hall=terminal.hall, terminal=terminal.terminal, hub_key=hub_key))

    async def journal(self, request: Request) -> Response:
        content = await _content(request)
        if self._follower.taking_in >= MOST_AT_ONCE:
            raise _refuse("busy", "too many terminals send at this moment")
        self._follower.taking_in += 1
        try:
            return await self._take_in(request, content)
        finally:
            self._follower.taking_in -= 1

    async def _take_in(self, request: Request, content: bytes) -> Response:
        sender = await self._sender(request, content)
        if request.headers.get("content-type") != CONTENT_TYPE:
            raise _refuse("batch", f"Content-Type is not {CONTENT_TYPE}")
        try:
            batch = unpack(content, sender.hall, sender.terminal)
            found = await self._store.accept(sender, batch, self._now_ms())
        except BatchError as error:
            raise _refuse("batch", str(error)) from error
        except ForeignError as error:
            raise _refuse("batch", f"ledger {error} belongs to another terminal") from error
        if isinstance(found, Refuse):
            log.warning("%s of %s: %s at row %d", sender.terminal, sender.hall, found.problem, found.head.seq)
            detail = f"the hub has {found.head.ledger} up to row {found.head.seq}"
            raise _RefusedError(Refused(problem=found.problem, detail=detail, head=self._receipt(found.head)))
        if isinstance(found, Take) and batch.anchored and batch.first > 1:
            log.warning("%s of %s has rows before %d in its archive alone", sender.terminal, sender.hall, batch.first)
        self._queue.wake(sender.hall)
        self._follower.wake()
        return _json(self._receipt(found.then if isinstance(found, Take) else found.head))

    async def commands(self, request: Request, sender: Terminal, poll: commands.Poll) -> commands.Commands:
        """What it is to do, as soon as there is something."""
        return await self._command_desk.answer(sender, poll, request.is_disconnected)

    async def log(self, request: Request) -> Response:
        content = await _content(request)
        sender = await self._sender(request, content)
        command = await self._command_desk.book.command(request.path_params["command"])
        if command is None or (command.hall, command.terminal) != (sender.hall, sender.terminal):
            raise _refuse("batch", "nobody asked this terminal for a log by that command")
        if command.name == "send_log" and command.state in ("waiting", "under_way"):
            await self._command_desk.book.keep_log(command.id, content.decode("utf-8", "replace"), self._now_ms())
        return _json(status.Heard(self._now_ms()))

    async def configuration(self, _: Request, sender: Terminal, wanted: configuration.Wanted) -> configuration.Bundle:
        """A version for the terminals of the hall that it is of."""
        found = await self._configurations.version(sender.hall, wanted.version)
        if found is None:
            raise _refuse("batch", f"{sender.hall} has no version {wanted.version}")
        return found.bundle

    async def form(self, request: Request) -> Response:
        """A form, for whoever was told its digest; some at a time, for each is large."""
        content = await _content(request)
        await self._sender(request, content)
        digest = _decoded(content, form_files.WantedForm).digest
        if self._forms_out >= MOST_FORMS_OUT:
            raise _refuse("busy", "many terminals fetch forms: come again")
        self._forms_out += 1
        try:
            packed = await self._forms.packed(digest)
        finally:
            self._forms_out -= 1
        if packed is None:
            raise _refuse("batch", f"there is no form {digest}")
        return Response(packed, media_type=form_files.CONTENT_TYPE)

    async def status(self, _: Request, sender: Terminal, said: status.Status) -> status.Heard:
        """Keep how it is."""
        await self._store.report(sender, said, self._now_ms())
        return status.Heard(self._now_ms())

    async def _sender(self, request: Request, content: bytes) -> Terminal:
        """Who signed a request: a terminal that is trusted."""
        signed = _signed(request, content)
        sender = await self._store.terminal(signed.key_id)
        if sender is None:
            raise _refuse("signature", f"key {signed.key_id} is not known: pair the terminal")
        self._check(signed, Ed25519PublicKey.from_public_bytes(sender.public_key))
        if sender.revoked:
            raise _refuse("revoked", f"terminal {sender.terminal} is trusted no more: pair it again")
        return sender

    def _check(self, signed: Signed, key: Ed25519PublicKey) -> None:
        try:
            signed.check(key, self._now())
        except ClockError as error:
            raise _refuse("clock", f"{error}; set the terminal's clock") from error
        except NotSignedError as error:
            raise _refuse("signature", str(error)) from error

    def _receipt(self, head: Head) -> Receipt:
        unsigned = Receipt(ledger=head.ledger, seq=head.seq, hash=head.hash, at=self._now_ms(), signature="")
        return msgspec.structs.replace(unsigned, signature=self._key.sign(unsigned.signed()).hex())

    def _now_ms(self) -> int:
        return int(self._now() * 1000)


async def _lasting(work: Awaitable[None]) -> None:
    """Work that never ends by itself: the hub answers on without it, but not in silence."""
    try:
        await work
    except Exception:
        log.exception("work beside the requests has ended: start the hub again")


def _signed(request: Request, content: bytes) -> Signed:
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        return read(headers, request.method, request.url.path, content)
    except NotSignedError as error:
        raise _refuse("signature", str(error)) from error


async def _content(request: Request) -> bytes:
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > MOST_CONTENT:
            raise _refuse("size", f"more than {MOST_CONTENT} bytes")
    return bytes(content)


def _decoded(content: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _refuse("batch", f"no {kind.__name__.lower()}: {error}") from error


def _refuse(problem: Problem, detail: str) -> _RefusedError:
    return _RefusedError(Refused(problem=problem, detail=detail))


async def _refused(_: Request, error: Exception) -> Response:
    refused = error.refused if isinstance(error, _RefusedError) else Refused(problem="busy", detail=str(error))
    return _json(refused, REFUSALS[refused.problem])


async def _busy(_: Request, error: Exception) -> Response:
    log.error("the store cannot be asked: %s", error)
    return _json(Refused(problem="busy", detail="the hub's database cannot be asked now"), 503)


def _json(value: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
