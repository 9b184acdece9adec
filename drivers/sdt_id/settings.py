"""How long a reader of identity cards is waited for, and what differs between such readers."""

from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=60)]


class SdtIdSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Times in seconds, for the answer to begin and end; the time that its bytes take on the wire comes on top."""

    open_timeout_s: Seconds = 3.0
    write_timeout_s: Seconds = 2.0
    status_timeout_s: Seconds = 0.5
    """For the state and the identity of the reader's security module."""
    find_timeout_s: Seconds = 1.0
    """For finding a card, and for selecting it."""
    read_timeout_s: Seconds = 2.0
    poll_s: Annotated[float, Meta(gt=0, le=5)] = 0.4
    """Between two looks for a card."""
    tries: Annotated[int, Meta(ge=1, le=10)] = 3
    """How often a question is sent that was not answered, or not as one."""
    reset: bool = False
    """Whether the security module is reset when the reader is connected; it gets a second for that."""
    reset_timeout_s: Seconds = 1.0
    presence: bool = False
    """Whether the reader can be asked if a card that has been read still lies there (by reading its newest address).
    Then the screen asks for it to be lifted. Try it out: not every reader answers that truly."""
    photo_decoder: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=400)], ...], Meta(max_length=16)] = ()
    """A program, with its arguments, that turns a photo (WLT, on its standard input) into a picture file (BMP, PNG or
    JPEG, on its standard output). Without one there is no picture; nothing depends on that."""
    photo_timeout_s: Seconds = 3.0
