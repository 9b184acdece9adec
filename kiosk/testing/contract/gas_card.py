"""What a reader of gas cards keeps to: the card alone decides, a purchase lands once, and a key is never tried again.

By hand: `insert` a card and `pull` it; `purchase` plays the company, and gives the job that puts gas onto the card
that is in; `renew` issues it anew; `change_key` makes the company's key a wrong one; the fault `pull_mid_write`. The
books have `landed`, one for every purchase that came onto a card whole, and `keys_presented`.
"""

import asyncio
from decimal import Decimal

import msgspec

from kiosk.devices.gas_card import (
    Absent,
    CardJob,
    CardUnknown,
    GasCard,
    GasCardReader,
    JobOutcome,
    Landed,
    LockedCard,
    NoCard,
    OtherCard,
    ReaderAway,
    Reading,
    Torn,
)
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, private, within

Reader = GasCardReader[msgspec.Struct]


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    reader = await bench.opened()
    if not isinstance(reader, GasCardReader):
        raise ContractError("it is no GasCardReader")
    secrets: list[str] = []
    with private(lambda: secrets):
        await _no_card(bench, reader)
        await _lands_once(bench, reader, secrets)
        await _pulled(bench, reader, secrets)
        for mishap in bench.mishaps():
            await _true_reading(bench, reader, mishap)
        await _wrong_key(bench, reader, secrets)
        await _unplugged(bench, reader)
    await at.closes(reader, "after cards")


async def _no_card(bench: Bench, reader: Reader) -> None:
    await bench.do("renew")
    await _slot(reader, "empty")
    if not isinstance(reading := await within(reader.read(), "read"), NoCard):
        raise ContractError(f"read of an empty slot: {reading!r}")


async def _lands_once(bench: Bench, reader: Reader, secrets: list[str]) -> None:
    card = await _inserted(bench, reader)
    job, before = await _bought(bench, secrets), await _landed(bench)
    if job.card != card.number:
        raise ContractError("the company's job names another card than was read")
    if not isinstance(outcome := await within(reader.find(job), "find"), Absent):
        raise ContractError(f"find before the write: {outcome!r}")
    for when in ("write", "write once more"):
        outcome = await within(reader.write(job), when)
        if not isinstance(outcome, Landed) or outcome.card.count != job.count:
            raise ContractError(f"{when}: {outcome!r}")
    if not isinstance(outcome := await within(reader.find(job), "find"), Landed):
        raise ContractError(f"find after the write: {outcome!r}")
    if (came := await _landed(bench) - before) != 1:
        raise ContractError(f"one purchase, written twice, landed {came} times")
    await _pull(bench, reader)
    for what, call in (("find", reader.find), ("write", reader.write)):
        if not isinstance(outcome := await within(call(job), what), NoCard):
            raise ContractError(f"{what} without a card: {outcome!r}")


async def _pulled(bench: Bench, reader: Reader, secrets: list[str]) -> None:
    """In the middle of a write: unknown, until the card is back; then the same job goes on it, once."""
    await bench.do("renew")
    await _inserted(bench, reader)
    job, before = await _bought(bench, secrets), await _landed(bench)
    await asyncio.to_thread(bench.hand.arm, "pull_mid_write")
    outcome = await within(reader.write(job), "write of a card that is pulled out")
    if not isinstance(outcome, CardUnknown):
        raise ContractError(f"write of a card that is pulled out: {outcome!r}")
    await bench.clear()
    await _slot(reader, "empty")
    await bench.do("insert")
    await _slot(reader, "card")
    outcome = await within(reader.find(job), "find of a half written card")
    if not isinstance(outcome, Absent | Landed):
        raise ContractError(f"find of a half written card: {outcome!r}")
    if not isinstance(outcome := await within(reader.write(job), "write to the end"), Landed):
        raise ContractError(f"write of a half written card, once more: {outcome!r}")
    if (came := await _landed(bench) - before) != 1:
        raise ContractError(f"a purchase whose card was pulled out landed {came} times")
    await _pull(bench, reader)


async def _true_reading(bench: Bench, reader: Reader, mishap: str) -> None:
    await bench.do("renew")
    card = await _inserted(bench, reader)
    await bench.press(mishap)
    reading = await within(reader.read(), f"read with {mishap!r}")
    await bench.clear()
    if isinstance(reading, GasCard) and (reading.image, reading.count) != (card.image, card.count):
        raise ContractError(f"with {mishap!r}, another card was read than is in")
    await _pull(bench, reader)
    await at.becomes(reader, f"well again after {mishap!r}", at.is_well)


async def _wrong_key(bench: Bench, reader: Reader, secrets: list[str]) -> None:
    await bench.do("renew")
    await bench.do("change_key")
    await _inserted(bench, reader)
    job, landed = await _bought(bench, secrets), await _landed(bench)
    keys = (await bench.books())["keys_presented"]
    for when in ("write with a wrong key", "write once more with a wrong key"):
        if not isinstance(outcome := await within(reader.write(job), when), Torn):
            raise ContractError(f"{when}: {outcome!r}")
    if (tried := (await bench.books())["keys_presented"] - keys) != 1:
        raise ContractError(f"a wrong key was presented {tried} times, and a card survives three for ever")
    if not isinstance(reading := await within(reader.read(), "read"), LockedCard):
        raise ContractError(f"read of a card that has lost a try: {reading!r}")
    if await _landed(bench) != landed:
        raise ContractError("a purchase landed without its key")
    await _pull(bench, reader)
    await bench.do("renew")


async def _unplugged(bench: Bench, reader: Reader) -> None:
    await _inserted(bench, reader)
    job = await _bought(bench, [])
    await bench.press("Unplug")
    await at.becomes(reader, "away when it is unplugged", at.is_away)
    if not isinstance(reading := await within(reader.read(), "read while it is unplugged"), ReaderAway):
        raise ContractError(f"read while it is unplugged: {reading!r}")
    outcome: JobOutcome = await within(reader.find(job), "find while it is unplugged")
    if not isinstance(outcome, CardUnknown | OtherCard):
        raise ContractError(f"find while it is unplugged: {outcome!r}")
    await bench.press("Plug in")
    await at.becomes(reader, "back when it is plugged in", at.is_well)


async def _inserted(bench: Bench, reader: Reader) -> GasCard:
    await bench.do("insert")
    await _slot(reader, "card")
    reading: Reading = await within(reader.read(), "read")
    if not isinstance(reading, GasCard):
        raise ContractError(f"read of a gas card: {reading!r}")
    if reading.number in repr(reading):
        raise ContractError("a card shows its number")
    return reading


async def _pull(bench: Bench, reader: Reader) -> None:
    await bench.do("pull")
    await _slot(reader, "empty")


async def _slot(reader: Reader, slot: str) -> None:
    """By `changed`, which waits for the hand."""
    async with asyncio.timeout(at.LIMIT_S):
        seen = reader.presence()
        while seen.slot != slot:
            seen = await reader.changed(seen)


async def _bought(bench: Bench, secrets: list[str]) -> CardJob:
    told = await bench.do("purchase")
    secrets += [told["image"], told["old_key"], told["new_key"]]
    return CardJob(
        order_no=at.new_key(),
        n=1,
        provider_job=at.new_key(),
        card=told["card"],
        count=told["count"],
        expect_gas_m3=Decimal(told["m3"]),
        old_hash=told["old_hash"],
        new_image=bytes.fromhex(told["image"]),
        old_key=bytes.fromhex(told["old_key"]),
        new_key=bytes.fromhex(told["new_key"]),
    )


async def _landed(bench: Bench) -> int:
    return len((await bench.books())["landed"])
