"""The page of what a hall's terminals are configured with: its versions, and which terminal uses which."""

import asyncio

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hub.cases.items import names_in
from hub.commands import CommandBook, Commanded
from hub.configurations import Configuration, ConfigurationBook, use
from hub.form_delivery import archive_of, in_archive, newer_pdf
from hub.forms import FormBook
from hub.frame import HEADERS, Form, Frame, to, words
from hub.ordered import Ordered, ordered
from hub.store import Staff
from hub.terminals import trusted
from hub.upload import Upload
from kiosk.protocol.configuration import FROM_HUB, MOST_CATALOGUE, MOST_TEXT, Bundle, WrongConfigurationError, tables_of
from kiosk.protocol.form_files import FormSet, WrongFormError
from kiosk.protocol.status import Status
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
        self._forms = FormBook(frame.store)
        self._commands = CommandBook(frame.store)
        self.routes: list[BaseRoute] = [
            Route("/configuration/{hall}", frame.page(self._page, "manager"), methods=["GET"]),
            Route("/configuration/{hall}", frame.deed(self._save, "manager", 4 * MOST_TEXT), methods=["POST"]),
            Route("/configuration/{hall}/catalogue", frame.upload(self._catalogue, "manager"), methods=["POST"]),
            Route("/configuration/{hall}/forms", frame.upload(self._bring_forms, "manager"), methods=["POST"]),
            Route("/configuration/{hall}/forms/drop", frame.deed(self._drop_form, "manager"), methods=["POST"]),
            Route("/configuration/{hall}/forms/{digest}", frame.page(self._form_file, "manager"), methods=["GET"]),
            Route("/configuration/{hall}/use", frame.deed(self._use, "manager"), methods=["POST"]),
        ]

    async def seen(self, hall: str) -> object:
        """Another value whenever the page of this hall would show something else."""
        states = [(each.number, each.state) for each in await self._commands.configuring(hall)]
        terminals = await trusted(self._frame.store, hall)
        return states, {name: _version(status) for name, status in terminals.items()}

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
            forms=await self._forms.described(versions[0].bundle.forms) if versions else [],
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
                terminal=name,
                version=_version(status),
                ordered=ordered(last[name], said, self._frame.zone, now_ms) if name in last else None,
            )
            for name, status in (await trusted(self._frame.store, hall)).items()
        ]

    async def _save(self, request: Request, who: Staff, form: Form) -> Response:
        hall = request.path_params["hall"]
        text, note = form.get("text", "").replace("\r\n", "\n"), form.get("note", "").strip()[:MOST_NOTE]
        try:
            tables_of(text)
        except WrongConfigurationError as error:
            return await self._page(request, who, text=text, note=note, problem=str(error))
        return await self._add(request, who, await self._versions.following(hall, text=text), note)

    async def _catalogue(self, request: Request, who: Staff, upload: Upload) -> Response:
        """A version with another catalogue of items, and the text of the one before. Each terminal checks it, too."""
        hall, said = request.path_params["hall"], words(request)
        catalogue = upload.content.decode("utf-8", "replace")
        if not names_in(catalogue) or len(upload.content) > MOST_CATALOGUE:
            return await self._page(request, who, problem=said.say("hub.configuration.no_catalogue"))
        bundle = await self._versions.following(hall, catalogue=catalogue)
        return await self._add(request, who, bundle, upload.fields.get("note", "").strip()[:MOST_NOTE])

    async def _bring_forms(self, request: Request, who: Staff, upload: Upload) -> Response:
        """A version with other forms, and everything else as in the one before: those of an archive, or a newer PDF
        of one. Each terminal makes them once before it uses them."""
        hall, note = request.path_params["hall"], upload.fields.get("note", "").strip()[:MOST_NOTE]
        number = upload.fields.get("number", "").strip()
        following = await self._versions.following(hall)
        before = following.forms
        try:
            if number:
                earlier = await self._forms.form(before.digests.get(number, ""))
                delivery = newer_pdf(number, upload.content, earlier)
            else:
                delivery = await asyncio.to_thread(in_archive, upload.content)
        except WrongFormError as error:
            return await self._page(request, who, problem=str(error))
        digests = before.digests | await self._forms.keep(delivery.forms)
        given = FormSet(digests=digests, departments=delivery.departments or before.departments)
        if not await self._forms.fit(given):
            return await self._page(request, who, problem=words(request).say("hub.configuration.too_many_forms"))
        return await self._add(request, who, msgspec.structs.replace(following, forms=given), note)

    async def _drop_form(self, request: Request, who: Staff, form: Form) -> Response:
        """A version without a form: the terminals go back to their own of that number, where they have one."""
        hall, number = request.path_params["hall"], form.get("number", "")
        following = await self._versions.following(hall)
        before = following.forms
        digests = {each: digest for each, digest in before.digests.items() if each != number}
        given = FormSet(digests=digests, departments=before.departments) if digests else FormSet()
        note = words(request).say("hub.configuration.without_form", number=number)
        return await self._add(request, who, msgspec.structs.replace(following, forms=given), note)

    async def _form_file(self, request: Request, _: Staff) -> Response:
        """The files of a form, as they can be brought again."""
        form = await self._forms.form(request.path_params["digest"])
        if form is None:
            return to(f"/configuration/{request.path_params['hall']}")
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{form.number}.zip"'}
        return Response(await asyncio.to_thread(archive_of, form), 200, headers, "application/zip")

    async def _add(self, request: Request, who: Staff, bundle: Bundle, note: str) -> Response:
        hall, said = request.path_params["hall"], words(request)
        if not await trusted(self._frame.store, hall):
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
            wanted = [name for name in await trusted(self._frame.store, hall) if chosen in ("", name)]
            await use(self._commands, found.bundle, wanted, who.name, self._frame.now_ms())
        return to(f"/configuration/{hall}")


def _version(status: Status | None) -> int | None:
    return status.configuration if status is not None else None
