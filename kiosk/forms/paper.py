"""The paper that forms are printed on."""

from kiosk.forms.wire import CannotError

A4_MM = (210.0, 297.0)
WITHIN_MM = 1.0
POINT_MM = 25.4 / 72
MOST_PAGES = 20


def is_a4(width: float, height: float) -> bool:
    """Whether a page of so many mm is A4, upright or across."""
    sides = sorted((width, height))
    return all(abs(side - wanted) <= WITHIN_MM for side, wanted in zip(sides, A4_MM, strict=True))


def refuse_too_many(pages: int) -> None:
    """Raises `CannotError` for more pages than any form has."""
    if pages > MOST_PAGES:
        raise CannotError(f"it has {pages} pages, not at most {MOST_PAGES}")
