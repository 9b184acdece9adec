"""Money, volumes and dates as residents read them."""

from datetime import datetime, tzinfo
from decimal import ROUND_DOWN, Decimal


def yuan(fen: int) -> str:
    """`15400` as `154.00`, `123456789` as `1,234,567.89`."""
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def money(fen: int) -> str:
    """`15400` as `¥154.00`."""
    return f"¥{yuan(fen)}"


def volume(cubic_meters: Decimal) -> str:
    """An exact volume without idle zeros: `20.0000` as `20`, `12.50` as `12.5`."""
    text = f"{cubic_meters:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def about(cubic_meters: Decimal) -> Decimal:
    """A volume to the last figure that means anything to a resident, 0.01 m³; never more than it is."""
    return cubic_meters.quantize(Decimal("0.01"), ROUND_DOWN)


def unit_price(yuan_per_cubic_meter: Decimal) -> str:
    """A price with at least two decimals and no idle zeros beyond: `2.75`, `4.125`, `2.190` as `2.19`."""
    whole, _, decimals = f"{yuan_per_cubic_meter:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def moment(epoch_ms: int, zone: tzinfo) -> str:
    """`2026-11-24 10:32`, in the hall's time zone."""
    return f"{datetime.fromtimestamp(epoch_ms / 1000, zone):%Y-%m-%d %H:%M}"


def exact_moment(epoch_ms: int, zone: tzinfo) -> str:
    """`2026-11-24 10:32:05`; what no calendar has, of a clock that was wrong, as it is."""
    try:
        return f"{datetime.fromtimestamp(epoch_ms / 1000, zone):%Y-%m-%d %H:%M:%S}"
    except (ValueError, OverflowError, OSError):
        return f"{epoch_ms} ms"


def order_number(number: str) -> str:
    """`T07K20004186` as `T07K2-000418-6`: terminal and ledger, counter, check character."""
    return f"{number[:-7]}-{number[-7:-1]}-{number[-1]}"
