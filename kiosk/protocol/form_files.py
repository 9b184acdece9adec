"""Forms on their way from the hub to a terminal: each as the files of its folder, named by their digest. Pure.

A form is a description, `form.toml`, with a template or an official PDF, and what these need beside them. One without a
description is a newer PDF of a form that the terminal has: the rest is the terminal's own.
"""

import hashlib
from pathlib import PurePosixPath
from typing import Annotated

import msgspec
from msgspec import Meta

PATH = "/v1/forms"
CONTENT_TYPE = "application/json"
DESCRIPTION = "form.toml"
TEMPLATE = "form.typ"
OFFICIAL = "form.pdf"
DEPARTMENTS = "departments.toml"
MOST_BYTES = 4 << 20
"""Of the files of one form; of its description `MOST_DESCRIPTION`, of all forms of a version, packed, `MOST_OF_ALL`."""
MOST_DESCRIPTION = 64 << 10
MOST_OF_ALL = 64 << 20
MOST_FORMS = 100
MOST_FILES = 60
"""Of one form, with its folders."""
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
    files: Annotated[dict[FileName, bytes], Meta(min_length=1, max_length=MOST_FILES)]

    def __post_init__(self) -> None:
        if sum(map(len, self.files.values())) > MOST_BYTES:
            raise ValueError(f"a form of more than {MOST_BYTES} bytes")
        if len(self.files.get(DESCRIPTION, b"")) > MOST_DESCRIPTION:
            raise ValueError(f"a {DESCRIPTION} of more than {MOST_DESCRIPTION} bytes")
        folders = {str(folder) for name in self.files for folder in PurePosixPath(name).parents}
        if folders & self.files.keys():
            raise ValueError(f"{min(folders & self.files.keys())}, a file and a folder")
        if len(folders) + len(self.files) > MOST_FILES:
            raise ValueError(f"a form of more than {MOST_FILES} files and folders")

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

    digests: Annotated[dict[FormNumber, Digest], Meta(max_length=MOST_FORMS)] = {}
    """By number, each as it is fetched."""
    departments: str = ""
    """As in `departments.toml`: those that the terminals do not know."""


def form_in(packed: bytes | str) -> FormFiles:
    """Raises `WrongFormError`."""
    try:
        return msgspec.json.decode(packed, type=FormFiles)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongFormError(f"no form: {error}") from error
