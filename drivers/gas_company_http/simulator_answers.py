"""The simulated company's answers as JSON, and the ways in which a quote can contradict itself."""

import sqlite3
from decimal import Decimal

from drivers.gas_company_http.simulator_accounts import Bill
from drivers.gas_company_http.simulator_books import provider_ref, receipt_no
from kiosk.testing.simulator import Json


def period_json(bill: Bill) -> Json:
    """An unpaid period."""
    return {
        "first_month": bill.first_month,
        "last_month": bill.last_month,
        "volume_m3": str(bill.volume),
        "lines": [
            {"tier": line.tier, "volume_m3": str(line.volume), "unit_price": str(line.price), "amount_fen": line.fen}
            for line in bill.lines
        ],
        "late_fee_fen": bill.late_fee_fen,
        "amount_fen": bill.fen,
    }


def order_json(order: sqlite3.Row, *, owed: bool = False) -> Json:
    """What the company knows of an order; `owed`: its card is still to be written."""
    known: Json = {"order_no": order["order_no"], "state": "owed" if owed else order["state"]}
    match known["state"]:
        case "open":
            known |= {
                "pay_by_ms": order["pay_by_ms"],
                "due_fen": order["due_fen"],
                "provider_ref": provider_ref(order),
            }
        case "delivered":
            known |= {
                "receipt_no": receipt_no(order),
                "paid_fen": order["paid_fen"],
            }
            if order["channel"] is not None:  # what is owed already is delivered without a payment
                known |= {"channel": order["channel"], "channel_ref": order["channel_ref"]}
    return known


def contradict(quote: Json, kind: str) -> None:
    """Make `quote` inconsistent."""
    period = quote["periods"][0]
    match kind:
        case "period":
            period["amount_fen"] += 1
            quote["total_fen"] += 1
        case "line":
            period["lines"][0]["amount_fen"] //= 100
            period["amount_fen"] = sum(line["amount_fen"] for line in period["lines"]) + period["late_fee_fen"]
            quote["total_fen"] = sum(each["amount_fen"] for each in quote["periods"])
        case "volume":
            period["volume_m3"] = str(Decimal(period["volume_m3"]) + 1)
        case "negative":
            period["late_fee_fen"] -= 1000
            period["amount_fen"] -= 1000
            quote["total_fen"] -= 1000
        case _:
            quote["total_fen"] += 1


def contradict_top_up(quote: Json, kind: str) -> None:
    """Make the `quote` of a top-up inconsistent."""
    match kind:
        case "line":
            quote["lines"][0]["amount_fen"] //= 100
        case "negative":
            quote["lines"][0]["amount_fen"] *= -1
        case "balance":
            quote["balance_after_fen"] += 1
        case "owed":
            quote["owed_fen"] += 1
        case _:
            quote["total_fen"] += 1
            quote["balance_after_fen"] += 1
