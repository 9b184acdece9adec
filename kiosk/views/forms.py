"""Views of printing a form: its pages, its questions, its way to paper."""

from typing import Literal

import msgspec

from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.common import SlipState
from kiosk.views.picture import Picture
from kiosk.views.view import View


class ShowForm(View, frozen=True, kw_only=True):
    """Is this the one, and on how many sheets? The pages as they will be printed.

    Answers `print-COPIES`, or `fill` where it `can_fill`. `most_copies` is 0 where this visit has no pages left.
    """

    number: str
    title: Bilingual
    purpose: Bilingual
    notice: Bilingual
    pages: tuple[Picture, ...]
    filled: bool
    can_fill: bool
    most_copies: int
    pages_left: int


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to touch."""

    value: str
    title: Bilingual | Said


class ChooseOption(View, frozen=True, kw_only=True):
    """One question with few answers. Answers an option's `value`, or `skip` where it may be left out."""

    title: Bilingual
    options: tuple[Option, ...]
    place: Said
    optional: bool = False


class EnterDate(View, frozen=True, kw_only=True):
    """A day by keypad. Answers eight digits (`20261128`), or `skip` where it may be left out. `problem` is a message
    key about the day entered before."""

    title: Bilingual
    place: Said
    optional: bool = False
    problem: str | None = None


class PrintingForm(View, frozen=True, kw_only=True):
    """A form on its way to paper. `came` of `sheets` have come out (`came` is -1 where the printer does not tell);
    `held` is a message key that says why it does not go on. Answers `cancel`."""

    title: Bilingual
    sheets: int
    came: int = -1
    held: str | None = None
    cancelling: bool = False

    @property
    def idle(self) -> bool:
        """Paper is in motion."""
        return False


class FormOutcome(View, frozen=True, kw_only=True):
    """What became of it, where the sheets are, and what to do with them. Answers `done`, `another` (home) or, where it
    `can_repeat`, `again`.

    `came` sheets came out (-1: nobody counted). `problem` says why it was not printed; `bring` what to bring along.
    """

    ending: Literal["printed", "not_printed", "unknown"]
    title: Bilingual
    sheets: int
    came: int
    problem: str | None = None
    hand_in: Bilingual = Bilingual("")
    bring: tuple[Bilingual, ...] = ()
    can_repeat: bool = False
    slip_state: SlipState = "none"

    @property
    def idle(self) -> bool:
        """Not while the slip is on its way."""
        return self.slip_state != "printing"
