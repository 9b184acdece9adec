"""What became of a job, by the card alone. Pure."""

from decimal import Decimal

import msgspec

from kiosk.devices.gas_card import (
    Absent,
    CardJob,
    GasCard,
    JobOutcome,
    Landed,
    OtherCard,
    Torn,
    image_hash,
)
from kiosk.devices.gas_card_layout import Contents, Flaw, Layout


def gas_card(contents: Contents, image: bytes) -> GasCard:
    """What the contract calls it."""
    return GasCard(
        number=contents.number, gas_m3=contents.gas_m3, count=contents.count, image=image, meter=contents.meter
    )


def is_image_of(job: CardJob, layout: Layout) -> bool:
    """Whether the image that a job would write is of the purchase that it says."""
    says = layout.decode(job.new_image)
    return (
        len(job.new_image) == layout.size
        and isinstance(says, Contents)
        and (says.number, says.gas_m3, says.count) == (job.card, job.expect_gas_m3, job.count)
    )


def judge(job: CardJob, image: bytes, layout: Layout) -> JobOutcome:
    """See the module.

    After the byte that counts, everything must be as the job would have it, but for the gas, which the meter may have
    taken. Before it, whatever a write left half done may be written again.
    """
    outcome = _judged(job, image, layout)
    return msgspec.structs.replace(outcome, image=image) if isinstance(outcome, Absent | Torn) else outcome


def _judged(job: CardJob, image: bytes, layout: Layout) -> JobOutcome:
    contents = layout.decode(image)
    if contents.number != job.card:
        return OtherCard(gas_card(contents, image) if isinstance(contents, Contents) else None)
    if layout.key_in_doubt(image):
        return Torn("key")
    match layout.stand(image, job.count):
        case "after":
            return _after(job, contents, image)
        case "before":
            return _before(job, contents, image)
        case "neither":
            return Torn("count")


def _after(job: CardJob, contents: Contents | Flaw, image: bytes) -> Landed | Torn:
    if not isinstance(contents, Contents) or contents.count != job.count:
        return Torn("data")
    return Landed(gas_card(contents, image)) if contents.gas_m3 in (job.expect_gas_m3, Decimal(0)) else Torn("data")


def _before(job: CardJob, contents: Contents | Flaw, image: bytes) -> Absent | Torn:
    if image_hash(image) == job.old_hash:
        return Absent()
    if isinstance(contents, Flaw):
        return Absent(mixed=True)
    # Sound and not as it was: the meter wrote its part meanwhile. It never gives gas.
    return Absent() if contents.gas_m3 == 0 else Torn("data")
