"""Forms are made in a process of their own: what is entered stands on paper, and what is hostile stays outside."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pypdfium2
import pytest

from kiosk.forms.catalogue import Catalogue, FormError, read_form, read_forms
from kiosk.forms.checking import checked
from kiosk.forms.form import Form
from kiosk.forms.settings import HOUSE_FORMS
from kiosk.forms.typesetter import Typesetter, typesetter
from tests.forms.conftest import HALL
from tests.forms.folders import FORM, TEMPLATE, add_form, folder_of, official

PATIENCE_S = 60.0


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Typesetter]:
    async with typesetter(HALL, 300, PATIENCE_S, [HOUSE_FORMS, tmp_path]) as one:
        yield one


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return "".join(text.split())


def samples(form: Form) -> dict[str, str]:
    return {field.key: field.sample for field in form.fields}


async def test_what_is_entered_stands_on_every_form(house: Catalogue, made: Typesetter) -> None:
    for form in house.forms:
        blank, filled = await made.sheets(form), await made.sheets(form, samples(form))
        assert len(filled.pictures) == len(blank.pictures) == form.file.pages
        before, after = words(blank.pdf), words(filled.pdf)
        for field in form.fields:
            if field.kind in ("name", "id_number", "phone", "address", "text"):
                assert field.sample not in before, (form.number, field.key)
                assert field.sample in after, (form.number, field.key)


async def test_rare_characters_of_names_are_on_paper(house: Catalogue, made: Typesetter) -> None:
    for number in ("101", "301"):  # a template, an official PDF
        form = house.find(number)
        assert form is not None
        named = words((await made.sheets(form, {"name": "䶮㛃𠮷𬎆𪚥"})).pdf)
        assert "䶮㛃𠮷𬎆𪚥" in named


async def test_a_picture_is_the_page_and_ticks_are_drawn(house: Catalogue, made: Typesetter) -> None:
    form = house.find("301")
    assert form is not None
    (blank,) = (await made.sheets(form)).pictures
    (ticked,) = (await made.sheets(form, {"heater": "yes"})).pictures
    (unticked,) = (await made.sheets(form, {"heater": "no"})).pictures
    assert (blank.width, blank.height, blank.depth) == (300, 425, 1)
    assert len(blank.pixels) == 300 * 425
    assert blank.pixels == unticked.pixels
    changed = [
        place for place, (one, other) in enumerate(zip(blank.pixels, ticked.pixels, strict=True)) if one != other
    ]
    x, y = (changed[0] % 300) * 210 / 300, (changed[0] // 300) * 297 / 425
    assert 80 < x < 87
    assert 105 < y < 114


async def test_what_is_entered_is_never_code(tmp_path: Path, made: Typesetter) -> None:
    form = read_form(add_form(folder_of(tmp_path), "9"), {"civil"})
    answer = '#panic("x")$*_"]#[<a>'
    assert "".join(answer.split()) in words((await made.sheets(form, {"name": answer})).pdf)


async def test_the_process_ends_with_the_visit_and_another_begins(house: Catalogue) -> None:
    async with typesetter(HALL, 300, PATIENCE_S, [HOUSE_FORMS]) as one:
        await one.sheets(house.forms[0])
        process = one._process
        assert process is not None
        os.kill(process.pid, 9)
        await process.wait()
        assert (await one.sheets(house.forms[0])).pdf.startswith(b"%PDF")  # a new one, as if nothing had been
        last = one._process
    assert last is not None
    assert last.returncode is not None


HOSTILE = [
    ("does not compile", "#let form = ", "does not compile: "),
    ("reads elsewhere", '#read("/etc/passwd")', "does not compile: file not found"),
    ("reads above", '#read("../8/form.toml")', "does not compile: "),
    ("fetches a package", '#import "@preview/cetz:0.3.0": *', "failed to download package"),
    ("too many pages", TEMPLATE + "#pagebreak() x", "it says 1 pages and has 2"),
    ("a long page", "#set page(width: 210mm, height: 100000mm)\nx", "page 1 is 210 × 100000 mm, not A4"),
    ("another page", '#set page(paper: "a4")\nx\n#set page(paper: "us-letter")\nx', "page 2 is 216 × 279 mm, not A4"),
    ("pages without end", '#set page(paper: "a4")\n#for n in range(21) { page[x] }', "it has 21 pages, not at most 20"),
    ("recurses", "#let f(x) = f(x + 1)\n#f(0)", "does not compile: maximum function call depth exceeded"),
]


async def test_a_hostile_template_is_left_out_by_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    for number, (_, template, _) in enumerate(HOSTILE, 1):
        add_form(folder, f"{number}", template=template)
    add_form(folder, "99")

    catalogue, flaws = await checked([folder], lambda: typesetter(HALL, 200, PATIENCE_S, [folder]))

    assert [form.number for form in catalogue.forms] == ["99"]
    assert catalogue.forms[0].spelled == "ju zhu zheng ming"
    for number, (_, _, told) in enumerate(HOSTILE, 1):
        assert any(f"form {number}: " in flaw and told in flaw for flaw in flaws), flaws


async def test_a_template_that_never_ends_is_given_up(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    add_form(folder, "1", template="#for a in range(100000) { for b in range(100000) { let c = calc.pow(a, 2) } }")
    (form,) = read_forms(folder)[0].forms
    async with typesetter(HALL, 200, 0.5, [folder]) as one:
        with pytest.raises(FormError, match=r"form 1: it takes longer than 0\.5 s"):
            await one.sheets(form)
        assert one._process is None


async def test_what_fails_with_answers_does_not_quote_them(tmp_path: Path, made: Typesetter) -> None:
    spying = "#let form = json(bytes(sys.inputs.form))\n#assert(form.answers == (:), message: repr(form.answers))"
    form = read_form(add_form(folder_of(tmp_path), "9", template=spying), {"civil"})
    with pytest.raises(FormError) as caught:
        await made.sheets(form, {"name": "张三"})
    assert "张三" not in str(caught.value)


async def test_a_page_may_be_across(tmp_path: Path, made: Typesetter) -> None:
    across = '#set page(paper: "a4", flipped: true)\nx'
    form = read_form(add_form(folder_of(tmp_path), "9", template=across), {"civil"})
    (page,) = (await made.sheets(form)).pictures
    assert (page.width, page.height) == (300, 213)


async def test_a_cancelled_wish_leaves_no_answer_behind(house: Catalogue, made: Typesetter) -> None:
    wish = asyncio.create_task(made.sheets(house.forms[0]))
    await asyncio.sleep(0)
    wish.cancel()
    await asyncio.gather(wish, return_exceptions=True)
    assert len((await made.sheets(house.forms[-1])).pictures) == house.forms[-1].file.pages


@pytest.mark.parametrize(
    ("pdf", "told"),
    [
        (official("script"), "/JavaScript in it, which may act|/JS in it, which may act"),
        (official("attachment"), "/EmbeddedFiles in it|/EF in it"),
        (official("launch"), "/Launch in it"),
        (official("encrypted"), "the PDF is encrypted"),
        (official("letter"), "page 1 is 216 × 279 mm or turned, not A4"),
        (official("turned"), "or turned, not A4"),
        (official("cropped"), "page 1 is 0 × 297 mm, not A4"),
        (official("many"), "it has 21 pages, not at most 20"),
        (b"no PDF at all", "the PDF cannot be read"),
        (official()[:200], "the PDF cannot be read"),
    ],
    ids=["script", "attachment", "launch", "encrypted", "letter", "turned", "cropped", "many", "none", "cut"],
)
async def test_an_official_pdf_that_is_not_taken(tmp_path: Path, made: Typesetter, pdf: bytes, told: str) -> None:
    form = read_form(add_form(folder_of(tmp_path), "9", FORM, pdf), {"civil"})
    with pytest.raises(FormError, match=told):
        await made.sheets(form)


async def test_of_an_official_pdf_only_its_pages_are_taken(tmp_path: Path, made: Typesetter) -> None:
    form = read_form(add_form(folder_of(tmp_path), "9", FORM, official("note")), {"civil"})
    sheets = await made.sheets(form, {"name": "张三"})
    assert b"Annots" not in sheets.pdf
    assert words(sheets.pdf) == "张三"
