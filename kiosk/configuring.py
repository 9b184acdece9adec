"""Uses another version of what the hub configures: fetched, checked, and tried out from a start between two visits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from kiosk import config_hub
from kiosk.config import Config, ConfigError, load
from kiosk.forms import from_hub
from kiosk.forms.catalogue import FormError
from kiosk.items.catalogue import CatalogueError, read
from kiosk.protocol import form_files
from kiosk.protocol.commands import Configure
from kiosk.protocol.configuration import (
    CONTENT_TYPE,
    MOST_CATALOGUE,
    MOST_TEXT,
    PATH,
    Bundle,
    Wanted,
    WrongConfigurationError,
)
from kiosk.protocol.form_files import FormSet, WantedForm
from kiosk.sync.asking import AtHub, RefusedError
from kiosk.sync.carrying import FAILED, End, Taken

log = logging.getLogger(__name__)

DID_NOT_COME_UP = "hub.command.did_not_come_up"
SUPERSEDED = "hub.command.superseded"
_MOST_ANSWER = 2 * (MOST_TEXT + MOST_CATALOGUE)


class Configuring:
    """See the module. Belongs to the engine's loop."""

    def __init__(
        self, config: Path, folder: Path, hub: AtHub, restart: Callable[[], Awaitable[End]], came_up: asyncio.Event
    ) -> None:
        """`config` is the terminal's own file, `folder` the ledger's. `restart` starts the program anew between two
        visits; `came_up` is set once this start went well, and what is on trial is good."""
        self._config = config
        self._folder = folder
        self._hub = hub
        self._restart = restart
        self._came_up = came_up
        self._one_at_a_time = asyncio.Lock()
        self._newest = 0
        self._put = ""
        """The version that this process put on trial, for the next start."""

    async def configure(self, command: Configure, taken: Taken) -> End:
        """Ends once the terminal came up with the version, or is back at the one before. Of several commands the last
        one counts."""
        self._newest = max(self._newest, taken.number)
        await asyncio.sleep(0)  # those that are gone on with together know of one another
        async with self._one_at_a_time:
            try:
                end = await self._put_on_trial(command, taken)
            except (RefusedError, WrongConfigurationError, ConfigError, CatalogueError, FormError) as error:
                end = _refused(str(error).replace(f"{self._config}: ", "")[:2000])
            except OSError as error:
                end = _refused(str(error)[:2000])
            if end is not None and end.result == "refused":
                await asyncio.to_thread(config_hub.sweep, self._folder)
        return end or await self._see(command, taken) or await self._restart()

    async def _put_on_trial(self, command: Configure, taken: Taken) -> End | None:
        """None once it is on trial."""
        kept = await asyncio.to_thread(config_hub.kept_in, self._folder)
        if kept.trial is not None and kept.trial.digest == command.digest:
            return None
        if taken.number < max(kept.number, self._newest):
            return _refused(SUPERSEDED)
        if taken.again and kept.fell == command.version:
            return _refused(DID_NOT_COME_UP)
        bundle = await self._fetch(command)
        fetched = await self._fetch_forms(bundle.forms)
        use = config_hub.use_of(bundle)
        if use.is_as(kept.good) and not fetched and await asyncio.to_thread(self._is_laid_out, use):
            return End()
        if not await asyncio.to_thread(config_hub.begin_to_look, self._folder, taken.number):
            return _refused(FAILED)
        config = await asyncio.to_thread(self._checked, bundle, use)
        use = await from_hub.tried(self._folder, use, config.forms)
        if taken.number < self._newest:
            return _refused(SUPERSEDED)
        await asyncio.to_thread(config_hub.try_out, self._folder, use, taken.number)
        log.info("version %d of the configuration is tried out from the next start on", bundle.version)
        self._put = use.digest
        return None

    async def _see(self, command: Configure, taken: Taken) -> End | None:
        """What came of a version that this start is with; None where it waits for the next one."""
        if self._put == command.digest:
            return None
        await self._came_up.wait()
        kept = await asyncio.to_thread(config_hub.kept_in, self._folder)
        if kept.good is not None and kept.good.digest == command.digest:
            return End()
        if kept.number != taken.number:
            return _refused(SUPERSEDED)
        await asyncio.to_thread(config_hub.take_back, self._folder)
        return _refused(DID_NOT_COME_UP)

    async def _fetch(self, command: Configure) -> Bundle:
        question = msgspec.json.encode(Wanted(version=command.version))
        answer = await self._hub.ask(PATH, question, CONTENT_TYPE, _MOST_ANSWER)
        try:
            bundle = msgspec.json.decode(answer, type=Bundle)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RefusedError(f"no configuration came: {error}") from error
        if bundle.digest != command.digest:
            raise RefusedError("what came is not what was signed")
        return bundle

    async def _fetch_forms(self, given: FormSet) -> bool:
        """Those that are not here yet, one after another: who is cut off goes on where it was. Whether any was."""
        fetched, size = False, 0
        for number, digest in given.digests.items():
            if not await asyncio.to_thread(from_hub.is_kept, self._folder, number, digest):
                fetched = True
                await self._fetch_form(digest)
            size += (await asyncio.to_thread((self._folder / config_hub.form_file(digest)).stat)).st_size
            if size > form_files.MOST_OF_ALL:
                raise RefusedError(f"forms of more than {form_files.MOST_OF_ALL} bytes in all")
        return fetched

    async def _fetch_form(self, digest: str) -> None:
        question = msgspec.json.encode(WantedForm(digest=digest))
        answer = await self._hub.ask(form_files.PATH, question, form_files.CONTENT_TYPE, 2 * form_files.MOST_BYTES)
        try:
            form = form_files.form_in(answer)
        except form_files.WrongFormError as error:
            raise RefusedError(str(error)) from error
        if form.digest != digest:
            raise RefusedError("a form that came is not what was signed")
        await asyncio.to_thread(from_hub.keep, self._folder, form)

    def _checked(self, bundle: Bundle, use: config_hub.Use) -> Config:
        """Everything that can be known before a start with it, but for the forms."""
        config_hub.keep_catalogue(self._folder, bundle)
        config = load(self._config, thorough=True, use=use, folder=self._folder)
        if use.catalogue:
            read(config.path.parent / config.notice.catalogue)
        if use.forms.digests and not config.forms.from_hub:
            raise FormError("forms.from_hub: this terminal takes no forms from the hub")
        return config

    def _is_laid_out(self, use: config_hub.Use) -> bool:
        return all((self._folder / config_hub.FORMS / number).is_dir() for number in use.forms.digests)


def _refused(why: str) -> End:
    return End(result="refused", why=why)
