"""Views of rating a service."""

from kiosk.views.view import View


class RateService(View, frozen=True, kw_only=True):
    """How was it? Answers a grade, `"5"` (very satisfied) to `"1"`, or `"skip"`.

    `service` is the message key of what was done.
    """

    service: str


class WhatWasWrong(View, frozen=True, kw_only=True):
    """What was not good? Answers the chosen `reasons` joined by commas, or nothing. The words of each are
    `reason_not_good.<reason>`."""

    reasons: tuple[str, ...]
