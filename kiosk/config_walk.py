"""Turn parsed TOML into typed settings, collecting every mistake (msgspec itself stops at its first)."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import inspect

from kiosk.devices.secret import Secret, SecretError

Key = tuple[str | int, ...]
"""Where a value stands: table names, and positions (from 0) in lists."""


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One mistake: where, what stands there, what may stand there, and what was probably meant."""

    key: Key
    found: str
    allowed: str
    near: str = ""
    line: int | None = None


class Invalid:
    """What a value with a problem becomes."""


INVALID: Final = Invalid()
DISCORD: Final = "settings that do not go together"
"""What was found, where a struct itself refuses its values."""
_SHOWN = 40


def near(word: str, known: Iterable[str]) -> str:
    """The known word that `word` was probably meant to be, or nothing."""
    from difflib import get_close_matches  # only for mistakes; the first frame does not wait for it

    by_lower = {name.lower(): name for name in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else ""


def show(value: object) -> str:
    """A configured value, short, as its writer would recognize it."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return msgspec.json.encode(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…").decode()
        case Mapping():
            return "a table"
        case list():
            return "a list"
        case _:
            return str(value)[:_SHOWN]


def listed(words: Iterable[object]) -> str:
    """`"a", "b" or "c"`."""
    shown = [show(word) for word in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}" if shown else "nothing"


def _bounds(kind: inspect.IntType | inspect.FloatType | inspect.DecimalType) -> str:
    if isinstance(kind, inspect.DecimalType):
        return ""
    words = {
        "at least": kind.ge,
        "above": kind.gt,
        "at most": kind.le,
        "below": kind.lt,
        "a multiple of": kind.multiple_of,
    }
    return "".join(f", {word} {bound:g}" for word, bound in words.items() if bound is not None)


def _lengths(kind: "inspect.StrType | inspect.CollectionType | inspect.DictType", unit: str) -> str:
    low, high = kind.min_length, kind.max_length
    if low is None and high is None:
        return ""
    if high is None:
        return f" of at least {low} {unit}"
    return f" of {low or 0} to {high} {unit}"


def describe(kind: inspect.Type) -> str:
    """What a value of this type may be, for people."""
    match kind:
        case inspect.Metadata(extra_json_schema={"description": str(words)}):
            return words
        case inspect.Metadata():
            return describe(kind.type)
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number" + _bounds(kind)
        case inspect.FloatType():
            return "a number" + _bounds(kind)
        case inspect.DecimalType():
            return "a decimal number"
        case inspect.StrType():
            return f"text{_lengths(kind, 'characters')}" + (f" like {kind.pattern}" if kind.pattern else "")
        case inspect.LiteralType():
            return listed(kind.values)
        case inspect.EnumType():
            return listed(member.value for member in kind.cls)
        case inspect.StructType() | inspect.DictType():
            return "a table"
        case inspect.TupleType():
            return "a list of " + ", ".join(describe(item) for item in kind.item_types)
        case inspect.CollectionType():
            return f"a list{_lengths(kind, 'items')}, each {describe(kind.item_type)}"
        case inspect.UnionType():
            return " or ".join(describe(part) for part in kind.types if not isinstance(part, inspect.NoneType))
        case inspect.CustomType(cls) if cls is Secret:
            return '"file:PATH" or "env:NAME"'
        case inspect.CustomType(cls) if cls is Path:
            return "a path"
        case _:
            return "anything"


@cache
def _struct_type(cls: type[msgspec.Struct]) -> inspect.StructType:
    kind = inspect.type_info(cls)
    if not isinstance(kind, inspect.StructType):
        raise TypeError(f"{cls.__name__} is no struct")
    return kind


class Walk:
    """One pass over one file. `base` is the folder that relative paths and secrets start from."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.problems: list[Problem] = []

    def complain(self, key: Key, found: str, allowed: str, near: str = "") -> Invalid:
        """Note a problem; what the caller should return."""
        self.problems.append(Problem(key=key, found=found, allowed=allowed, near=near))
        return INVALID

    def struct(self, value: object, cls: type[msgspec.Struct], key: Key, missing_is_fine: bool = False) -> object:
        """`cls` built from a table, or `INVALID`. With `missing_is_fine` absent required keys are no problem,
        though nothing can be built without them."""
        return self._struct(value, _struct_type(cls), key, missing_is_fine)

    def fields(self, table: Mapping[str, object], cls: type[msgspec.Struct], key: Key = ()) -> dict[str, object]:
        """Those fields of `cls` that a table gives rightly; problems are noted for the others."""
        kind = _struct_type(cls)
        return {name: item for name, item in self._fields(table, kind, key).items() if item is not INVALID}

    def value(self, value: object, kind: inspect.Type, key: Key) -> object:
        """The value as `kind`, or `INVALID` with a problem noted."""
        match kind:
            case inspect.Metadata():
                return self._described(value, kind, key)
            case inspect.StructType():
                return self._struct(value, kind, key)
            case inspect.UnionType():
                return self._union(value, kind, key)
            case inspect.DictType():
                return self._table(value, kind, key)
            case inspect.TupleType() | inspect.CollectionType():
                return self._list(value, kind, key)
            case _:
                return self._scalar(value, kind, key)

    def _struct(self, value: object, kind: inspect.StructType, key: Key, missing_is_fine: bool = False) -> object:
        if not isinstance(value, Mapping):
            return self.complain(key, show(value), "a table")
        built = self._fields(value, kind, key)
        fields = {field.encode_name: field for field in kind.fields}
        missing = [name for name, field in fields.items() if field.required and name not in value]
        for name in missing:
            if not missing_is_fine:
                self.complain((*key, name), "nothing", describe(fields[name].type))
        if kind.tag_field and value.get(kind.tag_field) != kind.tag:
            return self.complain((*key, kind.tag_field), show(value.get(kind.tag_field, "")), show(kind.tag))
        if missing or any(item is INVALID for item in built.values()):
            return INVALID
        try:
            return kind.cls(**built)
        except ValueError as error:  # the struct's own __post_init__
            return self.complain(key, DISCORD, str(error))

    def _fields(self, table: Mapping[str, object], kind: inspect.StructType, key: Key) -> dict[str, object]:
        fields = {field.encode_name: field for field in kind.fields}
        built: dict[str, object] = {}
        for name, item in table.items():
            if name in fields:
                built[fields[name].name] = self.value(item, fields[name].type, (*key, name))
            elif name != kind.tag_field:
                self.complain((*key, name), "a key that does not exist", ", ".join(sorted(fields)), near(name, fields))
        return built

    def _described(self, value: object, kind: inspect.Metadata, key: Key) -> object:
        trial = Walk(self.base)
        result = trial.value(value, kind.type, key)
        return self.complain(key, show(value), describe(kind)) if trial.problems else result

    def _union(self, value: object, kind: inspect.UnionType, key: Key) -> object:
        for part in kind.types:
            trial = Walk(self.base)
            result = trial.value(value, part, key)
            if not trial.problems:
                return result
        tables = [part for part in kind.types if isinstance(part, inspect.StructType)]
        if isinstance(value, Mapping) and tables:
            tagged = [part for part in tables if part.tag_field and value.get(part.tag_field) == part.tag]
            if tagged or len(tables) == 1:
                return self._struct(value, (tagged or tables)[0], key)
        return self.complain(key, show(value), describe(kind))

    def _table(self, value: object, kind: inspect.DictType, key: Key) -> object:
        if not isinstance(value, Mapping) or not _long_enough(value, kind):
            return self.complain(key, show(value), describe(kind) + _lengths(kind, "keys"))
        items = {
            self.value(name, kind.key_type, (*key, name)): self.value(item, kind.value_type, (*key, name))
            for name, item in value.items()
        }
        return INVALID if INVALID in items or any(item is INVALID for item in items.values()) else items

    def _list(self, value: object, kind: "inspect.TupleType | inspect.CollectionType", key: Key) -> object:
        if not isinstance(value, list):
            return self.complain(key, show(value), describe(kind))
        if isinstance(kind, inspect.TupleType):
            kinds: Sequence[inspect.Type] = kind.item_types
            fits = len(value) == len(kinds)
        else:
            kinds = [kind.item_type] * len(value)
            fits = _long_enough(value, kind)
        if not fits:
            return self.complain(key, f"a list of {len(value)}", describe(kind))
        items = [self.value(item, part, (*key, n)) for n, (item, part) in enumerate(zip(value, kinds, strict=True))]
        if any(item is INVALID for item in items):
            return INVALID
        match kind:
            case inspect.ListType():
                return items
            case inspect.SetType():
                return set(items)
            case inspect.FrozenSetType():
                return frozenset(items)
            case _:
                return tuple(items)

    def _scalar(self, value: object, kind: inspect.Type, key: Key) -> object:
        if isinstance(kind, inspect.CustomType):
            return self._custom(value, kind, key)
        result = _convert(value, kind)
        if result is not INVALID:
            return result
        meant = near(value, _words(kind)) if isinstance(value, str) else ""
        return self.complain(key, show(value), describe(kind), meant)

    def _custom(self, value: object, kind: inspect.CustomType, key: Key) -> object:
        if kind.cls is Path:
            if isinstance(value, str) and value and "\0" not in value:
                return self.base / Path(value).expanduser()
        elif kind.cls is Secret:
            try:
                return Secret(value if isinstance(value, str) else "", self.base)
            except SecretError:  # what stands there may be the secret itself, so it is not shown
                return self.complain(key, "something else than a reference", describe(kind))
        else:
            raise TypeError(f"settings of type {kind.cls.__name__} cannot be configured")
        return self.complain(key, show(value), describe(kind))


def _words(kind: inspect.Type) -> list[str]:
    match kind:
        case inspect.LiteralType():
            values: Iterable[object] = kind.values
        case inspect.EnumType():
            values = (member.value for member in kind.cls)
        case _:
            values = ()
    return [word for word in values if isinstance(word, str)]


def _long_enough(value: Mapping[str, object] | list[object], kind: "inspect.CollectionType | inspect.DictType") -> bool:
    return (kind.min_length or 0) <= len(value) and (kind.max_length is None or len(value) <= kind.max_length)


def _convert(value: object, kind: inspect.Type) -> object:
    """A value without parts as `kind`; `INVALID` where it does not fit. TOML's `true` is never a number here."""
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    match kind:
        case inspect.AnyType():
            return value
        case inspect.NoneType():
            return INVALID  # TOML has no word for nothing: such a key is left out
        case inspect.BoolType():
            return value if isinstance(value, bool) else INVALID
        case inspect.IntType():
            return value if number and isinstance(value, int) and _within(value, kind) else INVALID
        case inspect.FloatType():
            return _fraction(value, kind) if number else INVALID
        case inspect.DecimalType():
            return _decimal(value) if number or isinstance(value, str) else INVALID
        case inspect.StrType():
            return value if isinstance(value, str) and _spelled(value, kind) else INVALID
        case inspect.LiteralType():
            same = [word for word in kind.values if type(word) is type(value) and word == value]
            return same[0] if same else INVALID
        case inspect.EnumType():
            members = [member for member in kind.cls if member.value == value]
            return members[0] if members else INVALID
        case _:
            raise TypeError(f"settings of type {type(kind).__name__} cannot be configured")


def _within(number: float, kind: inspect.IntType | inspect.FloatType) -> bool:
    checks: tuple[tuple[float | None, Callable[[float], bool]], ...] = (
        (kind.ge, lambda bound: number >= bound),
        (kind.gt, lambda bound: number > bound),
        (kind.le, lambda bound: number <= bound),
        (kind.lt, lambda bound: number < bound),
        (kind.multiple_of, lambda bound: number % bound == 0),
    )
    return all(bound is None or holds(bound) for bound, holds in checks)


def _fraction(value: object, kind: inspect.FloatType) -> object:
    try:
        number = float(str(value))
    except (ValueError, OverflowError):
        return INVALID
    return number if math.isfinite(number) and _within(number, kind) else INVALID


def _decimal(value: object) -> object:
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return INVALID
    return number if number.is_finite() else INVALID


def _spelled(value: str, kind: inspect.StrType) -> bool:
    long_enough = (kind.min_length or 0) <= len(value) <= (len(value) if kind.max_length is None else kind.max_length)
    return long_enough and (kind.pattern is None or re.search(kind.pattern, value) is not None)
