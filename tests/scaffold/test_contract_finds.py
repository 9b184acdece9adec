"""A driver that breaks the contract of its role is found: each of these is a scaffolded one with one fault."""

import itertools
import logging
from collections.abc import Awaitable, Callable
from functools import partialmethod
from typing import Any

import msgspec
import pytest

from kiosk.devices.drivers import load_driver
from kiosk.devices.gas import Cancelled, Refused, Unreachable
from kiosk.devices.payment import Dead, Outcome, Refunded, RefundOutcome, Unknown
from kiosk.devices.printer import Printed, PrintOutcome, PrintUnknown
from kiosk.devices.scanner import Scanned, ScanOutcome
from kiosk.testing.contract import ContractError, device_contract, general
from kiosk.testing.contract.bench import Bench

Right = Callable[..., Awaitable[Any]]
log = logging.getLogger(__name__)
numbers = itertools.count()
QUICK = {"receipt_printer": {"print_s": 0.5}, "gas_company": {"answer_s": 0.2, "tries": 1}}


async def silence_is_dead(self: Any, right: Right, *asked: Any) -> Outcome:
    outcome: Outcome = await right(self, *asked)
    return Dead("refused") if isinstance(outcome, Unknown) else outcome


async def closed_without_asking(self: Any, right: Right, *asked: Any) -> Outcome:
    return Dead("closed")


async def refund_is_claimed(self: Any, right: Right, *asked: Any) -> RefundOutcome:
    return Refunded("sure")


async def left_lying_is_read(self: Any, right: Right, *asked: Any) -> Any:
    self._read_last = ""
    return await right(self, *asked)


async def holder_is_logged(self: Any, right: Right, *asked: Any) -> Any:
    outcome = await right(self, *asked)
    log.debug("read %s", getattr(getattr(outcome, "card", None), "name", ""))
    return outcome


async def code_is_cleaned(self: Any, right: Right, *asked: Any) -> ScanOutcome:
    outcome: ScanOutcome = await right(self, *asked)
    return Scanned(outcome.text.replace("'", "")) if isinstance(outcome, Scanned) else outcome


async def silence_is_printed(self: Any, right: Right, *asked: Any) -> PrintOutcome:
    outcome: PrintOutcome = await right(self, *asked)
    return Printed() if isinstance(outcome, PrintUnknown) else outcome


async def key_is_new_each_time(self: Any, right: Right, job: Any, on_progress: Any) -> Any:
    return await right(self, msgspec.structs.replace(job, key=f"{job.key}.{next(numbers)}"), on_progress)


async def silence_is_nothing_owed(self: Any, right: Right, *asked: Any) -> Any:
    said = await right(self, *asked)
    return Refused("nothing_owed") if isinstance(said, Unreachable) else said


async def silence_is_refused(self: Any, right: Right, *asked: Any) -> Any:
    said = await right(self, *asked)
    return Refused("not_accepted") if isinstance(said, Unreachable) else said


async def cancelled_without_asking(self: Any, right: Right, *asked: Any) -> Cancelled:
    return Cancelled()


async def tries_are_not_asked(self: Any, right: Right) -> int:
    return 3


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("role", "method", "broken", "says"),
    [
        ("payment_method", "find", silence_is_dead, "find while it is unplugged: Dead"),
        ("payment_method", "close", closed_without_asking, "of what was paid: Dead"),
        ("payment_method", "refund", refund_is_claimed, "says that 1234 fen went back, and 0 did"),
        ("id_reader", "read", left_lying_is_read, "left lying was read again"),
        ("id_reader", "read", holder_is_logged, "a person's data is logged: read …"),
        ("code_scanner", "scan", code_is_cleaned, "DROP TABLE.* was shown, and scan says"),
        ("receipt_printer", "print", silence_is_printed, "says Printed, and that many slips came out"),
        ("document_printer", "print", key_is_new_each_time, "printed twice with one key: 4 came out"),
        ("gas_company", "quote", silence_is_nothing_owed, "quote with 'Cut': Refused"),
        ("gas_company", "confirm_paid", silence_is_refused, "confirm_paid with .*: Refused.*, and nothing was refused"),
        ("gas_company", "cancel", cancelled_without_asking, "cancel of what is delivered says Cancelled"),
        ("gas_card_reader", "_tries", tries_are_not_asked, "a wrong key was presented 2 times"),
    ],
)
def test_it_is_found(
    role: str, method: str, broken: Callable[..., Any], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_passed(_: Bench) -> None:
        """What every driver keeps to is not broken here, and takes its time."""

    driver = load_driver(f"acme_{role}")
    monkeypatch.setattr(driver, method, partialmethod(broken, getattr(driver, method)))
    monkeypatch.setattr(general, "keeps", is_passed)
    with pytest.raises(ContractError, match=says):
        device_contract(f"acme_{role}", settings={"answer_s": 0.5, **QUICK.get(role, {})})()
