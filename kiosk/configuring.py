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
from kiosk.sync.carrying import End, Taken

log = logging.getLogger(__name__)

DID_NOT_COME_UP = "hub.command.did_not_come_up"
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

    async def configure(self, command: Configure, taken: Taken) -> End:
        """Ends once the terminal came up with the version, or is back at the one before."""
        kept = await asyncio.to_thread(config_hub.kept_in, self._folder)
        if kept.trial is not None and kept.trial.digest == command.digest:
            return await self._see()
        if kept.good is not None and kept.good.digest == command.digest:
            return End()
        if taken.again and kept.fell == command.version:
            return End(result="refused", why=DID_NOT_COME_UP)
        try:
            bundle = await self._fetch(command)
            await self._fetch_forms(bundle.forms)
            await self._check_and_keep(bundle)
        except (RefusedError, WrongConfigurationError, ConfigError, CatalogueError, FormError) as error:
            return End(result="refused", why=str(error).replace(f"{self._config}: ", "")[:2000])
        log.info("version %d of the configuration is tried out from the next start on", bundle.version)
        return await self._restart()

    async def _see(self) -> End:
        await self._came_up.wait()
        return End()

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

    async def _fetch_forms(self, given: FormSet) -> None:
        """Those that are not here yet, one after another: who is cut off goes on where it was."""
        for digest in given.digests.values():
            if await asyncio.to_thread(from_hub.is_kept, self._folder, digest):
                continue
            question = msgspec.json.encode(WantedForm(digest=digest))
            answer = await self._hub.ask(form_files.PATH, question, form_files.CONTENT_TYPE, 2 * form_files.MOST_BYTES)
            try:
                form = form_files.form_in(answer)
            except form_files.WrongFormError as error:
                raise RefusedError(str(error)) from error
            if form.digest != digest:
                raise RefusedError("a form that came is not what was signed")
            await asyncio.to_thread(from_hub.keep, self._folder, form)

    async def _check_and_keep(self, bundle: Bundle) -> None:
        """Everything that can be known before a start with it."""
        use = config_hub.use_of(bundle)
        config = await asyncio.to_thread(self._checked, bundle, use)
        await from_hub.try_forms(self._folder, use.forms, config.forms)
        await asyncio.to_thread(config_hub.try_out, self._folder, use)

    def _checked(self, bundle: Bundle, use: config_hub.Use) -> Config:
        config_hub.keep_catalogue(self._folder, bundle)
        config = load(self._config, thorough=True, use=use)
        if use.catalogue:
            read(config.path.parent / config.notice.catalogue)
        return config
