"""A form as its file describes it: `form.toml`, beside a template `form.typ` or an official `form.pdf`.

A text stands there in Chinese and, with `_en`, in English. Texts are shown and never typeset as code; what a resident
enters reaches the template as data alone.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.keyboard.checks import problem_with
from kiosk.protocol.form_files import FormNumber
from kiosk.text.bilingual import Bilingual

Kind = Literal["name", "id_number", "phone", "address", "text", "date", "choice", "checkbox"]
"""How a field is asked for; `checkbox` is yes or no."""
Prefill = Literal["id_card.name", "id_card.number", "id_card.address", "id_card.sex", "id_card.born", "id_card.nation"]
"""Where an answer may come from instead, where there is a reader of identity cards."""

_TEXT = r"^[^{}\x00-\x1f\x7f]+\Z"
Text = Annotated[
    str, Meta(pattern=_TEXT, max_length=200, description="up to 200 characters on one line, no { or }", min_length=1)
]
Word = Annotated[str, Meta(pattern=_TEXT, max_length=40, description="up to 40 characters, no { or }", min_length=1)]
Key = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z", description="up to 32 small letters, digits or _, the first a letter")
]
Mm = Annotated[float, Meta(ge=0, le=420)]

YES = "yes"
NO = "no"


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A box on a page of an official PDF, in mm from the page's top left corner, that an answer is written into."""

    page: Annotated[int, Meta(ge=1, le=20)] = 1
    x: Mm
    y: Mm
    width: Mm
    height: Annotated[float, Meta(ge=2, le=100)] = 7.0


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of the answers to a field of kind `choice`. `at` is the box to tick on an official PDF."""

    value: Key
    label: Word
    label_en: Word
    at: Spot | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What a resident may have filled in. `ask` is the question, `label` what the form calls it; `sample` shows how an
    answer looks, of a person who does not exist."""

    key: Key
    kind: Kind
    label: Word
    label_en: Word
    ask: Text
    ask_en: Text
    optional: bool = False
    prefill: Prefill | None = None
    max_length: Annotated[int, Meta(ge=1, le=120)] = 40
    choices: Annotated[tuple[Choice, ...], Meta(max_length=8)] = ()
    sample: Annotated[str, Meta(max_length=120)]
    at: Spot | None = None

    def __post_init__(self) -> None:
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError("choices for a field of kind choice, and for no other")
        if len({choice.value for choice in self.choices}) < len(self.choices):
            raise ValueError("choices with a value of their own each")
        if problem := wrong(self, self.sample):
            raise ValueError(f"a sample that could be an answer ({problem})")


class FormFile(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of `form.toml`."""

    number: FormNumber
    title: Word
    title_en: Annotated[str, Meta(pattern=_TEXT, max_length=80, description="up to 80 characters, no { or }")]
    department: Key
    rank: Annotated[int, Meta(ge=1, le=9999)] = 1000
    """Its place before anybody has printed it: 1 is what most residents ask for."""
    purpose: Text
    purpose_en: Text
    notice: Text
    notice_en: Text
    bring: Annotated[tuple[Text, ...], Meta(max_length=8)] = ()
    bring_en: Annotated[tuple[Text, ...], Meta(max_length=8)] = ()
    hand_in: Word
    hand_in_en: Word
    pages: Annotated[int, Meta(ge=1, le=20)]
    mono: bool = True
    sides: Literal["one", "long_edge"] = "one"
    pinyin: Annotated[str, Meta(pattern=r"^[a-z0-9 ]{1,120}\Z", description="small letters, digits and spaces")] = ""
    """The title's syllables with a space between, where the dictionary would read a character wrongly."""
    field: Annotated[tuple[Field, ...], Meta(max_length=24)] = ()

    def __post_init__(self) -> None:
        if len(self.bring) != len(self.bring_en):
            raise ValueError("bring and bring_en with as many lines")
        if len({field.key for field in self.field}) < len(self.field):
            raise ValueError("fields with a key of their own each")
        spots = [spot for field in self.field for spot in (field.at, *(choice.at for choice in field.choices)) if spot]
        if any(spot.page > self.pages for spot in spots):
            raise ValueError(f"places on one of its {self.pages} pages")


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form that can be offered. `spelled` is its title's pinyin, by which it is searched."""

    file: FormFile
    folder: Path
    official: bool
    """Whether it is somebody's PDF, written over, rather than a template of ours."""
    spelled: str = ""

    @property
    def number(self) -> str:
        """What it is called by."""
        return self.file.number

    @property
    def fields(self) -> tuple[Field, ...]:
        """What can be filled in before printing."""
        return self.file.field

    @property
    def title(self) -> Bilingual:
        """What it is called."""
        return Bilingual(self.file.title, self.file.title_en)

    @property
    def purpose(self) -> Bilingual:
        """What it is for."""
        return Bilingual(self.file.purpose, self.file.purpose_en)

    @property
    def notice(self) -> Bilingual:
        """What to know about it."""
        return Bilingual(self.file.notice, self.file.notice_en)

    @property
    def hand_in(self) -> Bilingual:
        """Where it goes."""
        return Bilingual(self.file.hand_in, self.file.hand_in_en)

    @property
    def bring(self) -> tuple[Bilingual, ...]:
        """What to bring along with it."""
        return tuple(map(Bilingual, self.file.bring, self.file.bring_en))


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """Who a form is for; forms are shown by department in the order of `departments.toml`."""

    id: Key
    name: Word
    name_en: Word

    @property
    def title(self) -> Bilingual:
        """What it is called."""
        return Bilingual(self.name, self.name_en)


def wrong(field: Field, answer: str) -> str | None:
    """Why `answer` cannot stand in the field, in a word or two for whoever wrote the form; None when it can."""
    if not answer or len(answer) > field.max_length or not answer.isprintable():
        return "empty, too long, or not to be printed"
    match field.kind:
        case "name" | "id_number" | "phone" | "address" if problem_with(field.kind, answer):
            return f"no {field.kind.replace('_', ' ')}"
        case "date" if not is_date(answer):
            return "no day such as 2026-11-28"
        case "choice" if answer not in {choice.value for choice in field.choices}:
            return "none of the choices"
        case "checkbox" if answer not in (YES, NO):
            return f"neither {YES} nor {NO}"
        case _:
            return None


def is_date(text: str) -> bool:
    """Whether it is a day, `2026-11-28`, of a century that people now alive have to do with."""
    from datetime import date

    if not re.fullmatch(r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
