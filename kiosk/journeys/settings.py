"""Settings of single services."""

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class SmartMeterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[smart_meter]`."""

    amounts_yuan: Annotated[tuple[Annotated[int, Meta(ge=1, le=100_000)], ...], Meta(max_length=6)] = (
        50,
        100,
        200,
        500,
    )
    """The amounts to touch; those that the gas company does not take at once are left out."""
    entry: Literal["yuan", "fen"] = "yuan"
    """Whether any other amount is entered in whole yuan, or to the fen."""


class IdCardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[id_card]`."""

    wait_seconds: Annotated[float, Meta(ge=10, le=300)] = 45.0
    """How long a resident may take to lay an identity card on the reader; twice as long in assisted modes."""


class GasCardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[gas_card]`."""

    volumes_m3: Annotated[tuple[Annotated[int, Meta(ge=1, le=100_000)], ...], Meta(min_length=1, max_length=4)] = (
        10,
        20,
        50,
        100,
    )
    """The volumes to touch, in m³; those that the gas company does not sell at once are left out."""
    amounts_yuan: Annotated[tuple[Annotated[int, Meta(ge=1, le=100_000)], ...], Meta(max_length=2)] = (50, 100)
    """The amounts of money to touch: as much gas as they buy."""
    wait_seconds: Annotated[float, Meta(gt=0, le=600)] = 90.0
    """How long the terminal waits for a card that it still has to write, before it says that it is not finished."""


class ScanningSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[scanning]`: what codes say that residents hold under the scanner."""

    account: Annotated[str, Meta(min_length=1, max_length=200)] = "([0-9]+)"
    """A regular expression for the whole code on a gas bill; its first group is the account. A code that does not
    match, or whose account has another length than the company's, is passed over."""

    def __post_init__(self) -> None:
        try:
            groups = re.compile(self.account).groups
        except re.error as error:
            raise ValueError(f"'account' is no regular expression: {error}") from None
        if groups < 1:
            raise ValueError("'account' needs a group: what stands in brackets is the account")


class RatingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[rating]`."""

    after_each: bool = True
    """Whether the terminal asks how it was after each service that was finished."""
    call_back: bool = True
    """Whether who gave one of the last two grades may leave a telephone number."""
    url: Annotated[
        str,
        Meta(pattern=r"^(https?://[^\s{}]+\{number\}[^\s{}]*)?\Z", description="a URL with {number} in it, or nothing"),
    ] = ""
    """What the code on a slip opens, so that the service can be rated from a telephone; `{number}` stands for the
    order's number, or the id of a ticket or a print. When left out, a receipt's code holds the number alone."""
    phone_days: Annotated[int, Meta(ge=1, le=366)] = 60
    """How long such a number is kept, in days."""


MOST_HOLIDAYS = 31
"""Days of one: what is longer has a wrong month or year."""
_DAY = r"20[0-9]{2}-[0-9]{2}-[0-9]{2}"
Holiday = Annotated[
    str,
    Meta(
        pattern=rf"^{_DAY}(\.\.{_DAY})?\Z",
        description='a day, as in "2027-01-01", or days, as in "2026-10-01..2026-10-07"',
    ),
]


class NoticeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[notice]`."""

    catalogue: Path = Path("var/items.json")
    """What `kiosk catalogue import` writes and residents look through."""
    link: Annotated[
        str,
        Meta(
            pattern=r"^(?:https?://[!-~]*\{code\}[!-~]*)?\Z",
            max_length=200,
            description="a web address with {code} in it, or nothing",
        ),
    ] = ""
    """What the QR code on screen and slip leads to; without it the code holds the item's number."""
    request_days: Annotated[int, Meta(ge=1, le=366)] = 60
    """How long name, telephone and address of a request are kept, in days."""
    wish_days: Annotated[int, Meta(ge=1, le=5)] = 3
    """Between how many working days a resident may choose for a visit at home."""
    holidays: Annotated[tuple[Holiday, ...], Meta(max_length=64)] = ()
    """Days on which nobody comes beside Saturdays and Sundays, or the first and the last of some."""

    def __post_init__(self) -> None:
        for each in self.holidays:
            first, last = span(each)
            if last < first or (last - first).days >= MOST_HOLIDAYS:
                raise ValueError(f"holidays of at most {MOST_HOLIDAYS} days that end after they begin")

    def is_holiday(self, day: date) -> bool:
        """Whether it was published as one."""
        return any(first <= day <= last for first, last in map(span, self.holidays))


def span(holiday: str) -> tuple[date, date]:
    """The first and the last day of a holiday. Raises `ValueError` for a day that no calendar has."""
    first, _, last = holiday.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)
