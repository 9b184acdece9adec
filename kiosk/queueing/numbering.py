"""Which number is next: the terminals of a hall share the numbers out among themselves beforehand, so that no two of
them ever give the same one, though they know nothing of each other."""

import re
from typing import NamedTuple

SHARE = r"^([1-9]|1[0-9])/([1-9]|1[0-9])\Z"


class Share(NamedTuple):
    """The numbers of one terminal: the `n`th of every `of`. Terminal 2 of 2 gives 2, 4, 6 …"""

    n: int = 1
    of: int = 1

    def after(self, last: int) -> int:
        """The first number of this share that is greater than `last`."""
        return last + 1 + (self.n - last - 1) % self.of


def share_of(text: str) -> Share:
    """`"2/3"` as a share. Raises `ValueError`."""
    if re.match(SHARE, text):
        n, of = (int(part) for part in text.split("/"))
        if n <= of:
            return Share(n, of)
    raise ValueError('share must be like "1/1" or "2/3": which of how many terminals this one is')
