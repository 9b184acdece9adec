"""The page of terminals: how each is, what it was ordered to do and what came of that; and how it comes to be known."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.cards import cards
from hub.commands import AUDITED, CommandBook, Commanded
from hub.frame import HEADERS, Form, Frame, to, typed, words
from hub.keys import CODE_S, hash_of_code, new_code
from hub.store import Staff
from hub.terminals import Seen, overview, trusted
from hub.upkeep import DAY_MS
from kiosk.protocol.commands import CloseTerminal, Command, OpenTerminal, Restart, SendLog

MOST = 60
"""Terminals on the page: those that need somebody first."""
HOUR_MS = 3600 * 1000
SHOWN_MS, SHOWN = 3 * DAY_MS, 3
"""How long a card shows what was ordered, and how many of them."""
MEANT_MS: Mapping[type[Command], int] = {CloseTerminal: DAY_MS, OpenTerminal: DAY_MS, Restart: HOUR_MS, SendLog: DAY_MS}
"""How long each is meant, where a terminal is not reached."""


class TerminalPages:
    """Its routes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._book = CommandBook(frame.store)
        self.routes: list[BaseRoute] = [
            Route("/", frame.page(self._terminals), methods=["GET"]),
            Route("/code", frame.deed(self._code, "manager"), methods=["POST"]),
            Route("/revoke", frame.deed(self._revoke, "manager"), methods=["POST"]),
            Route("/order", frame.deed(self._order, "manager"), methods=["POST"]),
            Route("/logs/{command}", frame.page(self._log, "manager"), methods=["GET"]),
        ]

    async def seen(self, hall: str) -> object:
        """What the page would show, but for the passing of time between two minutes."""
        found = await overview(self._frame.store, hall, self._frame.now_ms(), MOST)
        terminals = [msgspec.structs.replace(seen, heard_ms=0) for seen in found.first]
        return found.total, found.troubled, terminals, await self._ordered(terminals)

    async def _ordered(self, shown: Iterable[Seen]) -> dict[tuple[str, str], list[Commanded]]:
        ordered = defaultdict(list)
        places = [(seen.hall, seen.terminal) for seen in shown]
        for command in await self._book.last(places, self._frame.now_ms() - SHOWN_MS, SHOWN):
            if command.name in AUDITED:
                ordered[command.hall, command.terminal].append(command)
        return ordered

    async def _terminals(
        self, request: Request, who: Staff, *, code: Mapping[str, str] | None = None, problem: str = ""
    ) -> Response:
        hall, now_ms = typed(request.query_params.get("hall", "")), self._frame.now_ms()
        found = await overview(self._frame.store, hall, now_ms, MOST)
        return self._frame.say(
            request,
            "terminals",
            who,
            cards=cards(found.first, await self._ordered(found.first), words(request), self._frame.zone, now_ms),
            troubled=found.troubled,
            count=found.total,
            more=found.total - len(found.first),
            hall=hall,
            code=code,
            problem=problem,
        )

    async def _code(self, request: Request, who: Staff, form: Form) -> Response:
        hall, terminal = form.get("hall", ""), form.get("terminal", "")
        if not (re.fullmatch("[a-z0-9][a-z0-9-]{0,31}", hall) and re.fullmatch("[0-9A-Z]{1,3}", terminal)):
            return await self._terminals(request, who, problem=words(request).say("hub.bad_ids"))
        code = new_code()
        await self._frame.store.offer(hash_of_code(code), hall, terminal, self._frame.now_ms() + CODE_S * 1000)
        await self._frame.note(who.name, "code", f"{hall} {terminal}")
        return await self._terminals(request, who, code={"hall": hall, "terminal": terminal, "code": code})

    async def _revoke(self, request: Request, who: Staff, form: Form) -> Response:
        hall, terminal = form.get("hall", ""), form.get("terminal", "")
        if await self._frame.store.revoke(hall, terminal):
            await self._frame.note(who.name, "revoked", f"{hall} {terminal}")
        return to("/")

    async def _order(self, request: Request, who: Staff, form: Form) -> Response:
        hall, terminal, now_ms = typed(form.get("hall", "")), form.get("terminal", ""), self._frame.now_ms()
        try:
            command = msgspec.convert(
                {"do": form.get("do", ""), "reason": " ".join(form.get("reason", "").split())},
                CloseTerminal | OpenTerminal | Restart | SendLog,
            )
        except msgspec.ValidationError:
            return await self._terminals(request, who, problem=words(request).say("hub.bad_reason"))
        if terminal in await trusted(self._frame.store, hall):
            until_ms = now_ms + MEANT_MS[type(command)]
            await self._book.order(hall, terminal, command, who=who.name, now_ms=now_ms, until_ms=until_ms)
        return to("/")

    async def _log(self, request: Request, who: Staff) -> Response:
        command = await self._book.command(request.path_params["command"])
        text = await self._book.log(command.id, self._frame.now_ms()) if command is not None else None
        if command is None or text is None:
            return Response(words(request).say("hub.no_log"), 404, HEADERS, "text/plain")
        await self._frame.note(who.name, "read_log", f"{command.hall} {command.terminal} #{command.number}")
        name = f"{command.hall}-{command.terminal}-{command.number}.log"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(text, 200, headers, "text/plain; charset=utf-8")
