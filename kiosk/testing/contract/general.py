"""What every driver keeps to, whatever its role.

It opens though its peer is away; its status is true while the peer is unplugged, cut off, garbled and silent; it comes
back; it closes at any moment, and leaves no task, no thread and no connection.
"""

import asyncio

from kiosk.testing.contract.bench import (
    Bench,
    becomes,
    closes,
    is_away,
    is_well,
    nothing_left,
    running,
    told,
    within,
)


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    before = running()
    await closes(bench.made(), "before it was opened")
    device = await bench.opened()
    for mishap in bench.mishaps():
        await bench.press(mishap)
        for _ in range(3):
            await told(device, f"after {mishap!r}")
        await within(device.ask_identity(), f"ask_identity after {mishap!r}")
        await bench.clear()
        await becomes(device, f"well again after {mishap!r}", is_well)
    await bench.press("Unplug")
    await becomes(device, "away when it is unplugged", is_away)
    late = bench.made()
    await within(late.open(), "open while the peer is away")
    await becomes(late, "away as long as it is", is_away)
    await closes(late, "while the peer is away")
    await bench.press("Plug in")
    await becomes(device, "back when it is plugged in", is_well)
    asking = asyncio.create_task(told(device, "while it is closed"))
    await asyncio.sleep(0)
    await closes(device, "during a question")
    await within(asking, "a question that a closing interrupts")
    await closes(device, "twice")
    await nothing_left(before)
