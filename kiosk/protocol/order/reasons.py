"""What a driver's own words for a reason come to, for staff who do not read them: a handful of kinds. Pure.

Drivers say in English what exactly happened, for whoever mends it; a plug-in may say anything. Of what is not known
here only that is said.
"""

import re

OTHER = "other"
"""A reason of no kind that is known."""
_CANNOT_TELL = (
    r"last sale|last transaction|names? no|knows (of )?no|another terminal|no such|cannot say|proves nothing"
    r"|RESOURCE_NOT_EXISTS|numbers are not known|reversed no more"
)
_KINDS: tuple[tuple[str, str], ...] = (
    ("defect", r"the driver failed"),
    ("merchant_account", r"NOT_ENOUGH"),
    ("refund_abnormal", r"^ABNORMAL$"),
    ("under_way", r"^PROCESSING$|not done yet|may still be|too early to tell"),
    ("cannot_tell", _CANNOT_TELL),
    ("no_reply", r"no answer|^lost$|was lost|did not come|in time\b|within the limit"),
    ("no_connection", r"connect|no route|no address|not open|^offline$|is not there|keys cannot be read|the library"),
    (
        "not_believed",
        r"not trusted|cannot be read|damaged|about another|another request|too long|longer than|another volume|no code",
    ),
    ("by_other_hands", r"by other hands"),
    ("card_not_read", r"no two readings|read back"),
    ("said_no", r"\bcode\b|HTTP \d|answer|SYSTEM_ERROR|busy|refused|reverse|closes no|not give"),
)
"""The first that fits."""


def reason_kind(why: str) -> str:
    """Of words that no key stands for."""
    return next((kind for kind, words in _KINDS if re.search(words, why)), OTHER)
