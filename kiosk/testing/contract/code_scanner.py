"""What a scanner keeps to: a code is data, given out whole, once, to whoever asked for it, and in no log.

By hand: `show` holds something under it, a `text` or several `texts` in one burst. The books' `state` says whether it
is `lit`.
"""

import asyncio

import msgspec

from kiosk.devices.scanner import CodeScanner, Scanned, ScannerFailed, ScanOutcome
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, comes, ends, private, stays, within

HOSTILE = (
    "0100003862",
    "'; DROP TABLE orders; --",
    "${jndi:ldap://example.com/x}",
    "../../../../etc/passwd",
    "<script>alert(1)</script>",
    "%s%n{0}{{7*7}}",
    "https://例子.测试/?a=1&b=付款",
    "9" * 600,
)
Scanner = CodeScanner[msgspec.Struct]


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    scanner = await bench.opened()
    if not isinstance(scanner, CodeScanner):
        raise ContractError("it is no CodeScanner")
    with private(lambda: [text for text in HOSTILE if len(text) > 12]):
        for text in HOSTILE:
            _is(await _shown(bench, scanner, text), text)
        await _nobody_asked(bench, scanner)
        await _burst(bench, scanner)
        await _control_characters(bench, scanner)
        for mishap in ("Cut", "Garble"):
            await _whole_or_none(bench, scanner, mishap)
        await _unplugged(bench, scanner)
    await at.closes(scanner, "after codes")


async def _shown(bench: Bench, scanner: Scanner, *texts: str) -> ScanOutcome:
    waiting = asyncio.create_task(scanner.scan())
    await _held_under(bench, waiting, *texts)
    return await within(waiting, "scan")


async def _held_under(bench: Bench, waiting: asyncio.Task[ScanOutcome], *texts: str) -> None:
    """Until it is lit, and has read."""
    deadline = asyncio.get_running_loop().time() + at.LIMIT_S
    while not (await bench.do("show", texts=list(texts)))["done"] and not waiting.done():
        if asyncio.get_running_loop().time() > deadline:
            raise ContractError("it does not light up, though a code is being waited for")
        await asyncio.sleep(at.PAUSE_S)


async def _nobody_asked(bench: Bench, scanner: Scanner) -> None:
    """What is read at other times is dropped, and a wait that is called off puts the light out."""
    await bench.do("show", text="nobody asked for this")
    waiting = asyncio.create_task(scanner.scan())
    await stays(waiting, "a code was given out that was shown before anybody asked")
    await ends(waiting, "scan")
    await comes(lambda: _is_lit(bench), lambda lit: not lit, "its light stays on when nobody waits for a code")
    await bench.do("show", text="nobody asks any more")
    _is(await _shown(bench, scanner, "asked for"), "asked for")


async def _burst(bench: Bench, scanner: Scanner) -> None:
    _is(await _shown(bench, scanner, "the first of two", "the second of two"), "the first of two")
    waiting = asyncio.create_task(scanner.scan())
    await stays(waiting, "the second of two codes was given out to whoever asked next")
    await ends(waiting, "scan")


async def _control_characters(bench: Bench, scanner: Scanner) -> None:
    """They are no text of a code: it is dropped whole, or what could be shown of it is given out."""
    waiting = asyncio.create_task(scanner.scan())
    await _held_under(bench, waiting, "bell\x07 and\x1b[2J escape")
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    if not done:
        await ends(waiting, "scan")
    elif isinstance(outcome := waiting.result(), Scanned) and not outcome.text.isprintable():
        raise ContractError("a code was given out with control characters in it")


async def _whole_or_none(bench: Bench, scanner: Scanner, mishap: str) -> None:
    text = "6901234567892"
    waiting = asyncio.create_task(scanner.scan())
    await asyncio.sleep(0.2)  # it lights up before the mishap, which strikes the code
    await bench.press(mishap)
    await _held_under(bench, waiting, text)
    done, _ = await asyncio.wait([waiting], timeout=at.PATIENCE_S)
    await bench.clear()
    if not done:
        await ends(waiting, f"scan with {mishap!r}")
    elif isinstance(outcome := waiting.result(), Scanned) and outcome.text != text:
        raise ContractError(f"with {mishap!r} it gives out {outcome.text!r} for {text!r}")


async def _unplugged(bench: Bench, scanner: Scanner) -> None:
    waiting = asyncio.create_task(scanner.scan())
    await asyncio.sleep(0.2)
    await bench.press("Unplug")
    outcome = await within(waiting, "scan of what is unplugged")
    if not isinstance(outcome, ScannerFailed):
        raise ContractError(f"scan of what is unplugged: {outcome!r}")
    await bench.press("Plug in")
    await at.becomes(scanner, "back when it is plugged in", at.is_well)


async def _is_lit(bench: Bench) -> bool:
    return bool((await bench.books())["state"]["lit"])


def _is(outcome: ScanOutcome, text: str) -> None:
    if not isinstance(outcome, Scanned) or outcome.text != text:
        raise ContractError(f"{text!r} was shown, and scan says {outcome!r}")
    if text in repr(outcome):
        raise ContractError("a code shows itself")
