"""A service of the terminal: what its tile shows, what it needs, and the conversation itself.

Built-ins and outsiders register a `Journey` in the entry-point group `kiosk.journeys`. Home shows those that the
configuration enables, in its order.
"""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from kiosk.devices.device import Role
from kiosk.services import Services
from kiosk.text.catalogue import Said
from kiosk.visit import Visit

End = Literal["home", "goodbye"]


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """The tile's words and drawing go by `name`: messages `journey.NAME.title` and `.subtitle`, icon `NAME`.

    `needs` are the roles without which a configuration may not enable it. `paused` tells, as a message key, why the
    service cannot work now (None: it can). `run` is the conversation; it returns where the resident goes next. `note`
    says on the tile, in place of the subtitle, what is worth knowing just now.
    """

    name: str
    needs: tuple[Role, ...] = ()
    paused: Callable[[Services], str | None]
    run: Callable[[Visit, Services], Awaitable[End]]
    note: Callable[[Services], Said | None] = lambda _: None
