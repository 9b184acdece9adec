"""`[forms]` of the configuration."""

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from kiosk.resources import HOUSE

HOUSE_FORMS = HOUSE.icons.parent / "forms"


class FormsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[forms]`."""

    folder: Path | None = None
    """The hall's own forms; without it, those that come with the terminal."""
    from_hub: bool = True
    """Whether the hub may give forms, laid over those: one with the same number takes its place."""
    given: Path | None = None
    """Where forms of the hub are laid out; the terminal sets it itself."""
    free_pages: Annotated[int, Meta(ge=1, le=200)] = 10
    """How many pages one visit may print."""
    day_pages: Annotated[int, Meta(ge=0, le=1000)] = 0
    """How many pages one person may print in a day at this terminal, known by an identity card; 0: no such limit, and
    no card is asked for. Without a reader that works the limit of the visit counts alone."""
    most_copies: Annotated[int, Meta(ge=1, le=50)] = 5
    """Of one form at a time."""
    typeset_seconds: Annotated[float, Meta(gt=0, le=120)] = 15.0
    """A form that takes longer to be made is left out, or given up."""
    frequent: Annotated[int, Meta(ge=1, le=24)] = 6
    """How many forms the first page shows, the most printed ones first."""
    withdrawn: tuple[Annotated[str, Meta(min_length=1, max_length=12)], ...] = ()
    """Numbers of forms that are not offered for now."""

    @property
    def own(self) -> Path:
        """The folder of the hall's forms, or that of those which come with the terminal."""
        return self.folder or HOUSE_FORMS

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where forms lie, each laid over those before it."""
        return (self.own, self.given) if self.given is not None else (self.own,)
