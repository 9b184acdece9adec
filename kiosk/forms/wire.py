"""What the terminal and its typesetting process say to each other: a length, then MessagePack, over pipes."""

import struct
from typing import BinaryIO

import msgspec

from kiosk.forms.form import Field
from kiosk.views.picture import Picture

LENGTH = struct.Struct(">I")
LARGEST = 256_000_000
"""Bytes of one message."""


class CannotError(Exception):
    """The form cannot be made; the message is for staff, and quotes no answer."""


class Hall(msgspec.Struct, frozen=True, kw_only=True):
    """What every form of the hall says of it."""

    name: str
    phone: str


class Typeset(msgspec.Struct, frozen=True, kw_only=True, tag="typeset"):
    """Make a form of what lies in `folder`, with `answers` by their fields' keys, and pictures `width` px wide."""

    folder: str
    number: str
    title: str
    official: bool
    mono: bool
    fields: tuple[Field, ...]
    answers: dict[str, str]
    hall: Hall
    width: int


class Spell(msgspec.Struct, frozen=True, kw_only=True, tag="spell"):
    """The pinyin of each of these titles: the dictionary is too large for the terminal itself."""

    titles: tuple[str, ...]


class Begun(msgspec.Struct, frozen=True, kw_only=True, tag="begun"):
    """What the process says first, before it reads any form. `missing` is what keeps it not wholly confined, in
    words."""

    missing: tuple[str, ...]


class Sheets(msgspec.Struct, frozen=True, kw_only=True, tag="sheets"):
    """A form as it will be printed, and each page as a picture of it."""

    pdf: bytes
    pictures: tuple[Picture, ...]


class Spelled(msgspec.Struct, frozen=True, kw_only=True, tag="spelled"):
    """The answer to `Spell`, in the same order."""

    spelled: tuple[str, ...]


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """It cannot be made; why, for staff. Never quotes what a resident entered."""

    why: str


Request = Typeset | Spell
Answer = Begun | Sheets | Spelled | Failed
REQUESTS: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)
ANSWERS: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def frame(message: Request | Answer) -> bytes:
    """A message as bytes on the pipe."""
    body = msgspec.msgpack.encode(message)
    return LENGTH.pack(len(body)) + body


def receive(stream: BinaryIO) -> Request | None:
    """The next request; None at the end of the pipe."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    body = stream.read(LENGTH.unpack(head)[0])
    return REQUESTS.decode(body)
