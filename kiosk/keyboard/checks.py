"""Whether what was typed can be what was asked for. Says nothing about whether it is true."""

import re
from datetime import date

from kiosk.keyboard.layouts import Kind
from kiosk.text.catalogue import Said

PHONE = re.compile(r"1[3-9]\d{9}|0\d{9,11}|[48]00\d{7}")
"""A mobile number, a landline with its area code, a service line."""
ID_DIGITS = 18
ID_CHECK = "10X98765432"
"""GB 11643: the last character, by the weighted sum of those before it modulo 11."""
NAME = re.compile(r"[^\W\d_]+(?:[ ·'’.-]+[^\W\d_]+)*\.?")
"""Letters or characters, and what joins the parts of a name."""


def problem_with(kind: Kind, text: str) -> Said | None:
    """What the screen says about `text`, or None when it may be right."""
    match kind:
        case "phone" if not PHONE.fullmatch(text):
            return Said("problem.phone")
        case "id_number" if len(text) != ID_DIGITS:
            return Said("problem.id_number.length", words={"typed": str(len(text))})
        case "id_number" if not _id_number(text):
            return Said("problem.id_number")
        case "name" if not NAME.fullmatch(text):
            return Said("problem.name")
        case _:
            return None


def _id_number(text: str) -> bool:
    """GB 11643: a place, a day of birth, a serial number and a check character."""
    if not re.fullmatch(r"[1-9]\d{16}[\dX]", text, re.ASCII):
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    weighted = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(text[:17]))
    return born.year >= 1900 and text[17] == ID_CHECK[weighted % 11]
