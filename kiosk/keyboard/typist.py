"""What is being typed: the text, the letters that are not words yet, and what they may become.

One `Typist` for one question on the screen. It remembers nothing of what was chosen and is thrown away with the page.
"""

import msgspec

from kiosk.keyboard.candidates import Candidate, Composer, Favored
from kiosk.keyboard.groups import grouped, place_in_groups, place_in_text
from kiosk.keyboard.layouts import (
    CLEAR,
    DELETE,
    LAYERS,
    MARKS,
    PART,
    SHIFT,
    SPACE,
    Kind,
    Layer,
    Layout,
    first_layer,
    layout,
)
from kiosk.keyboard.names import GIVEN, SURNAMES
from kiosk.keyboard.reading import PAD, Reading
from kiosk.keyboard.table import Table

BAR = 12
"""Candidates given for the bar; it shows as many as it has room for."""
SIDES = 4
"""Places beside the nine keys."""
LETTERS = 40
"""The most letters that wait to become words."""
DIGITS = frozenset("0123456789")
AGAIN = "…"
"""Stands at the side where there are more choices than places."""


class Shape(msgspec.Struct, frozen=True):
    """How the screen lays out all candidates: a grid, and how many characters a cell takes."""

    columns: int = 6
    rows: int = 3
    cell: int = 2


class Cell(msgspec.Struct, frozen=True):
    """A candidate in the grid: where it begins, and how many cells wide it is; `pick-INDEX` chooses it."""

    text: str
    index: int
    row: int
    column: int
    span: int


class Typed(msgspec.Struct, frozen=True):
    """Everything the screen shows of it."""

    layer: Layer
    layout: Layout
    shift: bool
    text: str
    """Without the letters that wait."""
    before: str
    """What of it stands before the caret, and `after` behind: as shown, numbers in groups."""
    composing: str
    after: str
    candidates: tuple[str, ...]
    more: bool
    cells: tuple[Cell, ...]
    """Of the open page; none where the grid is closed."""
    page: int
    pages: int
    sides: tuple[str, ...]
    left: int
    """Characters that there is still room for."""
    full: bool
    """Whether the last key found no room."""


class Typist:
    """See the module."""

    def __init__(
        self, table: Table, kind: Kind, *, most: int, wide: bool = True, language: str = "zh_CN", text: str = ""
    ) -> None:
        """`most` is how many characters the answer may have; `text` stands there already."""
        self._composer = Composer(table)
        self._kind = kind
        self._most = most
        self._wide = wide
        self._layer = first_layer(kind, language)
        self._text = "".join(one for one in text if self._allowed(one))[:most]
        self._caret = len(self._text)
        self._shift = False
        self._capital()
        self._letters = ""
        self._reading: Reading | None = None
        self._candidates: list[Candidate] = []
        self._choices_from = 0
        self._shape = Shape()
        self._page: int | None = None
        self._full = False

    @property
    def text(self) -> str:
        """The text, without letters that are still waiting."""
        return self._text

    def fit(self, shape: Shape, *, wide: bool) -> None:
        """The screen's measures changed."""
        self._shape = shape
        self._wide = wide
        if self._page is not None:
            self._page = 0
        if wide and any(letter in PAD for letter in self._letters):
            self._spell("")

    def press(self, name: str) -> None:
        """A key of the layout, `pick-INDEX` of the candidates, `caret-PLACE` in the text, or one of `more`, `less`,
        `page-up`, `page-down`. What there is not does nothing."""
        self._full = False
        verb, _, rest = name.partition("-")
        number = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 10 else -1
        match verb:
            case "pick" if number >= 0:
                self._pick(number)
            case "side" if number >= 0:
                self._side(number)
            case "caret" if number >= 0:
                self._spell("")
                self._caret = place_in_text(self._kind, self._text, number)
            case "more" | "less":
                self._page = 0 if verb == "more" and self._candidates else None
            case "page" if self._page is not None:
                self._page = max(0, min(self._page + (1 if rest == "down" else -1), len(self._pages()) - 1))
            case _:
                if any(key.name == name for key in self._layout.keys):
                    self._key(name)

    def typed(self) -> Typed:
        """What the screen shows now."""
        pages = self._pages() if self._page is not None else []
        shown, caret = grouped(self._kind, self._text), place_in_groups(self._kind, self._text, self._caret)
        return Typed(
            layer=self._layer,
            layout=self._layout,
            shift=self._shift,
            text=self._text,
            before=shown[:caret],
            composing=self._spelled(),
            after=shown[caret:],
            candidates=tuple(candidate.text for candidate in self._candidates[:BAR]),
            more=len(self._candidates) > 1,
            cells=pages[self._page] if self._page is not None and pages else (),
            page=self._page or 0,
            pages=len(pages),
            sides=self._sides(),
            left=self._most - len(self._text),
            full=self._full,
        )

    @property
    def _layout(self) -> Layout:
        return layout(self._kind, self._layer, wide=self._wide)

    def _key(self, name: str) -> None:
        if name == DELETE:
            self._delete()
        elif name == CLEAR:
            self._clear()
        elif name == SHIFT:
            self._shift = not self._shift
        elif name == PART:
            if self._letters and not self._letters.endswith("'"):
                self._spell(f"{self._letters}'")
        elif name in LAYERS:
            self._settle()
            self._layer = next(layer for layer in LAYERS if layer == name)
            self._capital()
        elif name == SPACE:
            if not self._settle() and self._text[: self._caret][-1:] not in ("", " "):
                self._insert(" ")
        elif self._layer == "pinyin" and name.isascii() and name.isalnum():
            self._spell(self._letters + name)
        else:
            self._settle()
            self._insert(name.upper() if self._shift else name)

    def _insert(self, text: str) -> bool:
        """Put it at the caret, if all of it has room and may stand there."""
        if not all(self._allowed(one) for one in text):
            return False
        if len(self._text) + len(text) > self._most:
            self._full = True
            return False
        self._text = self._text[: self._caret] + text + self._text[self._caret :]
        self._caret += len(text)
        self._capital()
        return True

    def _allowed(self, one: str) -> bool:
        match self._kind:
            case "phone":
                return one in DIGITS
            case "id_number":
                return one in DIGITS or one == "X"
            case _:
                return one.isprintable()

    def _delete(self) -> None:
        if self._letters:
            self._spell(self._letters[:-1])
        elif self._caret > 0:
            self._text = self._text[: self._caret - 1] + self._text[self._caret :]
            self._caret -= 1
            self._capital()

    def _clear(self) -> None:
        if self._letters:
            self._spell("")
        else:
            self._text = ""
            self._caret = 0
            self._capital()

    def _capital(self) -> None:
        """A name written in letters begins with a capital."""
        begins = self._text[: self._caret][-1:] in ("", " ", "·", "-", "'")
        self._shift = self._kind == "name" and self._layer == "latin" and begins

    def _spell(self, letters: str) -> None:
        if len(letters) > LETTERS:
            self._full = True
            return
        self._letters = letters
        self._choices_from = 0
        self._reading = self._composer.read(letters) if letters else None
        self._candidates = self._composer.candidates(self._reading, self._favored()) if self._reading else []
        if self._page is not None:
            self._page = 0 if self._candidates else None

    def _favored(self) -> Favored | None:
        """In a name the family's comes first."""
        if self._kind != "name":
            return None
        return Favored(first=GIVEN if self._caret else SURNAMES, later=GIVEN)

    def _settle(self) -> bool:
        """Turn waiting letters into the likeliest words; whether there were any."""
        if not self._letters:
            return False
        while self._candidates and self._pick(0):
            pass
        self._spell("")
        return True

    def _pick(self, index: int) -> bool:
        if index >= len(self._candidates) or self._reading is None:
            return False
        chosen = self._candidates[index]
        if not self._insert(chosen.text):
            return False
        self._spell(self._letters[self._reading.skip(chosen.cuts[-1]) :])
        return True

    def _side(self, number: int) -> None:
        sides = self._sides()
        if number >= len(sides) or sides[number] == "":
            return
        if not self._letters:
            self._insert(sides[number])
        elif sides[number] == AGAIN:
            self._choices_from += SIDES - 1
            if self._choices_from >= len(self._choices()):
                self._choices_from = 0
        else:
            begin, end, syllable = self._choices()[self._choices_from + number]
            known = syllable if syllable.endswith("*") else f"{syllable}'"
            self._spell(self._letters[:begin] + known.removesuffix("*") + self._letters[end:])

    def _choices(self) -> list[tuple[int, int, str]]:
        """What the first syllable that is not certain may be, and where it stands."""
        ambiguous = next((place for place, letter in enumerate(self._letters) if letter in PAD), None)
        if ambiguous is None or self._reading is None:
            return []
        begin = self._letters.rfind("'", 0, ambiguous) + 1
        return [(step.start, step.end, step.piece[0]) for step in self._composer.choices(self._reading, begin)]

    def _sides(self) -> tuple[str, ...]:
        if self._wide or self._layer != "pinyin":
            return ()
        if not self._letters:
            return (*MARKS[self._kind], "、", "（")[:SIDES] if self._kind != "name" else MARKS["name"]
        choices = [syllable.removesuffix("*") for _, _, syllable in self._choices()]
        if len(choices) <= SIDES:
            return tuple(choices)
        shown = choices[self._choices_from : self._choices_from + SIDES - 1]
        return (*shown, *[""] * (SIDES - 1 - len(shown)), AGAIN)

    def _spelled(self) -> str:
        """The waiting letters, cut as the first candidate has them; keys of the nine as the letters they stand for."""
        if self._reading is None or not self._candidates:
            return self._letters
        pieces, start = [], self._reading.skip(0)
        first = self._candidates[0]
        for cut, syllable in zip(first.cuts, first.syllables, strict=True):
            piece = self._letters[start:cut]
            certain = not any(letter in PAD for letter in piece)
            shown = piece if certain else syllable[: cut - start]
            pieces.append(shown.replace("v", "ü"))
            start = self._reading.skip(cut)
        rest = self._letters[start:]
        ending = "'" if not rest and self._letters.endswith("'") else ""
        return "'".join([*pieces, rest] if rest else pieces) + ending

    def _pages(self) -> list[tuple[Cell, ...]]:
        """All candidates laid out: as many rows a page as there are, no cell cut at a row's end."""
        pages: list[tuple[Cell, ...]] = []
        cells: list[Cell] = []
        row, column = 0, 0
        for index, candidate in enumerate(self._candidates):
            span = min(self._shape.columns, -(-len(candidate.text) // self._shape.cell))
            if column + span > self._shape.columns:
                row, column = row + 1, 0
            if row == self._shape.rows:
                pages.append(tuple(cells))
                cells, row = [], 0
            cells.append(Cell(candidate.text, index, row, column, span))
            column += span
        return [*pages, tuple(cells)] if cells else pages
