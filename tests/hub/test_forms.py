"""Forms travel with a configuration: brought by staff, checked at both ends, offered between two visits, put back."""

import io
import logging
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from hub.commands import CommandBook, Commanded
from hub.configurations import Configuration, ConfigurationBook, use
from hub.form_delivery import archive_of, delivered, in_archive, newer_pdf, title_of
from hub.forms import FormBook
from hub.store import Store
from kiosk.config import Config
from kiosk.config_hub import form_file, kept_in
from kiosk.forms.catalogue import Catalogue
from kiosk.forms.checking import checked
from kiosk.forms.typesetter import typesetter
from kiosk.forms.wire import Hall
from kiosk.protocol.configuration import Bundle
from kiosk.protocol.form_files import FormFiles, FormSet, WrongFormError, form_in
from tests.forms.folders import DEPARTMENTS, FORM, TEMPLATE, official
from tests.hub.configured import Configured
from tests.hub.conftest import HALL, PASSWORD, TERMINAL, Browser, Hub, Sending
from tests.hub.test_commands import until

PARKS = DEPARTMENTS.replace("civil", "parks")
LAMP = {
    "departments.toml": PARKS.encode(),
    "901/form.toml": FORM.replace('number = "9"', 'number = "901"').replace('"civil"', '"parks"').encode(),
    "901/form.typ": b'#import "parts/lamp.typ": lamp\n' + TEMPLATE.encode() + b"#lamp",
    "901/parts/lamp.typ": b"#let lamp = [lamp]",
}
NEWER = official()
SEVEN = b'number = "7"\ntitle = "x"\ntitle_en = "x"'


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def burst() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("7/form.typ", bytes(1 << 20))
    return made.getvalue()


async def offered(config: Config) -> tuple[Catalogue, tuple[str, ...]]:
    forms = config.forms
    return await checked(forms.folders, lambda: typesetter(Hall(name="", phone=""), 200, 60, forms.folders))


class Office:
    """A manager at the page of a hall's configuration."""

    def __init__(self, browser: Browser, book: CommandBook) -> None:
        self.browser = browser
        self._book = book

    async def bring(self, content: bytes, name: str, **fields: str) -> tuple[int, str]:
        sent = aiohttp.FormData({"form": await self.browser.word(), "note": "newer", **fields})
        sent.add_field("file", content, filename=name)
        return await self.browser.send(f"/configuration/{HALL}/forms", sent)

    async def post(self, what: str, **fields: str) -> int:
        word = await self.browser.word()
        return (await self.browser.post(f"/configuration/{HALL}/{what}", form=word, **fields))[0]

    async def use(self, version: int) -> Commanded:
        assert await self.post("use", version=str(version), terminal="") == 303
        return (await self._book.last([(HALL, TERMINAL)], 0, 1))[0]

    async def page(self) -> str:
        return (await self.browser.get(f"/configuration/{HALL}"))[1]


@pytest.fixture
async def office(hub: Hub, book: CommandBook, browser: Browser) -> Office:
    hub.say("admit", "chen", "--role", "manager", said=PASSWORD)
    await browser.enter("chen")
    await browser.get("/?lang=en")
    return Office(browser, book)


@pytest.fixture
def terminal(sending: Sending, tmp_path: Path) -> Configured:
    return Configured(tmp_path, sending)


async def test_forms_come_are_put_back_and_taken_out(
    hub: Hub, book: CommandBook, office: Office, terminal: Configured, tmp_path: Path
) -> None:
    plain = tmp_path / "plain.toml"
    plain.write_text('[hall]\nphone = "028-1111 1111"\n')
    assert hub.say("configure", HALL, str(plain)) == "version 1"
    assert (await office.bring(zipped(LAMP), "forms.zip"))[0] == 303
    assert (await office.bring(NEWER, "new.pdf", number="301"))[0] == 303
    page = await office.page()
    assert "with forms 301, 901" in page
    assert "Proof of residence" in page

    await terminal.begin()
    for version in (1, 2, 3):
        ordered = await office.use(version)
        await terminal.until_restart()
        config = terminal.load()
        found, flaws = await offered(config)
        assert flaws == ()
        lamp, gas = found.find("901"), found.find("301")
        assert (lamp is not None) == (version > 1)
        assert gas is not None
        assert ((gas.folder / "form.pdf").read_bytes() == NEWER) == (version == 3)
        assert gas.file.title == "燃气开户申请表"
        assert config.hall.phone == "028-1111 1111"
        await terminal.begin()
        terminal.come_up(version)
        await until(book, ordered.id, "done")
    assert lamp is not None
    assert (lamp.folder / "parts" / "lamp.typ").read_bytes() == LAMP["901/parts/lamp.typ"]

    assert await office.post("forms/drop", number="901") == 303
    back = await office.use(4)
    await terminal.until_restart()
    found, flaws = await offered(terminal.load())
    assert (found.find("901"), flaws) == (None, ())
    await terminal.begin()
    terminal.come_up(4)
    await until(book, back.id, "done")
    terminal.load()
    (kept,) = terminal.folder.glob("form-*")  # what no version needs any more is gone
    assert form_in(kept.read_bytes()).number == "301"

    again = await office.use(3)  # rolled back to what was taken out: fetched once more
    await terminal.until_restart()
    assert (await offered(terminal.load()))[0].find("901") is not None
    await terminal.begin()
    terminal.come_up(3)
    await until(book, again.id, "done")
    await terminal.end()


BROKEN = {
    "does not compile": ({**LAMP, "901/form.typ": b"#panic("}, "form 901: the template does not compile"),
    "other pages": ({**LAMP, "901/form.typ": b"a #pagebreak() b"}, "form 901: it says 1 pages and has 2"),
    "unknown department": (
        {name: content for name, content in LAMP.items() if name != "departments.toml"},
        '901/form.toml: department: found "parks"',
    ),
    "flawed description": (
        {**LAMP, "901/form.toml": LAMP["901/form.toml"].replace(b'hand_in = "', b'hand_inn = "')},
        'did you mean "hand_in"?',
    ),
    "a PDF of nothing": ({**LAMP, "902/form.pdf": NEWER}, "form 902: its PDF came, and this terminal has no form 902"),
    "a PDF that acts": ({"301/form.pdf": official("script")}, "form 301: the PDF has /J"),
    "a PDF with more pages": ({"301/form.pdf": official("two pages")}, "form 301: it says 1 pages and has 2"),
}


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", BROKEN)
async def test_a_terminal_refuses_what_it_cannot_print(
    store: Store, book: CommandBook, terminal: Configured, case: str
) -> None:
    """With the reason, for whoever ordered it; its own forms stay."""
    files, says = BROKEN[case]
    bundle = await version(store, delivered(files).forms, files)
    await terminal.begin()
    ended = await until(book, await order(book, bundle), "refused")
    assert says in ended.why
    assert str(terminal.folder) not in ended.why
    assert kept_in(terminal.folder).in_force is None
    assert not list(terminal.folder.glob("forms*"))
    await terminal.end()


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_a_form_that_somebody_changed_on_the_way_or_on_the_disk(
    store: Store, book: CommandBook, terminal: Configured, caplog: pytest.LogCaptureFixture
) -> None:
    """The signed command covers every byte of every form."""
    (lamp,) = delivered(LAMP).forms
    other = FormFiles(number="901", files={**lamp.files, "form.typ": b"something else"})
    bundle = await version(store, [lamp], LAMP)
    async with store.work() as sql:
        await sql("UPDATE form SET packed = $1 WHERE digest = $2", other.packed.decode(), lamp.digest)
    await terminal.begin()
    ended = await until(book, await order(book, bundle), "refused")
    assert ended.why == "a form that came is not what was signed"

    async with store.work() as sql:
        await sql("UPDATE form SET packed = $1 WHERE digest = $2", lamp.packed.decode(), lamp.digest)
    await order(book, bundle)
    await terminal.until_restart()
    assert (await offered(terminal.load()))[0].find("901") is not None
    terminal.come_up(1)
    kept = terminal.folder / form_file(lamp.digest)
    for content in (other.packed, b"", b"{"):
        kept.write_bytes(content)
        with caplog.at_level(logging.ERROR):
            found, _ = await offered(terminal.load())
        assert "version 1 of the hub: form 901: what" in caplog.text
        assert found.find("901") is None
        assert found.find("301") is not None
        caplog.clear()


WRONG: Mapping[str, tuple[bytes, str]] = {
    "nothing": (b"", "no ZIP archive"),
    "no archive": (b"PK\3\4 and so on", "no ZIP archive"),
    "empty": (zipped({}), "no form: allowed folders named by number"),
    "a stranger": (zipped({**LAMP, "readme.md": b""}), "readme.md: belongs to no form"),
    "above": (zipped({**LAMP, "901/../../x": b""}), "901: "),
    "absolute": (zipped({**LAMP, "/etc/form.toml": b'number = "1"'}), "number: allowed 'etc' alone"),
    "other number": (zipped({"7/form.toml": b'number = "8"', "7/form.typ": b""}), "number: allowed '7' alone"),
    "no TOML": (zipped({"7/form.toml": b"\xff", "7/form.typ": b""}), "7/form.toml: no TOML"),
    "both": (zipped({"7/form.toml": SEVEN, "7/form.typ": b"", "7/form.pdf": NEWER}), "form.pdf and form.typ"),
    "neither": (zipped({"7/form.toml": SEVEN}), "7: found neither"),
    "template alone": (zipped({"7/form.typ": b""}), "7: no form.toml"),
    "no PDF": (zipped({"7/form.pdf": b"PK"}), "7/form.pdf: no PDF"),
    "twice": (zipped({**LAMP, "old/901/form.pdf": NEWER}), "form 901 is there twice"),
    "hexadecimal": (zipped({"7/form.toml": b"number = 0x" + b"f" * 5000, "7/form.typ": b""}), "number: allowed '7'"),
    "a number for a title": (
        zipped({"7/form.toml": b'number = "7"\ntitle = 0xf\ntitle_en = "x"', "7/form.typ": b""}),
        "7/form.toml: no title and title_en",
    ),
    "deep": (zipped({"7/form.toml": b"a." * 5000 + b"a = 1", "7/form.typ": b""}), "more than 100 dots in a line"),
    "a long description": (zipped({"7/form.toml": bytes(65 << 10), "7/form.typ": b""}), "more than 65536 bytes"),
    "a file and a folder": (zipped({**LAMP, "901/a": b"", "901/a/b": b""}), "901: a, a file and a folder"),
    "many files": (zipped({**LAMP, **{f"901/a{n}": b"" for n in range(60)}}), "901: "),
    "packed to burst": (burst(), "packed in a way that is not common"),
    "the same name": (zipped({**LAMP, "901//form.typ": b""}), "901/form.typ: is there twice"),
    "no number": (zipped({"form seven/form.pdf": NEWER}), "form seven: "),
    "departments": (zipped({**LAMP, "departments.toml": b"x = 1"}), "departments.toml: allowed [[department]]"),
    "two departments": (zipped({**LAMP, "b/departments.toml": PARKS.encode()}), "departments.toml: there are 2"),
    "too much": (zipped({**LAMP, "901/large": bytes(17 << 20)}), "an archive of more than"),
    "too much of one": (zipped({**LAMP, "901/large": bytes(9 << 20)}), "901: a form of more than 4194304 bytes"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_archive_that_is_not_taken(case: str) -> None:
    content, says = WRONG[case]
    with pytest.raises(WrongFormError) as caught:
        in_archive(content)
    assert says in str(caught.value)


def test_an_archive_as_people_make_them() -> None:
    """With a folder around it, with what a desktop leaves there, or of one form alone; and back again."""
    there = {f"New forms/{name}": content for name, content in LAMP.items()}
    left = {"__MACOSX/New forms/._form.toml": b"\0", "New forms/.DS_Store": b"\0", "New forms/901/Thumbs.db": b"\0"}
    delivery = in_archive(zipped(there | left))
    assert delivery == delivered(LAMP)
    (lamp,) = delivery.forms
    assert set(lamp.files) == {"form.toml", "form.typ", "parts/lamp.typ"}
    assert in_archive(zipped({"form.toml": lamp.files["form.toml"], "form.typ": b"x"})).forms[0].number == "901"
    assert in_archive(archive_of(lamp)).forms == (lamp,)
    assert form_in(lamp.packed) == lamp
    assert title_of(lamp).said("en") == "Proof of residence"
    assert title_of(FormFiles(number="9", files={"form.toml": b'title = "a\\u0000b"'})).zh == "ab"
    assert newer_pdf("902", NEWER, None).forms[0].files == {"form.pdf": NEWER}


def test_a_newer_pdf_for_a_form_that_the_hub_gave() -> None:
    files = {"901/form.toml": LAMP["901/form.toml"], "901/form.pdf": b"%PDF-1.4 old"}
    (earlier,) = delivered(files).forms
    (newer,) = newer_pdf("901", NEWER, earlier).forms
    assert newer.files == {"form.toml": files["901/form.toml"], "form.pdf": NEWER}
    (lamp,) = delivered(LAMP).forms
    with pytest.raises(WrongFormError, match=r"901: found form\.pdf and form\.typ"):
        newer_pdf("901", NEWER, lamp)


async def test_by_command(hub: Hub, store: Store, tmp_path: Path) -> None:
    """A folder says which forms there are; an empty one, that there are none."""
    (tmp_path / "t.toml").write_text("")
    folder = tmp_path / "forms"
    for name, content in LAMP.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (tmp_path / "none").mkdir()
    versions = ConfigurationBook(store)

    async def configured(*more: str) -> FormSet:
        hub.say("configure", HALL, str(tmp_path / "t.toml"), *more)
        return (await versions.last(HALL, 1))[0].bundle.forms

    given = await configured("--forms", str(folder))
    assert (list(given.digests), given.departments) == (["901"], PARKS)
    assert await configured() == given
    assert await configured("--forms", str(tmp_path / "none")) == FormSet()


async def version(store: Store, forms: list[FormFiles] | tuple[FormFiles, ...], files: Mapping[str, bytes]) -> Bundle:
    departments = files.get("departments.toml", b"").decode()
    given = FormSet(digests=await FormBook(store).keep(forms), departments=departments)
    versions = ConfigurationBook(store)
    bundle = await versions.following(HALL, forms=given)
    assert await versions.add(Configuration(bundle=bundle, who="chen", note="", at_ms=1))
    return bundle


async def order(book: CommandBook, bundle: Bundle) -> str:
    await use(book, bundle, [TERMINAL], "chen", int(time.time() * 1000))
    return (await book.last([(HALL, TERMINAL)], 0, 1))[0].id
