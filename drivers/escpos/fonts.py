"""The fonts for what a printer cannot print itself: Noto Sans CJK SC, then HanaMinB for the rarest names.

Of Noto it is the version with half-width Latin, which stands on the printer's column grid; its Han is the same.
"""

import subprocess
from functools import lru_cache

from PIL import ImageFont

FAMILIES = ("Noto Sans Mono CJK SC", "HanaMinB")


class FontError(Exception):
    """A font is not installed. The message says which Debian package brings it."""


_PACKAGES = {"Noto Sans Mono CJK SC": "fonts-noto-cjk", "HanaMinB": "fonts-hanazono"}


@lru_cache(maxsize=8)
def find(family: str) -> tuple[str, int]:
    """File and index of an installed font, by fontconfig. Raises `FontError`."""
    missing = f"font {family} is not installed (Debian package {_PACKAGES.get(family, 'unknown')})"
    try:
        answer = subprocess.run(
            ["fc-match", "--format=%{family}\n%{file}\n%{index}", f"{family}:style=Regular"],
            check=True,
            capture_output=True,
            text=True,
            timeout=20,
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise FontError(f"{missing}: fc-match failed: {error}") from error
    # fontconfig answers with its next best font instead of "no".
    families, file, index = answer.split("\n")
    if family not in families.split(","):
        raise FontError(missing)
    # The upper half of the index names a variation.
    return file, int(index) & 0xFFFF


@lru_cache(maxsize=32)
def load(family: str, pixels: int) -> ImageFont.FreeTypeFont:
    """The font at `pixels` to the em. Raises `FontError`."""
    file, index = find(family)
    return ImageFont.truetype(file, pixels, index=index, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def family_for(character: str) -> str:
    """The first of `FAMILIES` that has the character (the last one where none does)."""
    for family in FAMILIES:
        font = load(family, 24)
        if bytes(font.getmask(character)) != _tofu(family) or not character.strip():
            return family
    return FAMILIES[-1]


@lru_cache(maxsize=4)
def _tofu(family: str) -> bytes:
    """How the font draws a character that it does not have: U+10FFFE never is one."""
    return bytes(load(family, 24).getmask("\U0010fffe"))
