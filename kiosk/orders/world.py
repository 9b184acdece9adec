"""What every order needs of the terminal around it."""

from collections.abc import Callable, Mapping
from typing import Protocol, assert_never

import msgspec

from kiosk.devices import gas, gas_card, payment
from kiosk.ledger.seal import Sealed
from kiosk.orders import answers, steps
from kiosk.orders.settings import OrderSettings
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import Rows

Observer = Callable[[str], None]
"""Told the name of each moment around a durable step or an outside effect; campaigns cut the power in it."""


class Journal(Protocol):
    """What the money path needs of the ledger."""

    async def record(self, *events: ev.Event, rows: Rows, subject: Sealed | None = None) -> None:
        """Make events, rows and sealed values durable in one step; raises when that is not certain."""


class World:
    """What every order needs: the ledger, the devices, the time, and the observer of campaigns."""

    def __init__(
        self,
        *,
        journal: Journal,
        gas_company: gas.GasCompany[msgspec.Struct],
        methods: Mapping[str, payment.PaymentMethod[msgspec.Struct]],
        settings: OrderSettings,
        now_ms: Callable[[], int],
        wording: Callable[[str], str],
        cards: gas_card.GasCardReader[msgspec.Struct] | None = None,
        observe: Observer = lambda _: None,
    ) -> None:
        """`methods` by device name; `wording` gives what the payer's wallet shows, by kind of order."""
        self.journal = journal
        self.gas = gas_company
        self.methods = methods
        self.settings = settings
        self.now_ms = now_ms
        self.wording = wording
        self.cards = cards
        self.observe = observe
        self.holder: Callable[[str, str], str | None] = lambda *_: None
        """The order that is at a last-sale device, if any but this one is: `Orders` knows."""


def no_answer(effect: steps.Effect, why: str) -> answers.Answer:
    """What an effect without an answer amounts to."""
    match effect:
        case steps.OpenOrder() | steps.Confirm() | steps.Cancel() | steps.Fetch() | steps.Report() | steps.Ask():
            return gas.Unreachable(why, sent=True)
        case steps.Prepare() | steps.Start() | steps.Find() | steps.Close() | steps.Capture():
            return payment.Unknown(why)
        case steps.Write() | steps.Look():
            return gas_card.CardUnknown(why)
        case steps.GiveBack() | steps.FindRefund():
            return payment.RefundPending(why)
        case _:
            assert_never(effect)
