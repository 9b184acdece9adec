"""What a reader of identity cards keeps to: a whole card or none, once each time that it is laid down, nobody else's,
and nothing of it in any log.

By hand: `lay` a card down, always the same one, and `lift` it.
"""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from kiosk.devices.id_reader import CardRead, IdCard, IdOutcome, IdProgress, IdReader, LayAgain, ReaderFailed
from kiosk.ports.recording import read_recording
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, ends, private, stays, within

Reader = IdReader[msgspec.Struct]


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    reader = await bench.opened()
    if not isinstance(reader, IdReader):
        raise ContractError("it is no IdReader")
    true: dict[str, Any] = {}
    with private(lambda: [str(true.get(name, "")) for name in ("name", "number", "address")]):
        true |= _told(await _read(bench, reader))
        await _once_each_time(bench, reader, true)
        await _lifted_too_soon(bench, reader, true)
        for mishap in bench.mishaps():
            await _whole_or_none(bench, reader, true, mishap)
        await _unplugged(bench, reader)
    await at.closes(reader, "after cards")
    await _recorded(bench, true)


async def _read(bench: Bench, reader: Reader) -> IdCard:
    waiting = _begin(reader)
    await stays(waiting, "a card was read, and none lies there")
    await bench.do("lay")
    outcome = await within(waiting, "read")
    if not isinstance(outcome, CardRead):
        raise ContractError(f"a card lies there, and read says {outcome!r}")
    card = outcome.card
    if not (card.name and card.number):
        raise ContractError("a card was read without a name or a number")
    if card.name in repr(outcome) or card.number in repr(outcome):
        raise ContractError("what was read shows itself")
    return card


async def _once_each_time(bench: Bench, reader: Reader, true: dict[str, Any]) -> None:
    """A card that is left lying is not the next resident's; laid down again, it is read again."""
    waiting = _begin(reader)
    await stays(waiting, "a card that was left lying was read again")
    await bench.do("lift")
    await stays(waiting, "a card was read that was lifted")
    await bench.do("lay")
    _same(await within(waiting, "read"), true, "laid down again")
    await bench.do("lift")
    waiting = _begin(reader)
    await stays(waiting, "a card was read that was lifted")
    await ends(waiting, "read")


async def _lifted_too_soon(bench: Bench, reader: Reader, true: dict[str, Any]) -> None:
    heard: list[IdProgress] = []
    waiting = asyncio.create_task(reader.read(heard.append))
    await bench.do("lay")
    await bench.do("lift")
    await asyncio.wait([waiting], timeout=1)
    if waiting.done():
        _same(waiting.result(), true, "lifted too soon")
    else:
        await ends(waiting, "read")
    if any(isinstance(progress, LayAgain) and progress.why == "other_card" for progress in heard):
        raise ContractError("a card that was lifted too soon is called one of another kind")


async def _whole_or_none(bench: Bench, reader: Reader, true: dict[str, Any], mishap: str) -> None:
    """Half a frame and a wrong check are nobody."""
    waiting = _begin(reader)
    await bench.press(mishap)
    await bench.do("lay")
    await asyncio.wait([waiting], timeout=at.PATIENCE_S if mishap != "Silent" else 0.3)
    await bench.clear()
    done, _ = await asyncio.wait([waiting], timeout=at.PATIENCE_S)
    if done:
        _same(waiting.result(), true, f"with {mishap!r}")
    else:
        await ends(waiting, f"read with {mishap!r}")
    await bench.do("lift")
    await at.becomes(reader, f"well again after {mishap!r}", at.is_well)
    await _fresh(reader)


async def _unplugged(bench: Bench, reader: Reader) -> None:
    waiting = _begin(reader)
    await stays(waiting, "a card was read, and none lies there")
    await bench.press("Unplug")
    outcome = await within(waiting, "read of what is unplugged")
    if not isinstance(outcome, ReaderFailed):
        raise ContractError(f"read of what is unplugged: {outcome!r}")
    await bench.press("Plug in")
    await at.becomes(reader, "back when it is plugged in", at.is_well)


async def _recorded(bench: Bench, true: dict[str, Any]) -> None:
    """Nobody is in a recording, in whatever way the wire writes letters."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "talk")
        reader = await bench.opened_recorded(file)
        if isinstance(reader, IdReader):
            await bench.do("lift")
            await _read(bench, reader)
            await bench.do("lift")
            await at.closes(reader, "after a recording")
            kept = b"".join(chunk.data for chunk in await asyncio.to_thread(read_recording, file))
            for name in ("name", "number", "address"):
                if any(str(true[name]).encode(way) in kept for way in ("utf-8", "utf-16-le", "gb18030")):
                    raise ContractError(f"a recording holds somebody's {name}")


async def _fresh(reader: Reader) -> None:
    """The reader has seen the empty plate once, so that the next card is a new one to it."""
    waiting = _begin(reader)
    await stays(waiting, "a card was read, and none lies there")
    await ends(waiting, "read")


def _begin(reader: Reader) -> asyncio.Task[IdOutcome]:
    return asyncio.create_task(reader.read(lambda _: None))


def _same(outcome: IdOutcome, true: dict[str, Any], when: str) -> None:
    match outcome:
        case CardRead(card=card):
            if _told(card) != true:
                differ = [name for name, value in _told(card).items() if value != true[name]]
                raise ContractError(f"{when}, another person was read than lies there: {', '.join(differ)} differ")
        case ReaderFailed():
            pass
        case _:
            raise ContractError(f"{when}, read says {outcome!r}, which is no outcome")


def _told(card: IdCard) -> dict[str, Any]:
    return msgspec.structs.asdict(card)
