"""What a receipt printer keeps to: it says `Printed` of what is on paper, `NotPrinted` of what is not and will not be,
and that paper is out.

By hand: `paper_out`, and `refill`. The books have `slips`: what came out, one each, `ended` as `cut` where it is whole.
"""

import asyncio

import msgspec

from kiosk.devices.health import NeedsAttention, Offline
from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown, ReceiptPrinter
from kiosk.slips.slip import Gap, Pair, Qr, Rule, Slip, Text
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, comes, within

SLIP = Slip(
    name="contract",
    language="zh-CN",
    lines=(Text("燃气费", bold=True), Gap(), Pair("合计", "¥154.00", size="tall"), Rule(), Qr("T07K20004186")),
)
Printer = ReceiptPrinter[msgspec.Struct]


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    printer = await bench.opened()
    if not isinstance(printer, ReceiptPrinter):
        raise ContractError("it is no ReceiptPrinter")
    await _prints(bench, printer)
    await _paper_out(bench, printer)
    for mishap in bench.mishaps():
        await bench.press(mishap)
        await _is_true(bench, printer, f"with {mishap!r}")
        await bench.clear()
        await at.becomes(printer, f"well again after {mishap!r}", at.is_well)
    await _unplugged(bench, printer)
    await _prints(bench, printer)
    await at.closes(printer, "after slips")


async def _prints(bench: Bench, printer: Printer) -> None:
    if not isinstance(outcome := await _is_true(bench, printer, "with paper"), Printed):
        raise ContractError(f"print, with paper and nothing in its way: {outcome!r}")


async def _paper_out(bench: Bench, printer: Printer) -> None:
    await bench.do("paper_out")
    await at.becomes(printer, "out of paper", lambda health: health == NeedsAttention(("paper_out",)))
    if (paper := await within(printer.paper(), "paper")) != "out":
        raise ContractError(f"the paper is out, and paper() says {paper!r}")
    if not isinstance(outcome := await _is_true(bench, printer, "without paper"), NotPrinted):
        raise ContractError(f"print, without paper: {outcome!r}")
    before = await _slips(bench)
    await bench.do("refill")
    await at.becomes(printer, "well after the refill", at.is_well)
    await asyncio.sleep(0.3)
    if await _slips(bench) != before:
        raise ContractError("a slip that was not printed came out after the refill")


async def _unplugged(bench: Bench, printer: Printer) -> None:
    await bench.press("Unplug")
    await at.becomes(printer, "away when it is unplugged", lambda health: isinstance(health, Offline))
    if not isinstance(outcome := await _is_true(bench, printer, "while it is unplugged"), NotPrinted):
        raise ContractError(f"print, while it is unplugged: {outcome!r}")
    await bench.press("Plug in")
    await at.becomes(printer, "back when it is plugged in", at.is_well)


async def _is_true(bench: Bench, printer: Printer, when: str) -> PrintOutcome:
    """Print, and compare with what came out."""
    before = await _slips(bench)
    outcome = await within(printer.print(SLIP), f"print {when}")
    match outcome:
        case Printed():
            await comes(
                lambda: _slips(bench),
                lambda slips: slips == before + 1,
                f"print {when} says Printed, and that many slips came out, not one",
                at.PATIENCE_S,
            )
        case NotPrinted():
            if (after := await _slips(bench)) != before:
                raise ContractError(f"print {when} says {outcome!r}, and {after - before} slips came out")
        case PrintUnknown():
            pass
        case _:
            raise ContractError(f"print {when} says {outcome!r}, which is no outcome")
    return outcome


async def _slips(bench: Bench) -> int:
    return sum(slip["ended"] == "cut" for slip in (await bench.books())["slips"])
