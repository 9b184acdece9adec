"""Compile the gettext catalogues: `python -m kiosk.text.build [FOLDER]`, and a hook of the wheel build.

FOLDER holds the words of a journey's own package; without it the house's are compiled. Complains about a missing
language, a fuzzy or empty message, catalogues that differ in keys or in the names they insert, and a key of the house.
"""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FOLDER = Path(__file__).parents[2] / "assets" / "i18n"
LANGUAGES = ("zh_CN", "en")
"""As in `kiosk.views.view`, which is not there yet when the wheel is built."""
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


def build(folder: Path = FOLDER, *, house: Path | None = None) -> list[Path]:
    """Compile `folder/*.po` to `.mo` beside them; the files written. With `house`, the folder of the house's own
    catalogues, its keys may not be used again. Raises `CatalogueError`."""
    catalogues = _read(folder)
    problems = [f"{folder / language}.po is missing" for language in LANGUAGES if language not in catalogues]
    problems += check(catalogues)
    if house is not None:
        taken = _entries(_read(house)[LANGUAGES[0]])
        ours = set().union(*map(_entries, catalogues.values()))
        problems += [f"{key} is a message of the house" for key in sorted(ours & taken.keys())]
    if problems:
        raise CatalogueError("\n".join(problems))
    written = []
    for language, catalog in catalogues.items():
        target = folder / f"{language}.mo"
        whole = target.with_suffix(f".mo.{os.getpid()}")  # a terminal may be reading the old one
        with whole.open("wb") as stream:
            write_mo(stream, catalog)
        written.append(whole.replace(target))
    return written


def _read(folder: Path) -> dict[str, Catalog]:
    catalogues = {}
    for source in sorted(folder.glob("*.po")):
        with source.open("rb") as stream:
            catalogues[source.stem] = read_po(stream, locale=source.stem, abort_invalid=True)
    return catalogues


class CustomBuildHook(BuildHookInterface[Any]):
    """Hatchling runs this before it packs a wheel or links an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues of the tree being built."""
        build(Path(self.root) / "assets" / "i18n")


def main(argv: list[str]) -> None:
    """Compile and name the files; exits with every problem there is."""
    parser = argparse.ArgumentParser(prog="python -m kiosk.text.build", description="Compile the words.")
    parser.add_argument("folder", type=Path, nargs="?", help="of a journey's own package; without it, the house's")
    folder: Path | None = parser.parse_args(argv).folder
    try:
        written = build() if folder is None else build(folder, house=FOLDER)
    except (CatalogueError, PoFileError) as error:
        sys.exit(str(error))
    if folder is not None:
        sys.stdout.write("".join(f"{path}\n" for path in written))


if __name__ == "__main__":
    main(sys.argv[1:])
