"""The simulated company's price tables, how it prices a period's gas, and how much gas money buys.

Both tables were read in public notices (Changshu: hbzqbyyxgs.com/news/642023; T2: yuhang55.com). They are examples;
another city's prices differ.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Tier:
    """Gas up to and including `upto` m³ of the year's use costs `price` yuan/m³; None: without end. Each person
    above four moves the boundary by `per_person` m³."""

    upto: int | None
    price: Decimal
    per_person: int = 0


@dataclass(frozen=True)
class PricedLine:
    """A tier's part of a period, rounded half up to the fen."""

    tier: int
    volume: Decimal
    price: Decimal
    fen: int


TARIFFS = {
    "T1": (
        Tier(400, Decimal("2.75"), per_person=100),
        Tier(1000, Decimal("3.30"), per_person=150),
        Tier(None, Decimal("4.125")),
    ),
    "T2": (
        Tier(500, Decimal("2.19"), per_person=100),
        Tier(660, Decimal("2.63"), per_person=100),
        Tier(None, Decimal("3.29")),
    ),
}


def price_volume(
    tariff: str, *, persons: int, used: Decimal, volume: Decimal, increase: Decimal = Decimal(0)
) -> list[PricedLine]:
    """The lines of `volume` m³ taken after `used` m³ of the same year. Every price is `increase` yuan higher."""
    lines = []
    position, end = used, used + volume
    for number, tier in enumerate(TARIFFS[tariff], start=1):
        boundary = end if tier.upto is None else _boundary(tier.upto, tier, persons)
        part = min(end, boundary) - position
        if part > 0:
            price = tier.price + increase
            fen = (part * price * 100).quantize(Decimal(1), ROUND_HALF_UP)
            lines.append(PricedLine(number, part, price, int(fen)))
            position += part
    return lines


def price_money(
    tariff: str, *, persons: int, used: Decimal, fen: int, increase: Decimal = Decimal(0)
) -> list[PricedLine]:
    """The gas that `fen` buy after `used` m³ of the same year, to 0.0001 m³; the lines' amounts add up to `fen`."""
    lines = []
    position, left = used, fen
    for number, tier in enumerate(TARIFFS[tariff], start=1):
        price = tier.price + increase
        part = (Decimal(left) / 100 / price).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        cost = left
        if tier.upto is not None:
            room = max(_boundary(tier.upto, tier, persons) - position, Decimal(0))
            whole = int((room * price * 100).quantize(Decimal(1), ROUND_HALF_UP))
            if whole < left:
                part, cost = room, whole
            position += part
        if cost > 0:
            lines.append(PricedLine(number, part, price, cost))
            left -= cost
    return lines


def _boundary(upto: int, tier: Tier, persons: int) -> Decimal:
    return Decimal(upto + tier.per_person * max(persons - 4, 0))
