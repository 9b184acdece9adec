"""Whose the invented households are: the company's own list of identity numbers, which it shows nobody."""

from collections.abc import Mapping
from typing import NamedTuple


class Holder(NamedTuple):
    """Somebody with a contract. Nobody has such a number: the place in it is a whole province."""

    name: str
    accounts: tuple[str, ...]


HOLDERS: Mapping[str, Holder] = {
    "610000196104120017": Holder("李春生", ("0100003870",)),
    "610000194803070021": Holder("李秀兰", ("0100003862", "0200000172")),
}
"""By identity number. The second pays for two relatives, whose names are on the contracts."""


def accounts_of(id_number: str, name: str) -> tuple[str, ...]:
    """Nothing where number and name are not one person's: nobody learns who has a contract."""
    holder = HOLDERS.get(id_number)
    return holder.accounts if holder is not None and holder.name == name else ()
