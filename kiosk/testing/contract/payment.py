"""What a way to pay keeps to: one key, one charge; unknown is never "not paid"; dead is for ever; one key, one refund.

By hand: `pay` and `decline` what is being asked for (or `cancel` it, where that is another key); `scan` a code and do
no more; for a method that scans, `show_code` gives a `code`. The books have `takings`, in fen:
`[{"key", "charged", "returned"}]`.
"""

import asyncio
import time

import msgspec

from kiosk.devices.payment import (
    Attempt,
    Authorized,
    Captured,
    Dead,
    Open,
    Outcome,
    PaymentMethod,
    Ready,
    Refund,
    RefundClosed,
    Refunded,
    RefundFailed,
    RefundOutcome,
    RefundPending,
    RefundUnprovable,
    Unknown,
    Unprovable,
)
from kiosk.devices.scanner import Scanned
from kiosk.testing.contract import bench as at
from kiosk.testing.contract.bench import Bench, ContractError, comes, within

FEN = 1234
Method = PaymentMethod[msgspec.Struct]
OUTCOMES = (Open, Authorized, Captured, Dead, Unknown, Unprovable)


async def keeps(bench: Bench) -> None:
    """Raises `ContractError`."""
    method = await _opened(bench)
    paid = await _pays_once(bench, method)
    await at.closes(method, "after a payment")
    method = await _opened(bench)  # as a terminal's next start
    if isinstance(outcome := await within(method.find(paid), "find after a restart"), Dead):
        raise ContractError(f"find after a restart, of what was paid: {outcome!r}")
    await _refunds_once(bench, method, paid)
    await _ends(bench, method)
    for mishap in [*bench.mishaps(), "Unplug"]:
        await _is_true_after(bench, method, mishap)
    await at.closes(method, "after payments")


async def _opened(bench: Bench) -> Method:
    method = await bench.opened()
    if not isinstance(method, PaymentMethod):
        raise ContractError("it is no PaymentMethod")
    return method


async def _pays_once(bench: Bench, method: Method) -> Attempt:
    before = await _taken(bench)
    attempt = await _begun(bench, method)
    outcome = await within(method.start(attempt, lambda _: None), "start")
    if not isinstance(outcome, Open | Captured):
        raise ContractError(f"start: {outcome!r}, though nothing was in its way")

    async def pay() -> Outcome:
        await bench.may("pay")  # once is enough, but it may not be waited for yet
        return await within(method.find(attempt), "find")

    captured: Outcome = outcome
    if isinstance(outcome, Open):
        captured = await comes(pay, _is_captured, "a payment is never found")
    if not isinstance(captured, Captured) or captured.fen != FEN:
        raise ContractError(f"it captured {captured!r} of {FEN} fen")
    for what, again in (("find", method.find), ("close", method.close)):
        if not _is_captured(outcome := await within(again(attempt), what)):
            raise ContractError(f"{what} of what was paid: {outcome!r}")
    if (charged := await _taken(bench) - before) != FEN:
        raise ContractError(f"one attempt of {FEN} fen was charged {charged}")
    return msgspec.structs.replace(attempt, ref=captured.ref, captured_fen=FEN)


async def _refunds_once(bench: Bench, method: Method, attempt: Attempt) -> None:
    refund = Refund(order_no=attempt.order_no, n=1, r=1, key=f"{attempt.key}R1", amount_fen=FEN, reason="undelivered")
    before = await _returned(bench)

    async def ask() -> RefundOutcome:
        return await within(method.refund(attempt, refund), "refund")

    first = await comes(ask, lambda outcome: not isinstance(outcome, RefundPending), "a refund is never decided")
    returned = await _returned(bench) - before
    if isinstance(first, Refunded) and returned != FEN:
        raise ContractError(f"it says that {FEN} fen went back, and {returned} did")
    if isinstance(first, RefundFailed | RefundClosed) and returned:
        raise ContractError(f"it says that nothing will go back, and {returned} fen did")
    refund = msgspec.structs.replace(refund, asked_before=True)
    again = await ask()
    if not isinstance(again, Refunded | RefundPending | RefundFailed | RefundClosed | RefundUnprovable):
        raise ContractError(f"a refund that is asked for again: {again!r}")
    if returned and isinstance(await within(method.find_refund(attempt, refund), "find_refund"), RefundClosed):
        raise ContractError(f"{returned} fen went back, and it says that nothing did")
    if (twice := await _returned(bench) - before) != returned:
        raise ContractError(f"a refund that is asked for again gives {twice} fen in all, not {returned}")


async def _ends(bench: Bench, method: Method) -> None:
    """Called off before anybody paid."""
    before = await _taken(bench)
    attempt = await _begun(bench, method)
    outcome = await within(method.start(attempt, lambda _: None), "start")
    if isinstance(outcome, Captured):  # it asks nobody: there is no moment to call it off
        return
    await bench.may("scan")

    async def close() -> Outcome:
        outcome = await within(method.close(attempt), "close")
        if not isinstance(outcome, Dead):  # some can only be told at the device itself
            await _say_no(bench)
        return outcome

    await comes(close, lambda outcome: isinstance(outcome, Dead), "it never ends")
    await _stays_dead(bench, method, attempt, before)


async def _stays_dead(bench: Bench, method: Method, attempt: Attempt, before: int) -> None:
    await bench.may("pay")
    if (charged := await _taken(bench) - before) != 0:
        raise ContractError(f"it said that attempt {attempt.n} is dead, and it was charged {charged} fen after that")
    for what, again in (("find", method.find), ("close", method.close)):
        if isinstance(outcome := await within(again(attempt), what), Captured):
            raise ContractError(f"{what} of what is dead: {outcome!r}")


async def _is_true_after(bench: Bench, method: Method, mishap: str) -> None:
    """The mishap strikes the request for the money; the resident pays all the same, if that is possible."""
    before = await _taken(bench)
    attempt = await _begun(bench, method)
    started = await _started(bench, method, attempt, mishap)
    if isinstance(started, Dead):
        await _put_right(bench, method)
        await _stays_dead(bench, method, attempt, before)
        return
    paying = asyncio.create_task(bench.may("pay"))
    await asyncio.wait([paying], timeout=1)  # the device may try to tell, as long as its cable is out
    await _put_right(bench, method)
    await paying
    found = await _decided(method, attempt)
    if isinstance(found, Open | Unknown):
        found = await within(method.close(attempt), f"close after {mishap!r}")
    charged = await _taken(bench) - before
    if charged not in (0, FEN) or (isinstance(found, Captured) and (found.fen, charged) != (FEN, FEN)):
        raise ContractError(f"after {mishap!r} it says {found!r} of {FEN} fen, and {charged} were charged")
    if isinstance(found, Dead):
        await _stays_dead(bench, method, attempt, before)
    elif not isinstance(found, Captured):
        await _say_no(bench)
        await _decided(method, attempt)


async def _started(bench: Bench, method: Method, attempt: Attempt, mishap: str) -> Outcome:
    """What `start` says with the mishap under way; the cable is pulled when it has begun."""
    if mishap != "Unplug":
        await bench.press(mishap)
    started = await within(method.start(attempt, lambda _: None), f"start with {mishap!r}")
    if not isinstance(started, OUTCOMES):
        raise ContractError(f"start with {mishap!r}: {started!r}, which is no outcome")
    if mishap == "Unplug":
        await bench.press("Unplug")
        found = await within(method.find(attempt), "find while it is unplugged")
        if isinstance(found, Dead) and not isinstance(started, Dead):
            raise ContractError(f"find while it is unplugged: {found!r}, and nothing proved that")
    return started


async def _say_no(bench: Bench) -> None:
    for key in ("decline", "cancel"):
        await bench.may(key)


async def _put_right(bench: Bench, method: Method) -> None:
    await bench.clear()
    await bench.press("Plug in")
    await at.becomes(method, "reachable again", lambda health: not at.is_away(health))


async def _begun(bench: Bench, method: Method) -> Attempt:
    """An attempt that may be started now."""
    predecessor = ""
    if method.hold:
        ready = await comes(
            lambda: within(method.prepare(), "prepare"), lambda said: isinstance(said, Ready), "it is never prepared"
        )
        predecessor = ready.predecessor if isinstance(ready, Ready) else ""
    now_ms = int(time.time() * 1000)
    key = at.new_key()
    return Attempt(
        order_no=key,
        n=1,
        key=f"{key}A1",
        amount_fen=FEN,
        wording="燃气费",
        sent_ms=now_ms,
        show_until_ms=now_ms + 120_000,
        predecessor=predecessor,
        shown=Scanned(str((await bench.do("show_code"))["code"])) if method.scans else None,
    )


async def _decided(method: Method, attempt: Attempt) -> Outcome:
    """What `find` says once it has decided, or what it says when patience is over."""
    try:
        return await comes(
            lambda: within(method.find(attempt), "find"),
            lambda found: isinstance(found, Captured | Dead | Unprovable),
            "undecided",
            at.PATIENCE_S,
        )
    except ContractError:
        return await within(method.find(attempt), "find")


def _is_captured(outcome: Outcome) -> bool:
    return isinstance(outcome, Captured)


async def _taken(bench: Bench) -> int:
    return sum(taking["charged"] for taking in (await bench.books())["takings"])


async def _returned(bench: Bench) -> int:
    return sum(taking["returned"] for taking in (await bench.books())["takings"])
