"""What a hall imports: a spreadsheet's table, JSON, and the catalogue that a terminal keeps of it."""

import msgspec

from kiosk.items.catalogue import CatalogueError, encoded, listed, read
from kiosk.items.exporting import as_csv
from kiosk.items.importing import FlawedError, read_items
from kiosk.rehearsal.demo_items import demo_items
from tests.fuzz.campaign import Target
from tests.fuzz.files import FOLDER

_ITEMS = demo_items()[:3]
_CSV = as_csv(_ITEMS)


def check_csv(content: bytes) -> None:
    """Items that are written out and read again as they are, or every mistake on a line of its own."""
    _check("items.csv", content)


def check_json(content: bytes) -> None:
    """The same of JSON."""
    _check("items.json", content)


def _check(name: str, content: bytes) -> None:
    path = FOLDER / name
    path.write_bytes(content)
    try:
        items = read_items(path)
    except FlawedError as error:
        flaws = [str(flaw) for flaw in error.flaws]
    else:
        again = FOLDER / "again.json"
        again.write_bytes(msgspec.json.encode(items))
        assert read_items(again) == items, "they are other items the second time"
        return
    assert flaws, "no word of what is wrong"
    for flaw in flaws:
        assert "\n" not in flaw, "a mistake of several lines"
        flaw.encode()


def check_catalogue(content: bytes) -> None:
    """A catalogue that can be searched, or a `CatalogueError`."""
    path = FOLDER / "catalogue.json"
    path.write_bytes(content)
    try:
        kept = read(path)
    except CatalogueError:
        return
    assert len(kept.find("g")) <= len(kept.items)


TARGETS = (
    Target("items_csv", (_CSV, _CSV[3:].decode().encode("gb18030")), check_csv, shape="lines", short=150),
    Target("items_json", (msgspec.json.encode({"items": _ITEMS}),), check_json, shape="json", short=150),
    Target("catalogue", (encoded(listed(_ITEMS)),), check_catalogue, shape="json", short=150),
)
