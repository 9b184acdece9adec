"""The page of what a hall's terminals are configured with: its versions, and which terminal uses which."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.cases.items import names_in
from hub.commands import CommandBook, Commanded
from hub.configurations import Configuration, ConfigurationBook, terminals_of, use
from hub.frame import Form, Frame, to, words
from hub.ordered import Ordered, ordered
from hub.store import Seen, Staff
from hub.upload import Upload
from kiosk.protocol.configuration import FROM_HUB, MOST_CATALOGUE, MOST_TEXT, Bundle, WrongConfigurationError, tables_of
from kiosk.text.numbers import exact_moment

MOST_VERSIONS = 20
MOST_NOTE = 200


class InUse(msgspec.Struct, frozen=True, kw_only=True):
    """One terminal. `version` is None while it has not said, and 0 for its own file."""

    terminal: str
    version: int | None
    ordered: Ordered | None
    """The last version that it was ordered to use, and what came of that."""


class ConfigurationPages:
    """Its routes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._versions = ConfigurationBook(frame.store)
        self._commands = CommandBook(frame.store)
        self.routes: list[BaseRoute] = [
            Route("/configuration/{hall}", frame.page(self._page, "manager"), methods=["GET"]),
            Route("/configuration/{hall}", frame.deed(self._save, "manager", 4 * MOST_TEXT), methods=["POST"]),
            Route("/configuration/{hall}/catalogue", frame.upload(self._catalogue, "manager"), methods=["POST"]),
            Route("/configuration/{hall}/use", frame.deed(self._use, "manager"), methods=["POST"]),
        ]

    async def seen(self) -> object:
        """Another value whenever such a page would show something else."""
        states = [(each.number, each.state) for each in await self._commands.configuring(None)]
        return states, [(each.hall, each.terminal, _version(each)) for each in await self._frame.store.terminals()]

    async def _page(
        self, request: Request, who: Staff, *, text: str | None = None, note: str = "", problem: str = ""
    ) -> Response:
        hall = request.path_params["hall"]
        versions = await self._versions.last(hall, MOST_VERSIONS)
        newest = versions[0].bundle.text if versions else ""
        return self._frame.say(
            request,
            "configuration",
            who,
            status=422 if problem else 200,
            hall=hall,
            versions=[
                (each, exact_moment(each.at_ms, self._frame.zone), len(names_in(each.bundle.catalogue)))
                for each in versions
            ],
            terminals=await self._in_use(request, hall),
            text=newest if text is None else text,
            note=note,
            problems=problem.splitlines(),
            sections=[(section, ", ".join(sorted(keys))) for section, keys in FROM_HUB.items()],
        )

    async def _in_use(self, request: Request, hall: str) -> list[InUse]:
        last: dict[str, Commanded] = {}
        for command in await self._commands.configuring(hall):
            last.setdefault(command.terminal, command)
        said, now_ms = words(request), self._frame.now_ms()
        return [
            InUse(
                terminal=seen.terminal,
                version=_version(seen),
                ordered=ordered(last[seen.terminal], said, self._frame.zone, now_ms) if seen.terminal in last else None,
            )
            for seen in await terminals_of(self._frame.store, hall)
        ]

    async def _save(self, request: Request, who: Staff, form: Form) -> Response:
        hall = request.path_params["hall"]
        text, note = form.get("text", "").replace("\r\n", "\n"), form.get("note", "").strip()[:MOST_NOTE]
        try:
            tables_of(text)
        except WrongConfigurationError as error:
            return await self._page(request, who, text=text, note=note, problem=str(error))
        return await self._add(request, who, await self._versions.following(hall, text), note)

    async def _catalogue(self, request: Request, who: Staff, upload: Upload) -> Response:
        """A version with another catalogue of items, and the text of the one before. Each terminal checks it, too."""
        hall, said = request.path_params["hall"], words(request)
        newest = await self._versions.last(hall, 1)
        catalogue = upload.content.decode("utf-8", "replace")
        if not names_in(catalogue) or len(upload.content) > MOST_CATALOGUE:
            return await self._page(request, who, problem=said.say("hub.configuration.no_catalogue"))
        bundle = await self._versions.following(hall, newest[0].bundle.text if newest else "", catalogue)
        return await self._add(request, who, bundle, upload.fields.get("note", "").strip()[:MOST_NOTE])

    async def _add(self, request: Request, who: Staff, bundle: Bundle, note: str) -> Response:
        hall, said = request.path_params["hall"], words(request)
        if not await terminals_of(self._frame.store, hall):
            return to("/")
        now_ms = self._frame.now_ms()
        if not await self._versions.add(Configuration(bundle=bundle, who=who.name, note=note, at_ms=now_ms)):
            problem = said.say("hub.configuration.meanwhile")
            return await self._page(request, who, text=bundle.text, note=note, problem=problem)
        await self._frame.note(who.name, "configuration", f"{hall} #{bundle.version}")
        return to(f"/configuration/{hall}")

    async def _use(self, request: Request, who: Staff, form: Form) -> Response:
        hall, chosen = request.path_params["hall"], form.get("terminal", "")
        version = form.get("version", "")
        found = await self._versions.version(hall, int(version)) if version.isdecimal() and len(version) < 10 else None
        if found is not None:
            names = [seen.terminal for seen in await terminals_of(self._frame.store, hall)]
            wanted = [name for name in names if chosen in ("", name)]
            await use(self._commands, found.bundle, wanted, who.name, self._frame.now_ms())
        return to(f"/configuration/{hall}")


def _version(seen: Seen) -> int | None:
    return seen.status.configuration if seen.status is not None else None
