"""Long numbers as people read them: 138 0013 8000, 110105 19491231 002X. The blanks are shown and never answered."""

from collections.abc import Iterator
from itertools import accumulate

from kiosk.keyboard.layouts import Kind


def grouped(kind: Kind, text: str) -> str:
    """`text` with a blank between its groups."""
    ends = [*_breaks(kind, text), len(text)]
    return " ".join(text[begin:end] for begin, end in zip([0, *ends], ends, strict=False))


def place_in_groups(kind: Kind, text: str, place: int) -> int:
    """Where `place` in the text is in its groups; at a break, behind the blank."""
    return place + sum(1 for end in _breaks(kind, text) if end <= place)


def place_in_text(kind: Kind, text: str, place: int) -> int:
    """Where `place` in the groups is in the text."""
    blanks = sum(1 for number, end in enumerate(_breaks(kind, text)) if end + number < place)
    return min(place - blanks, len(text))


def _breaks(kind: Kind, text: str) -> Iterator[int]:
    """Before which characters a new group begins."""
    yield from (end for end in accumulate(_sizes(kind, text)) if end < len(text))


def _sizes(kind: Kind, text: str) -> tuple[int, ...]:
    match kind:
        case "id_number":
            return 6, 8, 4
        case "phone" if text.startswith("0") and not text.startswith(("01", "02")):
            return 4, 4, 4  # an area code of four digits
        case "phone":
            return 3, 4, 4
        case _:
            return ()
