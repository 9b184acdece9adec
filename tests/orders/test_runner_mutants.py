"""The state machine can fail: it finds runners that are wrong in one thing each, by the law that this breaks."""

from collections.abc import Callable

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from msgspec.structs import replace

from kiosk.devices import payment
from kiosk.orders import steps
from kiosk.orders.orders import Orders
from kiosk.orders.runner import Running
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import AttemptRow
from tests.orders import card_mutants, mutants
from tests.orders.mutants import Mutant, Patch
from tests.orders.test_state_machine import USUAL, Hall


def every_device_is_free(patch: Patch) -> None:
    """The card terminal takes a sale though an earlier one is not resolved."""
    patch.setattr(Orders, "holder", lambda *_: None)


def account_may_begin_again(patch: Patch) -> None:
    patch.setattr(Orders, "unfinished", lambda *_: None)


def asks_before_it_records(patch: Patch) -> None:
    act = Running._act

    async def early(self: Running, intent: tuple[ev.Event, ...], effect: steps.Effect | None) -> None:
        if isinstance(effect, steps.Confirm):
            await self._perform(effect)
        await act(self, intent, effect)

    patch.setattr(Running, "_act", early)


def starts_again_after_silence(patch: Patch) -> None:
    call = Running._call

    async def twice(self: Running, effect: steps.Effect) -> object:
        if isinstance(effect, steps.Start):
            await call(self, effect)
        return await call(self, effect)

    patch.setattr(Running, "_call", twice)


def refunds_under_a_new_number(patch: Patch) -> None:
    """Retry without key."""
    give_back = Running._give_back

    async def renamed(self: Running, attempt: AttemptRow, r: int) -> payment.RefundOutcome:
        rows = self.rows
        if self._asked_before:
            again = tuple(replace(row, key=f"{row.key}x") for row in rows.refunds)
            self.rows = replace(rows, refunds=again)
        try:
            return await give_back(self, attempt, r)
        finally:
            self.rows = rows

    patch.setattr(Running, "_give_back", renamed)


FOUND: dict[Mutant, str] = {
    every_device_is_free: "I2",
    account_may_begin_again: "I2",
    asks_before_it_records: "I1",
    starts_again_after_silence: "I1",
    refunds_under_a_new_number: "I[346]",
    mutants.confirmation_assumed: "I[34]",
    mutants.refund_assumed: "I[34]",
    mutants.slips_never_marked: "screen",
    card_mutants.write_assumed: "I[1-5]",
    card_mutants.silence_leaves_the_card_as_it_was: "I[1-5]",
    card_mutants.card_given_up_at_once: "I8",
    card_mutants.owed_is_delivered: "I[345]",
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mutant", FOUND, ids=lambda mutant: mutant.__name__.replace("_", " "))
def test_a_wrong_runner_is_found(mutant: Callable[[Patch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    mutant(monkeypatch)
    found = settings(USUAL, max_examples=1000, phases=[Phase.generate], derandomize=True, print_blob=False)
    with pytest.raises(AssertionError, match=FOUND[mutant]):
        run_state_machine_as_test(Hall, settings=found)
