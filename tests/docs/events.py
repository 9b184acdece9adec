"""docs/events.md, from the events themselves; `make docs` writes it again."""

import inspect
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import get_args

import msgspec
from msgspec.inspect import StructType, type_info

from kiosk.config_walk import describe, show
from kiosk.protocol.envelope import Envelope
from kiosk.protocol.events import Event
from kiosk.protocol.matters import MATTERS
from tests.config.reference import said_of_fields

DOCUMENT = Path(__file__).parents[2] / "docs" / "events.md"
_PART = re.compile(r"<!-- events (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def rewritten(document: str) -> str:
    """The document with every part as the events are now."""
    parts = {"envelope": _fields(Envelope, without=()), "types": "\n".join(_types())}
    return _PART.sub(lambda found: f"<!-- events {found[1]} -->\n{parts[found[1]]}<!-- end -->", document)


def _types() -> Iterator[str]:
    kinds: list[tuple[str, Sequence[type[msgspec.Struct]]]] = [("order", get_args(Event))]
    kinds += [(kind.name, kind.events) for kind in MATTERS]
    for name, events in kinds:
        yield f"## Of {_article(name)} {name}\n"
        for event in events:
            said = " ".join((inspect.getdoc(event) or "").split())
            fields = _fields(event, without=("order_no", "matter"))
            yield f"### `{event.__struct_config__.tag}`\n\n{said}\n\n{fields}"


def _article(name: str) -> str:
    return "an" if name[0] in "aeiou" else "a"


def _fields(struct: type[msgspec.Struct], without: Sequence[str]) -> str:
    kind = type_info(struct)
    assert isinstance(kind, StructType)
    said = said_of_fields(struct)
    rows = []
    for field in kind.fields:
        if field.name in without:
            continue
        left_out = "" if field.required else f"; {_shown(field.default)} when left out"
        rows.append(f"| `{field.name}` | {_code(describe(field.type))}{left_out} | {said.get(field.name, '')} |\n")
    return f"| field | is | |\n|---|---|---|\n{''.join(rows)}" if rows else ""


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "nothing"
    return f"`{show(value)}`"


def _code(text: str) -> str:
    return re.sub(r'("[^"]*")', r"`\1`", text.replace("|", "\\|"))


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text("utf-8")), "utf-8")
