"""Views of a request: what is kept of the resident and why, and what was entered."""

from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.view import View


class Consent(View, frozen=True, kw_only=True):
    """What will be kept, why and how long. Nothing is agreed beforehand. Answers `"agreed"` once the box is marked.

    `title` and `agree` are message keys; `points` say it in few words.
    """

    title: str
    points: tuple[Said, ...]
    agree: str


class ConfirmRequest(View, frozen=True, kw_only=True):
    """Is everything right? Answers `"send"`. Name, telephone and address are masked; `when` may be empty."""

    title: str
    item: Bilingual
    name: str
    phone: str
    address: str
    when: Bilingual
