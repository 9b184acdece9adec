"""Views on which text is typed."""

from kiosk.keyboard.layouts import Kind
from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.view import View


class EnterText(View, frozen=True, kw_only=True):
    """One thing to type, at most `most` characters. Answers the text; an empty one only where it is `optional`.

    `kind` picks the keyboard and what it lets through. `text` stands there already. `problem` says what was wrong with
    the text entered before (see `kiosk.keyboard.checks`), `primary` is the message key of the button. The text is
    somebody's own: it goes into no log and no journal, and is gone with the visit.
    """

    title: Said | Bilingual
    kind: Kind
    most: int = 40
    hint: Said | Bilingual | None = None
    text: str = ""
    problem: Said | None = None
    optional: bool = False
    primary: str = "button.next"
