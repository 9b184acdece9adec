"""Pages that point nowhere, twins that drift apart, commands that do not exist."""

import re
import shlex
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.docs.pages import PAGES, ROOT, anchor, fenced, headings, links, named

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_link_leads_nowhere(page: Path) -> None:
    for link in links(page):
        target, _, fragment = unquote(link).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), link
        assert there.is_relative_to(ROOT), link
        if fragment:
            assert fragment in {anchor(heading.text) for heading in headings(there)}, link


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_opens_with_its_one_title(page: Path) -> None:
    depths = [heading.depth for heading in headings(page)]
    assert depths.count(1) == 1
    assert depths[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(depths)), "a level is left out"


def test_both_readmes_say_the_same_in_the_same_order() -> None:
    english, chinese = headings(ENGLISH), headings(CHINESE)
    assert [heading.depth for heading in english] == [heading.depth for heading in chinese]
    assert all(HAN.search(heading.text) for heading in chinese)
    for language in ("sh", "toml", "python", "ini"):
        ours, theirs = (
            [re.sub(r"\s*#.*", "", block) for block in fenced(page, language)] for page in (ENGLISH, CHINESE)
        )
        assert ours == theirs, "they may differ in comments only"


def test_both_readmes_point_to_the_same_pages() -> None:
    def pages(readme: Path) -> list[str]:
        ours = [link.partition("#")[0] for link in links(readme)]
        return [link for link in ours if link and "pictures/" not in link and not link.startswith("README")]

    assert pages(ENGLISH) == pages(CHINESE)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_no_command_is_made_up(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    commands = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["kiosk.commands"]
    text = page.read_text("utf-8")
    for target in re.findall(r"`make (\w+)`", text):
        assert target in targets
    for command in re.findall(r"`(?:\.venv/bin/)?kiosk (\w+)", text):
        assert command in commands
    for block in fenced(page, "sh"):
        for line in block.splitlines():
            words = shlex.split(line, comments=True)
            if words[:1] == ["make"]:
                assert words[-1] in targets, line
            for program, command in pairwise(words):
                assert not program.endswith("bin/kiosk") or command in commands, line


def test_every_option_that_the_readme_uses_exists() -> None:
    for line in (line for block in fenced(ENGLISH, "sh") for line in block.splitlines()):
        words = shlex.split(line, comments=True)
        if not words or words[0] != ".venv/bin/kiosk":
            continue
        name, *rest = words[1:]
        subcommand = [rest[0]] if name in ("ledger", "config") else []
        shown = subprocess.run(
            [sys.executable, "-m", "kiosk", name, *subcommand, "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        ).stdout
        for option in (word for word in rest if word.startswith("--")):
            assert option in shown, line
