"""Order numbers: terminal, two characters of the ledger, a durable counter and a check character.

No clock, and never the same again after a rollback: a ledger that was set aside takes its two characters with it.
"""

import re
import secrets
from collections.abc import Collection

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
COUNTER_MOST = 999_999
_TERMINAL = re.compile(r"[0-9A-Z]{1,5}")


def check_terminal(terminal: str) -> None:
    """Raises `ValueError` unless `terminal` is one to five of `0-9A-Z`, so that an order number has at most 14."""
    if not _TERMINAL.fullmatch(terminal):
        raise ValueError(f"terminal {terminal!r} is not one to five of 0-9 and A-Z")


def new_ledger_id(used: Collection[str]) -> str:
    """A random name for a ledger, 20 of `0-9A-Z`, whose first two differ from those of all `used` ones."""
    taken = {name[:2] for name in used}
    free = [first + second for first in ALPHABET for second in ALPHABET if first + second not in taken]
    if not free:
        raise RuntimeError("every two-character part of a ledger's name is used in this folder")
    return secrets.choice(free) + "".join(secrets.choice(ALPHABET) for _ in range(18))


def order_number(terminal: str, ledger_id: str, count: int) -> str:
    """`T07K20004186`: the `count`th order of a ledger. Raises `OverflowError` past the last one."""
    if not 0 < count <= COUNTER_MOST:
        raise OverflowError(f"order {count} does not fit six digits")
    stem = f"{terminal}{ledger_id[:2]}{count:06d}"
    return stem + check_character(stem)


def check_character(stem: str) -> str:
    """ISO/IEC 7064 MOD 37,36 over `0-9A-Z`: finds every single wrong character and nearly every swap."""
    product = 36
    for character in stem:
        total = (product + ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return ALPHABET[(37 - product) % 36]
