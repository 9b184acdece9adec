"""The forms of a folder: every mistake is named with its place, and the other forms go on."""

import os
from pathlib import Path

import pytest

from kiosk.forms.catalogue import Catalogue, read_forms
from kiosk.forms.form import Field, Kind, wrong
from kiosk.forms.service import finder
from kiosk.forms.settings import HOUSE_FORMS
from tests.forms.folders import DEPARTMENTS, FORM, add_form, folder_of

SEVEN = {"101", "201", "202", "301", "302", "401", "501"}


def test_the_house_brings_seven_forms() -> None:
    catalogue, flaws = read_forms(HOUSE_FORMS)
    assert flaws == ()
    assert {form.number for form in catalogue.forms} == SEVEN
    assert [form.number for form in catalogue.forms][:2] == ["101", "201"]
    assert {form.number for form in catalogue.forms if form.official} == {"301"}
    assert [department.id for department in catalogue.departments] == ["civil", "community", "gas", "medical", "market"]


def test_what_is_printed_most_comes_first() -> None:
    catalogue, _ = read_forms(HOUSE_FORMS)
    by_use = catalogue.by_use({"501": 7, "302": 9})
    assert [form.number for form in by_use][:3] == ["302", "501", "101"]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("101", "101"),
        ("LLBT", "101"),
        ("llbtns", "101"),
        ("juzhu", "201"),
        ("wts", "202"),
        ("rqgh", "302"),
        ("guohu", "302"),
        ("newborn", "401"),
        ("小餐饮", "501"),
    ],
)
def test_found_by_number_initials_and_words(house: Catalogue, query: str, number: str) -> None:
    assert finder(house).find(query)[0].number == number


def test_nothing_is_found_for_nonsense(house: Catalogue) -> None:
    assert finder(house).find("xqzw") == []


MISTAKES = [
    ('title = "居住证明"', "", "title: found nothing, allowed"),
    ("pages = 1", "pages = 0", "pages: found 0, allowed a whole number, at least 1"),
    ('kind = "name"', 'kind = "nam"', 'field.1.kind: found "nam"'),
    ('kind = "name"', 'knd = "name"', "field.1.knd: found a key that does not exist"),
    ('department = "civil"', 'department = "cvil"', 'department: found "cvil"'),
    ('number = "9"', 'number = "8"', 'number: found "8", allowed "9", its folder'),
    ('label = "姓名"', 'label = "{姓名}"', "field.1.label"),
    ('sample = "张三"', 'sample = ""', "a sample that could be an answer"),
    ('title = "居住证明"', 'title = ["居住"', "something that TOML cannot read"),
    ('bring = ["身份证"]', "bring = []", "bring and bring_en with as many lines"),
    ('kind = "name"', 'kind = "choice"', "choices for a field of kind choice"),
]


@pytest.mark.parametrize(("right", "instead", "told"), MISTAKES, ids=[mistake[2][:24] for mistake in MISTAKES])
def test_a_mistake_in_the_description_is_named(tmp_path: Path, right: str, instead: str, told: str) -> None:
    assert right in FORM
    folder = folder_of(tmp_path)
    add_form(folder, "9").joinpath("form.toml").write_text(FORM.replace(right, instead), "utf-8")
    add_form(folder, "8")

    catalogue, flaws = read_forms(folder)

    assert [form.number for form in catalogue.forms] == ["8"]
    assert told in "\n".join(flaws)
    assert all("/9/form.toml" in flaw for flaw in flaws)


def test_all_mistakes_of_a_form_at_once_each_with_its_line(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    add_form(folder, "9", FORM.replace("pages = 1", 'pages = "one"').replace('kind = "name"', 'kind = "nme"'))
    _, flaws = read_forms(folder)
    assert len(flaws) == 2
    assert "form.toml:" in flaws[0]
    assert 'did you mean "name"?' in flaws[1]


def test_a_folder_that_leads_elsewhere_is_left_out(tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    (add_form(folder, "9", FORM) / "secret.txt").symlink_to("/etc/passwd")
    add_form(tmp_path / "elsewhere", "8", FORM)
    (folder / "8").symlink_to(tmp_path / "elsewhere" / "8")
    os.mkfifo(add_form(folder, "7", FORM) / "pipe")

    catalogue, flaws = read_forms(folder)

    assert catalogue.forms == ()
    assert len(flaws) == 3
    assert all("a link or a device" in flaw or "allowed a folder" in flaw for flaw in flaws)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("form.typ", None, "found neither, allowed form.typ or form.pdf"),
        ("form.pdf", b"%PDF", "found form.pdf and form.typ"),
        ("huge.bin", b"x" * 16_000_001, "allowed at most"),
        ("form.toml", b"x = 1\n" * 200_000, "more than 1 MB"),
        ("form.toml", b"\xff\xfe", "not UTF-8"),
        ("form.toml", b"a = " + b"[" * 5000, "TOML"),
    ],
    ids=["no template", "two templates", "huge", "huge description", "not UTF-8", "nested"],
)
def test_what_a_folder_may_hold(tmp_path: Path, name: str, content: bytes | None, told: str) -> None:
    folder = folder_of(tmp_path)
    form = add_form(folder, "9", FORM)
    if content is None:
        (form / name).unlink()
    else:
        (form / name).write_bytes(content)
    catalogue, flaws = read_forms(folder)
    assert catalogue.forms == ()
    assert told in flaws[0]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for folder in (tmp_path / "nowhere", tmp_path):
        catalogue, flaws = read_forms(folder)
        assert catalogue.forms == ()
        assert "departments.toml" in flaws[0]
    (tmp_path / "departments.toml").write_text(DEPARTMENTS.replace("name_en", "nam_en"))
    assert "did you mean" in "\n".join(read_forms(tmp_path)[1])


SAMPLES = {"id_number": "610000194803070021", "phone": "13800000000", "date": "2026-01-01", "checkbox": "yes"}


@pytest.mark.parametrize(
    ("kind", "answer", "right"),
    [
        ("name", "张䶮", True),
        ("name", "", False),
        ("name", "张" * 41, False),
        ("name", "张\n三", False),
        ("id_number", "610000194803070021", True),
        ("id_number", "610000194803070022", False),
        ("phone", "13800000000", True),
        ("phone", "12345", False),
        ("date", "2024-02-29", True),
        ("date", "2026-02-29", False),
        ("date", "0001-01-01", False),
        ("checkbox", "yes", True),
        ("checkbox", "maybe", False),
    ],
)
def test_what_may_stand_in_a_field(kind: Kind, answer: str, right: bool) -> None:
    field = Field(
        key="x",
        kind=kind,
        label="栏",
        label_en="field",
        ask="？",
        ask_en="?",
        sample=SAMPLES.get(kind, "张三"),
    )
    assert (wrong(field, answer) is None) is right


def test_forms_that_are_withdrawn_are_not_offered(house: Catalogue) -> None:
    department = house.forms[0].file.department
    gone = {form.number for form in house.forms if form.file.department == department}
    left = house.without(gone)
    assert {form.number for form in left.forms} == {form.number for form in house.forms} - gone
    assert department not in {each.id for each in left.departments}
    assert house.without(()) == house
