"""A printer's words for its state (RFC 8011 and PWG 5100.9), as ours."""

from collections.abc import Iterable

import msgspec

from kiosk.devices.health import Reason, Warning_

_SEVERITIES = ("-error", "-warning", "-report")

_REASONS: dict[str, Reason] = {
    "media-empty": "sheets_out",
    "media-needed": "sheets_out",
    "media-jam": "sheet_jammed",
    "input-tray-missing": "tray_missing",
    "cover-open": "door_open",
    "door-open": "door_open",
    "interlock-open": "door_open",
    "marker-supply-empty": "toner_out",
    "toner-empty": "toner_out",
    "marker-waste-full": "toner_out",
    "developer-empty": "toner_out",
    "opc-life-over": "toner_out",
    "output-area-full": "output_full",
    "output-tray-missing": "output_full",
    "fuser-over-temp": "printer_error",
    "paused": "printer_error",
    "other": "printer_error",
}
_ONLY_AS_ERRORS = ("other",)
_WARNINGS: dict[str, Warning_] = {
    "media-low": "sheets_low",
    "toner-low": "toner_low",
    "marker-supply-low": "toner_low",
    "marker-waste-almost-full": "toner_low",
    "output-area-almost-full": "output_nearly_full",
}
_UNREACHABLE = ("connecting-to-device", "offline", "shutdown", "timed-out")


class Said(msgspec.Struct, frozen=True):
    """What the words amount to."""

    reasons: tuple[Reason, ...] = ()
    warnings: tuple[Warning_, ...] = ()
    unreachable: bool = False
    """A queue says so of its printer; stale words stay beside it."""


def understand(words: Iterable[str], ignored: Iterable[str] = ()) -> Said:
    """`printer-state-reasons`, without what is `ignored` (with its severity, or without it).

    The severity decides little: a printer that stands still for want of paper may call that a warning, and an idle
    one with empty trays a mere report.
    """
    skip = set(ignored)
    reasons: dict[Reason, None] = {}
    warnings: dict[Warning_, None] = {}
    unreachable = False
    for word in words:
        bare, severity = _split(word)
        if word in skip or bare in skip:
            continue
        unreachable = unreachable or bare in _UNREACHABLE
        if bare in _REASONS and (severity == "-error" or bare not in _ONLY_AS_ERRORS):
            reasons[_REASONS[bare]] = None
        elif bare in _WARNINGS:
            warnings[_WARNINGS[bare]] = None
    return Said(tuple(reasons), tuple(warnings), unreachable)


def _split(word: str) -> tuple[str, str]:
    for severity in _SEVERITIES:
        if word.endswith(severity):
            return word.removesuffix(severity), severity
    return word, ""
