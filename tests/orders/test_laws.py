"""Each law of the money path, broken once: it says so."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from kiosk.orders import steps
from kiosk.protocol import events as ev
from tests.orders import laws
from tests.orders.card_peers import LANDED
from tests.orders.laws import Booked, BrokenLawError, Taking
from tests.orders.story import DUE, NO, Story

PAID = Taking(key=f"{NO}A1", fen=DUE)
BACK = replace(PAID, returned=((f"{NO}A1R1", DUE),))
DELIVERED = Booked(takings=(PAID,), goods="delivered", deliveries=1)


def delivered() -> Story:
    return Story().opened().shown().captured().delivered()


def shown() -> Story:
    return Story().opened().shown()


def two_live() -> None:
    rows = shown().rows
    laws.i2_one_live_attempt_and_one_hold([replace(rows, attempts=(rows.attempts[0], rows.attempts[0]))])


def two_holds() -> None:
    held = Story().opened().at_the_reader().rows
    laws.i2_one_live_attempt_and_one_hold([held, held])


def closed_too_early() -> None:
    rows = shown().rows
    laws.i3_every_fen_is_accounted_for(replace(rows, order=replace(rows.order, closed=True)), Booked())


def on_the_card(story: Story, written_m3: int, *, torn: bool = False, heard: bool = True) -> Callable[[], None]:
    return lambda: laws.i5_as_much_as_booked(story.rows, Decimal(written_m3), torn=torn, heard=heard)


def loaded() -> Story:
    return Story(card="c", due_fen=0).owed().job().answered(steps.Write(1, doubt=False), LANDED)


BREACHES: dict[str, tuple[str, Callable[[], None]]] = {
    "a start without its row": ("I1", lambda: laws.i1_row_before_the_first_byte(Story().rows, steps.Start(1))),
    "a confirmation of an open order": (
        "I1",
        lambda: laws.i1_row_before_the_first_byte(shown().captured().rows, steps.Confirm(doubt=False)),
    ),
    "an order that is not on disk": ("I1", lambda: laws.i1_row_before_the_first_byte(None, steps.OpenOrder())),
    "two live attempts": ("I2", two_live),
    "two orders hold a device": ("I2", two_holds),
    "goods and the money": (
        "I3",
        lambda: laws.i3_every_fen_is_accounted_for(delivered().rows, replace(DELIVERED, takings=(BACK,))),
    ),
    "closed while something is live": ("I3", closed_too_early),
    "a capture without a row": (
        "I4",
        lambda: laws.i4_every_booking_has_its_row(Story().rows, Booked(takings=(PAID,))),
    ),
    "a row without a capture": ("I4", lambda: laws.i4_every_booking_has_its_row(shown().captured().rows, Booked())),
    "a refund without a row": (
        "I4",
        lambda: laws.i4_every_booking_has_its_row(shown().captured().rows, Booked(takings=(BACK,))),
    ),
    "delivered while it is held": (
        "I4",
        lambda: laws.i4_every_booking_has_its_row(shown().captured().rows, DELIVERED),
    ),
    "delivered twice": ("I5", lambda: laws.i5_delivered_once(replace(DELIVERED, deliveries=2))),
    "more is booked than the card holds": ("I5", on_the_card(loaded(), 0)),
    "the card holds more than is booked": (
        "I5",
        on_the_card(loaded().then(ev.JobReported(order_no=NO, n=1)), 60),
    ),
    "closed before the company heard": (
        "I5",
        on_the_card(loaded().then(ev.JobReported(order_no=NO, n=1)), 30, heard=False),
    ),
    "gas on the card of an order that was called off": ("I5", on_the_card(Story(card="c").cancelled(), 30)),
    "half a write on the card of such an order": ("I5", on_the_card(Story(card="c").cancelled(), 0, torn=True)),
    "a write without its row": ("I1", lambda: laws.i1_row_before_the_first_byte(shown().rows, steps.Write(1, False))),
    "given back before the fence": (
        "I6",
        lambda: laws.i6_refund_only_after_the_fence(shown().captured().rows, Booked(takings=(BACK,), goods="open")),
    ),
    "more given back than taken": (
        "I6",
        lambda: laws.i6_refund_only_after_the_fence(
            delivered().rows, replace(DELIVERED, takings=(replace(BACK, fen=1),))
        ),
    ),
    "delivered for less": (
        "I7",
        lambda: laws.i7_paid_before_delivered(delivered().rows, replace(DELIVERED, takings=(replace(PAID, fen=1),))),
    ),
    "open for ever": ("I8", lambda: laws.i8_it_ends(shown().rows, beyond_the_machine=False)),
    "done, and the company has nothing": ("screen", lambda: laws.no_screen_lies(delivered().rows, Booked())),
    "nothing taken, and money was": (
        "screen",
        lambda: laws.no_screen_lies(Story().opened().cancelled().rows, Booked(takings=(PAID,), goods="cancelled")),
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_named(breach: str) -> None:
    law, look = BREACHES[breach]
    with pytest.raises(BrokenLawError, match=law):
        look()


def test_an_order_that_went_well_breaks_none() -> None:
    rows = delivered().rows
    laws.i2_one_live_attempt_and_one_hold([rows])
    laws.after_every_step(rows, DELIVERED)
    laws.i8_it_ends(rows, beyond_the_machine=False)
