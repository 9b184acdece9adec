"""What a slip on its way to paper is in the record, before and after the printer has it. Pure."""

from typing import assert_never

from kiosk.devices.printer import NotPrinted, Printed, PrintOutcome, PrintUnknown
from kiosk.protocol import events as ev
from kiosk.protocol.order.rows import Rows
from kiosk.protocol.order.truth import gist


def intended(rows: Rows, now_ms: int) -> ev.PrintIntended:
    """The next slip of an order. It is a reprint where one with the same gist may have come out before."""
    told = gist(rows)
    reprint = any(row.truth == told and row.state != "not_printed" for row in rows.prints)
    return ev.PrintIntended(
        order_no=rows.order.order_no, p=len(rows.prints) + 1, reprint=reprint, truth=told, at_ms=now_ms
    )


def ended(order_no: str, p: int, outcome: PrintOutcome) -> ev.PrintEnded:
    """What became of slip `p`."""
    match outcome:
        case Printed():
            return ev.PrintEnded(order_no=order_no, p=p, state="printed")
        case NotPrinted(reason=reason):
            return ev.PrintEnded(order_no=order_no, p=p, state="not_printed", why=reason)
        case PrintUnknown(why=why):
            return ev.PrintEnded(order_no=order_no, p=p, state="unknown", why=why)
        case _:
            assert_never(outcome)


def lost(rows: Rows) -> tuple[ev.PrintEnded, ...]:
    """At a start: slips that were on their way when the power went. Nobody knows what became of them."""
    return tuple(
        ended(row.order_no, row.p, PrintUnknown("the terminal stopped"))
        for row in rows.prints
        if row.state == "intended"
    )
