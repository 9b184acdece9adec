"""What differs between companies, cards and readers."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=60)]
ChipName = Literal["sle4442", "at24c", "cpu"]


class PcscGasCardSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults suit a reader of the ACR38 family. Times in seconds."""

    layout: str = "demo"
    """What is where on the company's cards: the name of an installed layout, see docs/gas-cards.md."""
    chips: Annotated[tuple[ChipName, ...], Meta(min_length=1)] = ("sle4442", "at24c", "cpu")
    """The kinds of card that the company gave out, in the order in which a card is tried."""
    direct: bool = False
    """Whether the reader takes pseudo commands only for itself and not for a card (SCardConnect DIRECT, SCardControl).
    `chips` may not have `cpu` then. The reader's driver in pcscd must allow it."""
    escape_code: Annotated[int, Meta(ge=1, le=65535)] = 1
    """With `direct`: the control code that carries a pseudo command."""
    read_chunk: Annotated[int, Meta(ge=1, le=255)] = 32
    """Bytes that one command reads."""
    write_chunk: Annotated[int, Meta(ge=1, le=128)] = 16
    """Bytes that one command writes, at most."""
    i2c_page: Literal[8, 16, 32, 64] = 8
    """AT24C: what is written at once must not cross a page."""
    i2c_write_s: Annotated[float, Meta(ge=0, le=0.1)] = 0.01
    """AT24C: how long one write takes; the reader does not wait for it."""
    cpu_application: Annotated[str, Meta(pattern=r"^([0-9A-F]{2}){5,16}$")] = "F04D4B4743"
    """CPU cards: the application's name (AID), in hex."""
    cpu_file: Annotated[int, Meta(ge=1, le=30)] = 1
    """CPU cards: the short id of the file with the image."""
    cpu_tries: Annotated[int, Meta(ge=1, le=15)] = 3
    """CPU cards: how many tries a key has when no wrong one was presented."""
    answer_timeout_s: Seconds = 8.0
    """For a card to be read as a whole; then the reader counts as hung."""
    write_timeout_s: Seconds = 15.0
    """For a card to be written and read back. Then nothing more is begun on it, and what became of it is unknown."""
