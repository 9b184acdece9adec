"""IPP/2.0 (RFC 8010, RFC 8011): requests to bytes, bytes to answers. Pure.

As much of it as a print job needs. What an answer says in a way that the standard does not know raises `FlawError`;
attributes that nobody asked for, and collections, are read over.
"""

import struct
from collections.abc import Sequence
from typing import Final, Literal

import msgspec

VERSION: Final = (2, 0)
Value = int | bool | str | bytes
Syntax = Literal["integer", "boolean", "enum", "text", "name", "keyword", "uri", "charset", "language", "mime"]
Operation = Literal[
    "validate_job",
    "create_job",
    "send_document",
    "cancel_job",
    "get_job_attributes",
    "get_jobs",
    "get_printer_attributes",
    "restart_job",
    "release_job",
    "resume_printer",
]

_OPERATIONS: Final[dict[Operation, int]] = {
    "validate_job": 0x0004,
    "create_job": 0x0005,
    "send_document": 0x0006,
    "cancel_job": 0x0008,
    "get_job_attributes": 0x0009,
    "get_jobs": 0x000A,
    "get_printer_attributes": 0x000B,
    "release_job": 0x000D,
    "restart_job": 0x000E,
    "resume_printer": 0x0011,
}
_SYNTAXES: Final[dict[Syntax, int]] = {
    "integer": 0x21,
    "boolean": 0x22,
    "enum": 0x23,
    "text": 0x41,
    "name": 0x42,
    "keyword": 0x44,
    "uri": 0x45,
    "charset": 0x47,
    "language": 0x48,
    "mime": 0x49,
}
_GROUPS: Final = {1: "operation", 2: "job", 4: "printer", 5: "unsupported"}
_JOB_GROUP: Final = 2
_OPERATION_GROUP: Final = 1
_END: Final = 3
_LAST_DELIMITER: Final = 0x0F
_BEGIN_COLLECTION: Final = 0x34
_END_COLLECTION: Final = 0x37
_WITH_LANGUAGE: Final = (0x35, 0x36)
_OUT_OF_BAND: Final = range(0x10, 0x20)
_STRINGS: Final = range(0x40, 0x60)

OK_BELOW: Final = 0x0100
"""A status under this is a success; what was ignored or substituted is in the group `unsupported`."""
NOT_FOUND: Final = 0x0406


class FlawError(ValueError):
    """The bytes are no answer in IPP. The message is for logs and holds none of them."""


class Attribute(msgspec.Struct, frozen=True):
    """One attribute of a request."""

    name: str
    syntax: Syntax
    values: tuple[int | bool | str, ...]


class Group(msgspec.Struct, frozen=True):
    """One group of an answer. A value that says "unknown" or "no value" is left out: its attribute has none."""

    kind: str
    attributes: dict[str, tuple[Value, ...]]

    def number(self, name: str) -> int | None:
        """The attribute's first value, if it is a whole number."""
        value = next(iter(self.attributes.get(name, ())), None)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def word(self, name: str) -> str | None:
        """The attribute's first value, if it is text."""
        value = next(iter(self.attributes.get(name, ())), None)
        return value if isinstance(value, str) else None

    def words(self, name: str) -> tuple[str, ...]:
        """All values that are text."""
        return tuple(value for value in self.attributes.get(name, ()) if isinstance(value, str))

    def truth(self, name: str) -> bool | None:
        """The attribute's first value, if it is true or false."""
        value = next(iter(self.attributes.get(name, ())), None)
        return value if isinstance(value, bool) else None


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    request_id: int
    groups: tuple[Group, ...]

    @property
    def ok(self) -> bool:
        """Whether the request was done."""
        return self.status < OK_BELOW

    @property
    def message(self) -> str:
        """The peer's own words for its status, for logs."""
        told = next((group.word("status-message") for group in self.groups if group.kind == "operation"), None)
        return told or ""

    def all(self, kind: str) -> tuple[Group, ...]:
        """The groups of a kind."""
        return tuple(group for group in self.groups if group.kind == kind)


def encode(
    operation: Operation,
    request_id: int,
    asked: Sequence[Attribute],
    job: Sequence[Attribute] = (),
    document: bytes = b"",
) -> bytes:
    """A request. `asked` are its operation attributes, the target (`printer-uri`, `job-uri`) first; `job` the job's."""
    out = bytearray(struct.pack(">BBHIB", *VERSION, _OPERATIONS[operation], request_id, _OPERATION_GROUP))
    opening = (
        Attribute("attributes-charset", "charset", ("utf-8",)),
        Attribute("attributes-natural-language", "language", ("en",)),
    )
    for attribute in (*opening, *asked):
        out += _attribute(attribute)
    if job:
        out.append(_JOB_GROUP)
        for attribute in job:
            out += _attribute(attribute)
    out.append(_END)
    return bytes(out) + document


def _attribute(attribute: Attribute) -> bytes:
    out = bytearray()
    name = attribute.name.encode("ascii")
    for value in attribute.values:
        data = _value(value)
        out += struct.pack(">BH", _SYNTAXES[attribute.syntax], len(name)) + name
        out += struct.pack(">H", len(data)) + data
        name = b""  # further values of the same attribute come without it
    return bytes(out)


def _value(value: int | bool | str) -> bytes:
    match value:
        case bool():
            return struct.pack(">?", value)
        case int():
            return struct.pack(">i", value)
        case str():
            return value.encode("utf-8")


def decode(data: bytes) -> Answer:
    """An answer. Raises `FlawError`."""
    reader = _Reader(data)
    major, _, status, request_id = reader.header()
    if major not in (1, 2):
        raise FlawError(f"version {major} of IPP")
    groups: list[Group] = []
    while (tag := reader.byte()) != _END:
        if tag > _LAST_DELIMITER:
            raise FlawError("a value outside of any group")
        groups.append(Group(_GROUPS.get(tag, "other"), reader.attributes()))
    return Answer(status, request_id, tuple(groups))


class _Reader:
    """Goes forward only: whatever lengths the bytes claim, it ends."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def header(self) -> tuple[int, int, int, int]:
        major, minor, status, request_id = struct.unpack(">BBHI", self._take(8))
        return major, minor, status, request_id

    def byte(self) -> int:
        return self._take(1)[0]

    def attributes(self) -> dict[str, tuple[Value, ...]]:
        found: dict[str, list[Value]] = {}
        current: list[Value] | None = None
        while self._peek() > _LAST_DELIMITER:
            tag = self.byte()
            name, data = self.counted(), self.counted()
            if name:
                current = found.setdefault(_text(name), [])
            if current is None:
                raise FlawError("a further value without a first")
            if tag == _BEGIN_COLLECTION:
                self._skip_collection()
            elif (value := _read(tag, data)) is not None:
                current.append(value)
        return {name: tuple(values) for name, values in found.items()}

    def _skip_collection(self) -> None:
        depth = 1
        while depth:
            tag = self.byte()
            if tag <= _LAST_DELIMITER:
                raise FlawError("a collection without an end")
            self.counted()
            self.counted()
            depth += {_BEGIN_COLLECTION: 1, _END_COLLECTION: -1}.get(tag, 0)

    def counted(self) -> bytes:
        """Bytes with their count before them."""
        return self._take(int.from_bytes(self._take(2), "big"))

    def _peek(self) -> int:
        if self._at >= len(self._data):
            raise FlawError("it ends too early")
        return self._data[self._at]

    def _take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise FlawError("it ends too early")
        taken, self._at = self._data[self._at : end], end
        return taken


def _read(tag: int, data: bytes) -> Value | None:
    if tag in _OUT_OF_BAND:
        return None
    if tag in (_SYNTAXES["integer"], _SYNTAXES["enum"]):
        if len(data) != 4:
            raise FlawError("a number that is not of four bytes")
        return int.from_bytes(data, "big", signed=True)
    if tag == _SYNTAXES["boolean"]:
        if len(data) != 1:
            raise FlawError("a truth that is not of one byte")
        return data != b"\x00"
    if tag in _WITH_LANGUAGE:
        return _text(_without_language(data))
    return _text(data) if tag in _STRINGS else data


def _without_language(data: bytes) -> bytes:
    """Text after its language: both with a length before them."""
    reader = _Reader(data)
    reader.counted()
    return reader.counted()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FlawError("text that is not UTF-8") from error
