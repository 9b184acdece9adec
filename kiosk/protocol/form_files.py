"""Forms on their way from the hub to a terminal: each as the files of its folder, named by their digest. Pure.

A form is a description, `form.toml`, with a template or an official PDF, and what these need beside them. One without a
description is a newer PDF of a form that the terminal has: the rest is the terminal's own.
"""

import hashlib
from typing import Annotated

import msgspec
from msgspec import Meta

PATH = "/v1/forms"
CONTENT_TYPE = "application/json"
DESCRIPTION = "form.toml"
TEMPLATE = "form.typ"
OFFICIAL = "form.pdf"
DEPARTMENTS = "departments.toml"
MOST_BYTES = 8 << 20
"""Of the files of one form."""
MOST_DEPARTMENTS = 16 << 10
"""Bytes."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
FormNumber = Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,6}\Z", description="up to six digits or capital letters")]
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}"
FileName = Annotated[str, Meta(pattern=rf"^{_PART}(/{_PART}){{0,3}}\Z")]
"""With `/` between folders; it leads nowhere else, and hides nothing."""


class WrongFormError(ValueError):
    """No terminal can use it; says why."""


class FormFiles(msgspec.Struct, frozen=True, kw_only=True, tag="form"):
    """One form."""

    number: FormNumber
    files: Annotated[dict[FileName, bytes], Meta(min_length=1, max_length=64)]

    def __post_init__(self) -> None:
        if sum(map(len, self.files.values())) > MOST_BYTES:
            raise ValueError(f"a form of more than {MOST_BYTES} bytes")

    @property
    def whole(self) -> bool:
        """Whether it needs nothing of a form that the terminal has."""
        return DESCRIPTION in self.files

    @property
    def packed(self) -> bytes:
        """As it is kept and sent; the same files are the same bytes."""
        return msgspec.json.encode(self, order="deterministic")

    @property
    def digest(self) -> str:
        """SHA-256 of what it packs to, in hexadecimal."""
        return hashlib.sha256(self.packed).hexdigest()


class WantedForm(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal's question."""

    digest: Digest


class FormSet(msgspec.Struct, frozen=True, kw_only=True):
    """The forms of one version of a configuration."""

    digests: dict[FormNumber, Digest] = {}
    """By number, each as it is fetched."""
    departments: str = ""
    """As in `departments.toml`: those that the terminals do not know."""


def form_in(packed: bytes | str) -> FormFiles:
    """Raises `WrongFormError`."""
    try:
        return msgspec.json.decode(packed, type=FormFiles)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongFormError(f"no form: {error}") from error
