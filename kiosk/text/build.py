"""Compile the gettext catalogues: `python -m kiosk.text.build`, and a hook of the wheel build.

Complains about a fuzzy or empty message and about catalogues that differ in keys or in the names they insert.
"""

import re
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path(__file__).parents[2] / "assets" / "i18n"
NAMES = re.compile(r"\{(\w+)\}")


class CatalogueError(ValueError):
    """A catalogue is incomplete; the message lists every key that is wrong."""


def _entries(catalog: Catalog) -> dict[str, str]:
    return {str(m.id): str(m.string) for m in catalog if m.id}


def check(catalogues: dict[str, Catalog]) -> list[str]:
    """Everything wrong with catalogues by language, as lines for people."""
    problems = []
    entries = {language: _entries(catalog) for language, catalog in catalogues.items()}
    for key in sorted(set().union(*entries.values())):
        inserted = {}
        for language, messages in entries.items():
            text = messages.get(key)
            if not text:
                problems.append(f"{language}: {key} has no text")
                continue
            inserted[language] = frozenset(NAMES.findall(text))
        if len(set(inserted.values())) > 1:
            problems.append(f"{key} inserts {', '.join(f'{k}: {sorted(v)}' for k, v in inserted.items())}")
    problems += [f"{lang}: {m.id} is fuzzy" for lang, c in catalogues.items() for m in c if m.id and m.fuzzy]
    return problems


def build(folder: Path = FOLDER) -> list[Path]:
    """Compile `folder/*.po` to `.mo` beside them; the files written. Raises `CatalogueError`."""
    catalogues = {}
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as stream:
            catalogues[source.stem] = read_po(stream, locale=source.stem, abort_invalid=True)
    if problems := check(catalogues):
        raise CatalogueError("\n".join(problems))
    written = []
    for language, catalog in catalogues.items():
        target = folder / f"{language}.mo"
        with target.open("wb") as stream:
            write_mo(stream, catalog)
        written.append(target)
    return written


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling runs this before it packs a wheel or links an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues of the tree being built."""
        build(Path(self.root) / "assets" / "i18n")


if __name__ == "__main__":
    try:
        build()
    except CatalogueError as error:
        sys.exit(str(error))
