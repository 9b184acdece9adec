"""`kiosk doctor --record FILE --device NAME`: a device's talk as a file, for whoever writes its driver."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec

from kiosk.devices.drivers import AnyDevice, DeviceConfig
from kiosk.devices.health import Health, Offline
from kiosk.devices.id_reader import IdReader
from kiosk.devices.registry import build
from kiosk.devices.scanner import CodeScanner
from kiosk.ports.errors import PortUrlError
from kiosk.ports.recording import read_recording
from kiosk.ports.urls import parse_url

LOOKS = 3
"""How often the device is asked how it is."""
WAIT_S = 20.0
"""How long somebody has to lay a card down, or to hold a code under the scanner."""
ANSWER_S = 15.0


class RecordingError(ValueError):
    """Nothing can be recorded. The message is for staff."""


def record(device: DeviceConfig, file: Path, tell: Callable[[str], object]) -> str:
    """Ask the device how it is, and read one card or code where it reads those; what was kept, in words. `tell` says
    what somebody should do meanwhile. Raises `RecordingError`."""
    port = f"record://{device.port}?file={quote(str(file.absolute()))}"
    try:
        parse_url(port)
    except PortUrlError as error:
        why = f"device {device.name}: only a serial line, socket:// and usb:// are recorded"
        raise RecordingError(why) from error
    file.unlink(missing_ok=True)
    last = asyncio.run(_talk(build(msgspec.structs.replace(device, port=port)), tell))
    if not file.exists():
        raise RecordingError(f"device {device.name}: {last}")
    chunks = read_recording(file)
    count = {way: sum(len(chunk.data) for chunk in chunks if chunk.direction == way) for way in "><"}
    said = f"{count['>']} bytes to the device, {count['<']} from it, and nothing of a person"
    return f"{file}: {said}. A driver talks with it again as replay://{file}"


async def _talk(driver: AnyDevice, tell: Callable[[str], object]) -> Health:
    try:
        async with asyncio.timeout(ANSWER_S * LOOKS):
            await driver.open()
            healths = [await driver.status() for _ in range(LOOKS)]
        await _use(driver, tell)
    except TimeoutError:
        return Offline("the driver gave no answer in time")
    finally:
        await asyncio.wait([asyncio.ensure_future(driver.aclose())], timeout=ANSWER_S)
    return healths[-1]


async def _use(driver: AnyDevice, tell: Callable[[str], object]) -> None:
    match driver:
        case IdReader():
            tell(f"Lay a card on the reader now ({WAIT_S:g} s).")
            using: asyncio.Task[object] = asyncio.create_task(driver.read(lambda _: None))
        case CodeScanner():
            tell(f"Hold a code under the scanner now ({WAIT_S:g} s).")
            using = asyncio.create_task(driver.scan())
        case _:
            return
    await asyncio.wait([using], timeout=WAIT_S)
    using.cancel()
    await asyncio.wait([using])
