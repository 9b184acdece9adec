"""What the terminals of a hall are configured with, in versions that are never changed; on either database."""

from typing import Any

import msgspec

from hub.commands import CommandBook
from hub.portable import Portable
from hub.upkeep import DAY_MS
from kiosk.protocol.commands import Configure
from kiosk.protocol.configuration import MOST_CATALOGUE, Bundle
from kiosk.protocol.form_files import FormSet

MEANT_MS = 7 * DAY_MS
"""How long a version waits for a terminal that is not reached."""
_FIELDS = "SELECT hall, version, text, catalogue, forms, who, note, at_ms FROM configuration "
_ONE = _FIELDS + "WHERE hall = $1 AND version = $2"
_LAST = _FIELDS + "WHERE hall = $1 ORDER BY version DESC LIMIT $2"
_NEWEST = "SELECT coalesce(max(version), 0) FROM configuration WHERE hall = $1"
_ADD = (
    "INSERT INTO configuration (hall, version, text, catalogue, forms, who, note, at_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING version"
)


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """One version, and whose it is."""

    bundle: Bundle
    who: str
    note: str
    """Why, in words."""
    at_ms: int
    """Milliseconds since 1970."""


class ConfigurationBook:
    """The versions in a store. Every call may raise `StoreBusyError`."""

    def __init__(self, store: Portable) -> None:
        self._store = store

    async def add(self, configuration: Configuration) -> bool:
        """Keep the next version of a hall; False where it is not the next one any more."""
        bundle = configuration.bundle
        forms = msgspec.json.encode(bundle.forms).decode()
        values = (bundle.hall, bundle.version, bundle.text, bundle.catalogue, forms)
        async with self._store.work() as sql:
            if await sql(_NEWEST, bundle.hall) != [(bundle.version - 1,)]:
                return False
            return bool(await sql(_ADD, *values, configuration.who, configuration.note, configuration.at_ms))

    async def following(
        self, hall: str, *, text: str | None = None, catalogue: str | None = None, forms: FormSet | None = None
    ) -> Bundle:
        """What would be the next version; what is not said is as in the one before. Its forms are to be kept before
        it. Raises `ValueError` for a catalogue that is too large."""
        newest = await self.last(hall, 1)
        before = newest[0].bundle if newest else Bundle(hall=hall, version=0, text="")
        if catalogue is not None and len(catalogue.encode()) > MOST_CATALOGUE:
            raise ValueError(f"a catalogue of more than {MOST_CATALOGUE} bytes")
        return Bundle(
            hall=hall,
            version=before.version + 1,
            text=before.text if text is None else text,
            catalogue=before.catalogue if catalogue is None else catalogue,
            forms=before.forms if forms is None else forms,
        )

    async def last(self, hall: str, most: int) -> list[Configuration]:
        """The newest first."""
        async with self._store.work() as sql:
            return [_configuration(row) for row in await sql(_LAST, hall, most)]

    async def version(self, hall: str, version: int) -> Configuration | None:
        """One of them."""
        async with self._store.work() as sql:
            return next((_configuration(row) for row in await sql(_ONE, hall, version)), None)


def _configuration(row: tuple[Any, ...]) -> Configuration:
    hall, version, text, catalogue, forms, who, note, at_ms = row
    given = msgspec.json.decode(forms, type=FormSet)
    bundle = Bundle(hall=hall, version=version, text=text, catalogue=catalogue, forms=given)
    return Configuration(bundle=bundle, who=who, note=note, at_ms=at_ms)


async def use(book: CommandBook, bundle: Bundle, terminals: list[str], who: str, now_ms: int) -> None:
    """Have terminals of its hall use a version from their next visit on."""
    command = Configure(version=bundle.version, digest=bundle.digest)
    for terminal in terminals:
        await book.order(bundle.hall, terminal, command, who=who, now_ms=now_ms, until_ms=now_ms + MEANT_MS)
