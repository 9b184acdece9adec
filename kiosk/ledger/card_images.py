"""The images of a gas card around each write of an order, for whoever judges a disputed card."""

from collections.abc import Iterator, Sequence

from kiosk.orders.private import CardWrite

_LINE = 16
_AS = ("as it was", "to be", "read back")


def image_lines(writes: Sequence[CardWrite]) -> Iterator[str]:
    """Sixteen bytes a line, in hexadecimal; a line for each of the three images where they are not the same."""
    for write in writes:
        yield f"write {write.n}{'' if write.after else ': the card was not read afterwards'}"
        images = [image for image in (write.before, write.meant, write.after) if image]
        for place in range(0, max(map(len, images), default=0), _LINE):
            parts = [image[place : place + _LINE].hex(" ").upper() for image in images]
            if len(set(parts)) == 1:
                yield f"  {place:02X}  {parts[0]}"
                continue
            for name, part in zip(_AS, parts, strict=False):
                yield f"  {place:02X}  {part}  {name}"
