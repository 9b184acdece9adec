"""The Markdown pages of this repository: their links, headings, commands, and the samples that tests run."""

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_SAMPLE = re.compile(r"^<!-- sample: (\S+) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<(?:img|a)[^>]*(?:src|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


class Heading(NamedTuple):
    """How deep it stands, and what it says."""

    depth: int
    text: str


def named(page: Path) -> str:
    """How a page is called in test output."""
    return page.relative_to(ROOT).as_posix()


def samples(page: str) -> dict[str, str]:
    """The files that a page spells out, by the path it gives them."""
    return dict(_SAMPLE.findall((ROOT / page).read_text("utf-8")))


def write_samples(page: str, folder: Path) -> dict[str, Path]:
    """Those files in `folder`, by the path that the page gives them."""
    written = {}
    for name, text in samples(page).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        written[name] = path
    return written


def fenced(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return [text for kind, text in _FENCED.findall(page.read_text("utf-8")) if kind == language]


def prose(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", _FENCED.sub("", page.read_text("utf-8")))


def links(page: Path) -> list[str]:
    """Where a page points to."""
    return [first or second for first, second in _LINK.findall(prose(page))]


def headings(page: Path) -> list[Heading]:
    """A page's headings in order."""
    text = _FENCED.sub("", page.read_text("utf-8"))
    return [Heading(len(marks), words) for marks, words in _HEADING.findall(text)]


def anchor(heading: str) -> str:
    """The fragment that code hosts make of a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.lower())
    return kept.replace(" ", "-")
