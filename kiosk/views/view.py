"""What every view is, and the page around it."""

from typing import Literal, Protocol

import msgspec

Language = Literal["zh_CN", "en"]
LANGUAGES: tuple[Language, ...] = ("zh_CN", "en")


class View(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all views. `idle` says whether the idle time-out runs while it is shown: never while money, a card
    or paper is in motion."""

    @property
    def idle(self) -> bool:
        """See the class."""
        return True


class Modes(msgspec.Struct, frozen=True):
    """Access modes, kept for the visit."""

    large: bool = False
    contrast: bool = False


class Position(msgspec.Struct, frozen=True):
    """Where the resident is in the journey: "2 of 4 · Check the bill". `name` is a message key."""

    step: int
    of: int
    name: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A view on its way to the screen.

    `number` grows with each new page: an answer that names another page is dropped, so a second tap never does a
    second thing. The same number again means the same page in another language or mode. `previous` is the answer
    given the last time this view was asked, after Back.
    """

    number: int
    view: View
    direction: Literal["forward", "back", "none"] = "forward"
    position: Position | None = None
    can_go_back: bool = False
    can_go_home: bool = False
    language: Language = "zh_CN"
    modes: Modes = Modes()
    previous: str | None = None


class StillHere(msgspec.Struct, frozen=True):
    """The question over the page before a visit is wiped: a ring of `seconds` and one button."""

    seconds: int


class Answered(msgspec.Struct, frozen=True):
    """The resident answered page `number`; `value` is what the screen's `answered(var)` carried."""

    number: int
    value: str


class WentBack(msgspec.Struct, frozen=True):
    """Back was pressed on page `number`."""

    number: int


class WentHome(msgspec.Struct, frozen=True):
    """Home was pressed on page `number`."""

    number: int


class Touched(msgspec.Struct, frozen=True):
    """The resident touched the screen anywhere: the idle time starts again."""


class ChoseLanguage(msgspec.Struct, frozen=True):
    """The language button was pressed."""

    language: Language


class ChoseModes(msgspec.Struct, frozen=True):
    """A mode button was pressed."""

    modes: Modes


class CalledStaff(msgspec.Struct, frozen=True):
    """The staff button was pressed."""


Input = Answered | WentBack | WentHome | Touched | ChoseLanguage | ChoseModes | CalledStaff


class Stage(Protocol):
    """The side that paints. Both methods return at once and may be called from the engine's thread."""

    def show(self, page: Page) -> None:
        """Put a page on the screen."""

    def ask_still_here(self, question: StillHere | None) -> None:
        """Lay the question over the page, or take it away."""
