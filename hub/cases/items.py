"""The names of a hall's items, out of the catalogue that the hub gave to its terminals. Pure."""

import msgspec

from kiosk.text.bilingual import Bilingual


class _Item(msgspec.Struct, frozen=True):
    code: str
    name: Bilingual


class _Listed(msgspec.Struct, frozen=True):
    item: _Item


class _File(msgspec.Struct, frozen=True):
    items: tuple[_Listed, ...]


def names_in(catalogue: str) -> dict[str, Bilingual]:
    """By code; nothing where the hub has no catalogue, or one that it cannot read."""
    try:
        return {each.item.code: each.item.name for each in msgspec.json.decode(catalogue, type=_File).items}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
