"""A process that a form has taken over answers what it likes, and one that is not wholly confined makes no form of the
hub's."""

import asyncio
import logging
import shlex
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from kiosk.config_hub import Use
from kiosk.forms import typesetter as terminals_side
from kiosk.forms.catalogue import Catalogue, FormError, read_form
from kiosk.forms.checking import checked
from kiosk.forms.from_hub import keep, tried
from kiosk.forms.service import Forms
from kiosk.forms.settings import HOUSE_FORMS, FormsSettings
from kiosk.forms.typesetter import UnconfinedError, typesetter
from kiosk.protocol.form_files import FormFiles, FormSet
from kiosk.views.picture import Picture
from tests.forms.conftest import HALL, Bench
from tests.forms.folders import DEPARTMENTS, FORM, TEMPLATE, add_form, folder_of

Instead = Callable[[str], None]


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Instead:
    """Has the process run other code."""

    def instead(code: str) -> None:
        program = tmp_path / "python"
        program.write_text(f'#!/bin/sh\nshift 3\nexec {shlex.quote(sys.executable)} -P -c {shlex.quote(code)} "$@"\n')
        program.chmod(0o755)
        monkeypatch.setattr("kiosk.forms.typesetter.sys.executable", str(program))

    return instead


ANSWERING = """
import sys
from kiosk.forms.wire import Begun, frame, receive
def say(said):
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()
say(frame(Begun(missing=())))
while receive(sys.stdin.buffer) is not None:
    say({})
"""
RAW = "(lambda body: len(body).to_bytes(4, 'big') + body)({})"
PACKED = RAW.format("__import__('msgspec').msgpack.encode({})")
PICTURE = {"width": 2000, "height": 2, "depth": 1}


@pytest.mark.parametrize(
    "answer",
    [
        PACKED.format({"type": "sheets", "pdf": b"", "pictures": [{**PICTURE, "pixels": b"A" * 100}]}),
        PACKED.format({"type": "sheets", "pdf": b"", "pictures": [{**PICTURE, "height": -2, "pixels": b""}]}),
        PACKED.format({"type": "sheets", "pdf": b"", "pictures": [{**PICTURE, "depth": 2, "pixels": b"A" * 8000}]}),
        RAW.format(r"b'\x82\xa4type\xa6failed\xa3why\xa1\xff'"),
        RAW.format(r"b'\x82\xa4type\xa6failed\xa1x' + b'\x91' * 100000 + b'\xc0'"),
        RAW.format(r"b'\xc1'"),
        r"b'\xff\xff\xff\xff'",
    ],
    ids=["too few pixels", "less than none", "a strange depth", "no letters", "too deep", "nothing", "too long"],
)
async def test_an_answer_that_cannot_be_is_none(house: Catalogue, instead: Instead, answer: str) -> None:
    instead(ANSWERING.format(answer))
    async with typesetter(HALL, 200, 60, [HOUSE_FORMS]) as made:
        with pytest.raises(FormError, match="the process that makes it ended"):
            await made.sheets(house.forms[0])
        assert made._process is None


LINE = {"width": 200, "height": 1, "depth": 1, "pixels": b"A" * 200}


@pytest.mark.parametrize(
    "pictures",
    [
        [],
        [LINE] * 21,
        [{**LINE, "height": 301, "pixels": b"A" * 60200}],
        [{**LINE, "width": 1, "height": 400, "pixels": b"A" * 400}],
    ],
    ids=["no pages", "too many", "too high", "a strip"],
)
async def test_pages_that_no_form_has(house: Catalogue, instead: Instead, pictures: list[dict[str, object]]) -> None:
    instead(ANSWERING.format(PACKED.format({"type": "sheets", "pdf": b"", "pictures": pictures})))
    async with typesetter(HALL, 200, 60, [HOUSE_FORMS]) as made:
        with pytest.raises(FormError, match=r"form .*: no sheets came"):
            await made.sheets(house.forms[0])


async def test_an_answer_to_something_else(house: Catalogue, instead: Instead) -> None:
    instead(ANSWERING.format(PACKED.format({"type": "spelled", "spelled": ["one"]})))
    async with typesetter(HALL, 200, 60, [HOUSE_FORMS]) as made:
        with pytest.raises(FormError, match=r"form .*: no sheets came"):
            await made.sheets(house.forms[0])
        with pytest.raises(FormError, match="no pinyin came"):
            await made.spelled(("甲", "乙"))


async def test_what_it_says_is_one_line(house: Catalogue, instead: Instead) -> None:
    instead(
        ANSWERING.format(PACKED.format({"type": "failed", "why": "it\n2026 ERROR \x1b[2J all is lost" + "x" * 9999}))
    )
    async with typesetter(HALL, 200, 60, [HOUSE_FORMS]) as made:
        with pytest.raises(FormError) as caught:
            await made.sheets(house.forms[0])
        assert "it 2026 ERROR [2J all is lost" in str(caught.value)
        assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("width", "height", "pixels"), [(2, 2, b"abc"), (2, 2, b"abcde"), (0, 2, b""), (-1, -1, b"a"), (2, 0, b"")]
)
def test_a_picture_has_all_its_pixels(width: int, height: int, pixels: bytes) -> None:
    with pytest.raises(ValueError, match="as many pixels"):
        Picture(width, height, 1, pixels)


UNCONFINED = """
from kiosk.forms import confinement
confinement._landlock_version = lambda kernel: 0
from kiosk.forms.worker import main
main()
"""


@pytest.fixture
def unconfined(instead: Instead) -> None:
    """As on a kernel without Landlock."""
    terminals_side._tell.cache_clear()
    instead(UNCONFINED)


async def test_where_it_is_not_wholly_confined_the_terminals_own_forms_go_on(
    bench: Bench, unconfined: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the hub's none is made or offered, and the log says so once."""
    own, given = folder_of(tmp_path / "own"), folder_of(tmp_path / "given")
    for folder, number in ((own, "1"), (own, "2"), (given, "2"), (given, "3")):
        add_form(folder, number)
    forms = Forms(FormsSettings(folder=own, given=given), HALL, bench.closed(), 200)
    with caplog.at_level(logging.ERROR):
        await forms.open()
        assert forms.catalogue is not None
        assert [form.folder for form in forms.catalogue.forms] == [own / "1", own / "2"]
        async with forms.typesetting("a visit") as made:
            with pytest.raises(UnconfinedError, match=r"forms of the hub are not made here: .* has no Landlock"):
                await made.sheets(read_form(given / "3", {"civil"}))
            assert (await made.sheets(forms.catalogue.forms[0])).pdf.startswith(b"%PDF")
    await forms.aclose()
    (line,) = caplog.messages
    assert line.startswith("what makes forms has no Landlock: ")
    assert line.endswith(": forms of the hub are neither made nor offered")


async def test_where_it_is_not_wholly_confined_forms_of_the_hub_are_refused(unconfined: None, tmp_path: Path) -> None:
    form = FormFiles(number="9", files={"form.toml": FORM.encode(), "form.typ": TEMPLATE.encode()})
    keep(tmp_path, form)
    given = FormSet(digests={"9": form.digest}, departments=DEPARTMENTS)
    with pytest.raises(FormError) as caught:
        await tried(tmp_path, Use(version=1, digest="", text="", forms=given), FormsSettings())
    (line,) = caught.value.lines
    assert line.startswith("forms of the hub are not made here: what makes forms has no Landlock: ")


async def test_a_process_makes_so_many_and_no_more(house: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """All forms of the house are looked at in one process; a hall's hundred are not."""
    begun = []
    begin: Callable[..., Awaitable[asyncio.subprocess.Process]] = asyncio.create_subprocess_exec

    async def counted(*arguments: str, **options: object) -> asyncio.subprocess.Process:
        begun.append(arguments)
        return await begin(*arguments, **options)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", counted)
    await checked([HOUSE_FORMS], lambda: typesetter(HALL, 200, 60, [HOUSE_FORMS]))
    assert len(begun) == 1
    begun.clear()
    async with typesetter(HALL, 200, 60, [HOUSE_FORMS]) as made:
        for _ in range(25):
            await made.sheets(house.forms[0])
    assert len(begun) == 2
