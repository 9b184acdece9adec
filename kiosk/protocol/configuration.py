"""What a hall's terminals are told by their hub instead of by their own file, in versions. Pure.

Nothing here can move money, name whom to trust, keep more of a person, or open anything at a resident's telephone: a
hub in the wrong hands must not be able to do so either. A key that is not listed comes from the terminal's own file.
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.protocol.form_files import FormSet
from kiosk.text.toml import toml_in

PATH = "/v1/configuration"
CONTENT_TYPE = "application/json"
MOST_TEXT, MOST_CATALOGUE = 64 << 10, 2 << 20
"""Bytes."""
FROM_HUB: Mapping[str, frozenset[str]] = {
    "hall": frozenset({"name", "name_en", "phone"}),
    "journeys": frozenset({"enabled"}),
    "visit": frozenset({"idle_seconds", "still_here_seconds", "goodbye_seconds", "language"}),
    "queue": frozenset(
        {
            "business",
            "priority_every",
            "calls",
            "come_back_minutes",
            "come_back_after",
            "one_per_person",
            "shown_seconds",
        }
    ),
    "forms": frozenset({"free_pages", "day_pages", "most_copies", "frequent", "withdrawn"}),
    "smart_meter": frozenset({"amounts_yuan", "entry"}),
    "notice": frozenset({"holidays", "wish_days"}),
    "rating": frozenset({"after_each", "call_back"}),
}
"""The sections and keys that may come from the hub."""
Version = Annotated[int, Meta(ge=1)]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's question."""

    version: Version


class Bundle(msgspec.Struct, frozen=True, kw_only=True, tag="configuration"):
    """One version for the terminals of a hall."""

    hall: str
    version: Version
    text: str
    """TOML with keys of `FROM_HUB`."""
    catalogue: str = ""
    """What `kiosk catalogue import` writes; without it the terminal's own stays."""
    forms: FormSet = FormSet()
    """Laid over the terminal's own."""

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal; the command to use the version names it, and that is signed."""
        parts = [self.hall, str(self.version), self.text, self.catalogue]
        if self.forms != FormSet():
            parts.append(msgspec.json.encode(self.forms, order="deterministic").decode())
        return hashlib.sha256(b"".join(b"%d:%s" % (len(part := each.encode()), part) for each in parts)).hexdigest()


class WrongConfigurationError(ValueError):
    """No terminal can use it; says why, a line for each thing."""


def tables_of(text: str, number: Callable[[str], object] = float) -> dict[str, dict[str, object]]:
    """What the text sets, by section and key; `number` reads a decimal. Raises `WrongConfigurationError`."""
    if len(text.encode()) > MOST_TEXT:
        raise WrongConfigurationError(f"more than {MOST_TEXT} bytes")
    try:
        tables = toml_in(text, number)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise WrongConfigurationError(f"no TOML: {error}") from error
    wrong: list[str] = []
    for section, table in tables.items():
        if section not in FROM_HUB or not isinstance(table, dict):
            wrong.append(f"{section}: not a section that comes from the hub ({', '.join(FROM_HUB)})")
            continue
        wrong += [
            f"{section}.{key}: does not come from the hub ({', '.join(sorted(FROM_HUB[section]))})"
            for key in table.keys() - FROM_HUB[section]
        ]
    if wrong:
        raise WrongConfigurationError("\n".join(sorted(wrong)))
    return tables
