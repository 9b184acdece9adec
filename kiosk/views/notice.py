"""Views of the service catalogue: what an item needs, and a slip that no order stands behind."""

import msgspec

from kiosk.slips.slip import Slip
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.common import SlipState
from kiosk.views.view import View


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper to bring, how many, and the number of the hall's form for it."""

    name: Bilingual
    original: int
    copies: int
    form: str


class ShowItem(View, frozen=True, kw_only=True):
    """All that an item needs. Answers `"print"`; `"form"` (its own form, here), `"queue"` (a number for its window),
    `"at_home"` or `"on_behalf"` where they are offered; `"more"` where there was no room for these.

    `slip_problem` is a message key that says why no slip can be printed; then `photo_code` is what to photograph.
    """

    code: str
    name: Bilingual
    department: Bilingual
    conditions: tuple[Bilingual, ...]
    papers: tuple[Paper, ...]
    steps: tuple[Bilingual, ...]
    basis: tuple[Bilingual, ...]
    takes: Said
    fee: Bilingual
    window: Bilingual
    phone: str
    complaint_phone: str
    at_home: bool = False
    on_behalf: bool = False
    form: bool = False
    queue: bool = False
    slip_problem: str | None = None
    photo_code: str | None = None


class TakeSlip(View, frozen=True, kw_only=True):
    """A slip comes out: where to take it, and what to do with it. `title` is a message key.

    Answers `"done"` (goodbye), `"another"` (home) or, where `can_print`, `"print"`. `photo_code` is the content of the
    QR code to photograph when no slip came out.
    """

    title: str
    lines: tuple[Said, ...]
    slip: Slip
    slip_state: SlipState
    slip_problem: str | None = None
    can_print: bool = False
    photo_code: str | None = None

    @property
    def idle(self) -> bool:
        """Not while the slip is on its way."""
        return self.slip_state != "printing"
