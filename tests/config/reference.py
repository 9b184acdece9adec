"""The tables of docs/configuration.md, from the settings themselves; `make docs` writes them again."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec.inspect import CollectionType, Field, Metadata, StructType, Type, UnionType, type_info

from kiosk.config import APART, Config
from kiosk.config_walk import describe, show
from kiosk.devices.drivers import load_driver

DOCUMENT = Path(__file__).parents[2] / "docs" / "configuration.md"
DRIVERS = (
    "gas_company_http",
    "wechat_pay",
    "wechat_code",
    "alipay",
    "alipay_code",
    "transbank_pos",
    "nexo_terminal",
    "vendor_library",
    "serial_scanner",
    "escpos",
    "cups",
    "sdt_id",
    "pcsc_gas_card",
)
_TABLE = re.compile(r"<!-- (section|driver) (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def rewritten(document: str) -> str:
    """The document with every table as the settings are now."""
    return _TABLE.sub(lambda found: f"<!-- {found[1]} {found[2]} -->\n{table(*found.groups())}<!-- end -->", document)


def tables_in(document: str) -> set[tuple[str, str]]:
    """What the document has tables of."""
    return {(kind, name) for kind, name in _TABLE.findall(document)}


def sections() -> dict[str, type[msgspec.Struct]]:
    """The tables of a configuration file with their structs."""
    return {name: kind for name, kind in Config.__annotations__.items() if name not in APART}


def table(kind: str, name: str) -> str:
    """The table of a section or of a driver's settings, and what the driver's author says of them."""
    struct = sections()[name] if kind == "section" else load_driver(name).Settings
    rows = "".join(f"| {' | '.join(row)} |\n" for row in _rows(struct, ""))
    said = f"{inspect.getdoc(struct)}\n\n" if kind == "driver" else ""
    return f"{said}| key | allowed | when left out | |\n|---|---|---|---|\n{rows}"


def _rows(struct: type[msgspec.Struct], prefix: str, whole: object = None) -> Iterator[tuple[str, str, str, str]]:
    kind = type_info(struct)
    assert isinstance(kind, StructType)
    said = said_of_fields(struct)
    for field in kind.fields:
        if isinstance(field.type, StructType):
            yield from _rows(field.type.cls, f"{prefix}{field.name}.", getattr(whole, field.name, field.default))
        elif tables := _tables(field.type):
            allowed = _code(describe(field.type)).replace("|", "\\|")
            yield f"`{prefix}{field.name}`", allowed, _code(_default(field, whole)), said.get(field.name, "")
            for inside in tables:
                yield from _rows(inside, f"{prefix}{field.name}.")
        else:
            allowed = describe(field.type).replace("|", "\\|")
            yield f"`{prefix}{field.name}`", _code(allowed), _code(_default(field, whole)), said.get(field.name, "")


def _tables(kind: Type) -> list[type[msgspec.Struct]]:
    """The tables that stand in a list, or may be left out as a whole."""
    match kind:
        case Metadata():
            return _tables(kind.type)
        case CollectionType(StructType(cls)):
            return [cls]
        case UnionType(types):
            return [part.cls for part in types if isinstance(part, StructType)]
        case _:
            return []


def _code(text: str) -> str:
    """Patterns and values as code, so that no asterisk of theirs is taken for emphasis."""
    return re.sub(r'(\^.*|"[^"]*")', r"`\1`", text)


def _default(field: Field, whole: object) -> str:
    """What counts when the key is left out; `whole` is what its table is when that is left out."""
    if isinstance(whole, msgspec.Struct):
        return show(getattr(whole, field.name))
    if field.required:
        return "**needed**"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    if isinstance(value, tuple | dict):
        return ", ".join(show(item) for item in value) or "nothing"
    return "nothing" if value is None else f"{value:g}" if isinstance(value, float) else show(value)


def said_of_fields(struct: type) -> dict[str, str]:
    """The docstrings below the fields of a class and of its bases."""
    return {name: text for base in reversed(struct.__mro__) for name, text in _said(base).items()}


def _said(cls: type) -> dict[str, str]:
    """The docstrings below a class's fields."""
    if cls.__module__.partition(".")[0] not in ("kiosk", "drivers"):
        return {}
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
    assert isinstance(definition, ast.ClassDef)
    said = {}
    for field, after in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            said[field.target.id] = " ".join(after.value.value.split())
    return said


if __name__ == "__main__":
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text("utf-8")), "utf-8")
