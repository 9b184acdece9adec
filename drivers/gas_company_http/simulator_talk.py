"""What a request to the simulated gas company asks and what its answer says, in a developer's words."""

from aiohttp import web

from kiosk.testing.http_peer import json_of, yuan_of
from kiosk.testing.simulator import Json


def explain(request: web.Request, body: bytes, answer: web.Response | None) -> str:
    """See `kiosk.testing.http_peer.Explain`."""
    if answer is None:
        return _asked(request.method, request.path.split("/")[2:], json_of(body))
    signed = "" if "Menkou-Signature" in answer.headers else ", unsigned"
    return _answered(json_of(answer.body if isinstance(answer.body, bytes) else b"")) + signed


def _asked(method: str, path: list[str], said: Json) -> str:
    match (method, path):
        case ("GET", ["ping"]):
            return "are you there?"
        case ("GET", ["accounts", account]):
            return f"whose is account {account}?"
        case ("POST", ["holder-accounts"]):
            return "which accounts has the holder of this identity card?"
        case ("POST", ["accounts", account, "quotes"]):
            return f"what does account {account} owe?"
        case ("POST", ["accounts", account, "top-up-quotes"]):
            return f"what would {yuan_of(said.get('amount_fen'))} do for account {account}?"
        case ("GET", ["orders", number]):
            return f"how is order {number}?"
        case ("PUT", ["orders", number]):
            return f"open order {number} for account {said.get('account')} at quote {said.get('quote_id')}"
        case ("PUT", ["orders", number, "payment"]):
            return f"order {number} is paid: {yuan_of(said.get('paid_fen'))} by {said.get('channel')}"
        case ("PUT", ["orders", number, "cancellation"]):
            return f"cancel order {number}: {said.get('reason')}"
        case ("POST", ["cards"]):
            return "whose card is this?"
        case ("POST", ["cards", "quotes"]):
            return f"what does gas for this card cost? ({_wish(said)})"
        case ("PUT", ["orders", number, "write"]):
            again = f", job {said['job']} again" if "job" in said else ""
            return f"what must the card of order {number} hold{again}?"
        case ("PUT", ["orders", number, "report"]):
            return f"order {number}, job {said.get('job')}: {said.get('outcome')}"
        case ("GET", ["days", day, "orders"]):
            return f"all orders of {day}"
        case _:
            return "no path that the company has"


def _wish(said: Json) -> str:
    if "amount_fen" in said:
        return yuan_of(said["amount_fen"])
    return f"{said['volume_m3']} m³" if "volume_m3" in said else f"load {said.get('load_id')}"


def _answered(said: Json) -> str:
    match said:
        case {"error": error}:
            return f"refused: {error}"
        case {"job": {"number": job, "gas_m3": gas, "count": count}}:
            return f"job {job}: {gas} m³ as purchase {count}"
        case {"card": card, "gas_on_card_m3": gas, "count": count}:
            return f"card {card}: {count} purchases, {gas} m³ on it"
        case {"quote_id": quote, "total_fen": total}:
            return f"quote {quote}: {yuan_of(total)}"
        case {"order_no": number, "state": "delivered"}:
            return f"order {number} delivered, receipt {said.get('receipt_no')}, {yuan_of(said.get('paid_fen'))}"
        case {"order_no": number, "state": "open"}:
            return f"order {number} open, {yuan_of(said.get('due_fen'))} due"
        case {"order_no": number, "state": state}:
            return f"order {number} {state}"
        case {"number": number, "holder_masked": holder, "meter_kind": "remote"}:
            return f"account {number} of {holder} has {yuan_of(said.get('balance_fen'))}"
        case {"number": number, "holder_masked": holder}:
            return f"account {number} of {holder} owes {yuan_of(said.get('arrears_fen'))}"
        case {"time_ms": _}:
            return "here I am"
        case {"day": day, "delivered_count": count}:
            return f"{count} delivered on {day}, {yuan_of(said.get('delivered_fen'))}"
        case _:
            return ", ".join(sorted(said)) or "nothing"
