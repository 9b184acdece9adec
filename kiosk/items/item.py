"""An item of the service catalogue (事项): everything a resident must know before they come with their papers.

Telling all of it at once is the law (行政许可法 32: 一次性告知); the names follow the provincial catalogues.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.text.bilingual import Bilingual, Words
from kiosk.text.initials import Sought

MOST_ITEMS = 5000

Code = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-Z](?:[0-9A-Z.-]{0,38}[0-9A-Z])?\Z",
        description="up to 40 digits, capital letters, - or .",
    ),
]
Phone = Annotated[
    str,
    Meta(
        pattern=r"^(?:[0-9+][0-9 ()-]{2,30})?\Z",
        description="a telephone number: digits, spaces, (), - and a leading +",
    ),
]
Days = Annotated[int, Meta(ge=0, le=730)]
Sheets = Annotated[int, Meta(ge=0, le=20)]
FormNumber = Annotated[str, Meta(pattern=r"^[0-9A-Z-]{0,8}\Z", description="up to 8 digits, capital letters or -")]
Subject = Literal["natural", "legal"]
QueueLetter = Annotated[str, Meta(pattern=r"^[A-Z]?\Z", description="one capital letter, or nothing")]
FREE = Bilingual("不收费", "Free of charge")


class Material(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A paper to bring: `original` pieces to show or hand in, and `copies` of it."""

    name: Bilingual
    original: Sheets = 0
    copies: Sheets = 0
    form: FormNumber = ""
    """Of the hall's own blank form for it."""


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item. Days are working days; 0 promised is done on the spot, 0 legal: no law sets a limit."""

    code: Code
    name: Bilingual
    department: Bilingual
    subjects: Annotated[tuple[Subject, ...], Meta(min_length=1, max_length=2)]
    conditions: Annotated[tuple[Bilingual, ...], Meta(max_length=20)] = ()
    materials: Annotated[tuple[Material, ...], Meta(max_length=40)] = ()
    steps: Annotated[tuple[Bilingual, ...], Meta(max_length=20)] = ()
    days_legal: Days = 0
    days_promised: Days = 0
    fee: Bilingual = FREE
    basis: Annotated[tuple[Bilingual, ...], Meta(max_length=10)] = ()
    window: Bilingual
    phone: Phone
    complaint_phone: Phone
    keywords: Annotated[tuple[Words, ...], Meta(max_length=20)] = ()
    frequent: Annotated[int, Meta(ge=0, le=99)] = 0
    """Its place among those asked for most, from 1; 0 for the others."""
    handed_down: bool = False
    """Whether a higher office handed it down to the hall."""
    at_home: bool = False
    """Whether staff come to the resident's door for it (上门)."""
    on_behalf: bool = False
    """Whether staff take it to another office for the resident (代办)."""
    queue: QueueLetter = ""
    """The business that one queues for with it, by its letter; nothing where no number is needed."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The numbers of the hall's own forms for it."""
        return tuple(dict.fromkeys(material.form for material in self.materials if material.form))

    def __post_init__(self) -> None:
        """Raises `ValueError` for values that do not go together."""
        wrong = [
            f"{field} has no Chinese words"
            for field in ("name", "department", "window", "fee")
            if not getattr(self, field).zh.strip()
        ]
        if self.days_legal and self.days_promised > self.days_legal:
            wrong.append(f"{self.days_promised} days are promised, more than the {self.days_legal} of the law")
        if not self.phone:
            wrong.append("phone is empty")
        wrong += [
            f"{material.name.zh or 'a material'}: neither an original nor a copy"
            for material in self.materials
            if not material.original and not material.copies
        ]
        if wrong:
            raise ValueError("; ".join(wrong))


class Listed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An item with the spelling it is found by, made when it is imported: at the terminal nothing is looked up."""

    item: Item
    spelled: str
    aliases: tuple[str, ...] = ()
    """The keywords, and their spelling."""

    @property
    def sought(self) -> Sought:
        """What it may be found by."""
        return Sought(
            number=self.item.code,
            name=self.item.name.zh,
            english=self.item.name.en,
            spelled=self.spelled,
            aliases=self.aliases,
        )
