"""Views of rating a service."""

from kiosk.text.bilingual import Bilingual
from kiosk.text.catalogue import Said
from kiosk.views.view import View


class EnterTicket(View, frozen=True, kw_only=True):
    """The number on a queue ticket. Answers one of `letters` and three or four digits: `"A005"`.

    `problem` is a message key: why the number before was not taken. `can_scan`: whether the ticket's code may be shown
    instead.
    """

    letters: tuple[str, ...]
    can_scan: bool = False
    problem: str | None = None


class RateService(View, frozen=True, kw_only=True):
    """How was it? Answers a grade, `"5"` (very satisfied) to `"1"`, or `"skip"`. `service` is what was done."""

    service: Said | Bilingual


class WhatWasWrong(View, frozen=True, kw_only=True):
    """What was not good? Answers the chosen `reasons` joined by commas, or nothing. The words of each are
    `reason_not_good.<reason>`."""

    reasons: tuple[str, ...]
