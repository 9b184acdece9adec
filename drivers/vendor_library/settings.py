"""What differs between banks' libraries, and how long to wait for them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from drivers.vendor_library import wire

Seconds = Annotated[float, Meta(gt=0, le=3600)]
Width = Annotated[int, Meta(ge=0, le=200)]
Name = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}\Z", description="a name in C")]
Id = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,8}\Z", description="up to 8 digits or letters")]


class VendorLibrarySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times in seconds. Widths in bytes, in the order of the fields."""

    function: Name = "bankall"
    """Of the library: `int function(const char *request, char *answer)`."""
    pos: Id = "00000001"
    """The machine's number, as the bank gave it."""
    operator: Id = "01"
    request: dict[str, Width] = msgspec.field(default_factory=lambda: dict(wire.REQUEST))
    """Widths: 8, 8, 2, 12, 8, 12, 6 and 3. All of these fields, in this order."""
    answer: dict[str, Width] = msgspec.field(default_factory=lambda: dict(wire.ANSWER))
    """Widths: 2, 4, 20, 6, 12, 40, 15, 8, 6, 4, 6, 12, 6, 4 and 3."""
    returns_ok: tuple[int, ...] = (0,)
    """What the function returns where its answer counts."""
    returns_never_sent: tuple[int, ...] = ()
    """What it returns where the vendor warrants that nothing was asked of the bank."""
    last_names_sale: bool = True
    """Whether its last transaction, asked for again, counts as proof that a sale was made. Never that one was not."""
    load_seconds: Seconds = 10.0
    call_seconds: Seconds = 300.0
    """For one call. A library that has not come back by then is ended."""
    answer_seconds: Seconds = 180.0
    """After a request whose answer was lost the card terminal may still be at it for so long."""

    def __post_init__(self) -> None:
        for name, table in (("request", wire.REQUEST), ("answer", wire.ANSWER)):
            if list(getattr(self, name)) != list(table):
                raise ValueError(f"{name}: these fields in this order: {', '.join(table)}")
