"""What a request to the simulated WeChat Pay asks and what its answer says, in a developer's words."""

from aiohttp import web

from kiosk.testing.http_peer import json_of, yuan_of


def explain(request: web.Request, body: bytes, answer: web.Response | None) -> str:
    """See `kiosk.testing.http_peer.Explain`."""
    return _asked(request, body) if answer is None else _answered(answer)


def _asked(request: web.Request, body: bytes) -> str:
    said = json_of(body)
    amount = said.get("amount")
    money = amount if isinstance(amount, dict) else {}
    *_, before, last = ("", *request.path.split("/"))
    match (request.method, before, last):
        case ("POST", "transactions", "native"):
            return (
                f"new order {said.get('out_trade_no')}, {yuan_of(money.get('total'))}"
                f" for {said.get('description')!r}, open until {said.get('time_expire', 'two hours from now')}"
            )
        case ("POST", "transactions", "codepay"):
            return (
                f"take {yuan_of(money.get('total'))} by payment code for order {said.get('out_trade_no')},"
                f" {said.get('description')!r}"
            )
        case ("POST", number, "reverse"):
            return f"reverse payment {number}"
        case ("POST", number, "close"):
            return f"close order {number}"
        case ("POST", "domestic", "refunds"):
            paid = said.get("transaction_id") or said.get("out_trade_no")
            return f"give back {yuan_of(money.get('refund'))} of {paid} as refund {said.get('out_refund_no')}"
        case ("GET", "refunds", number):
            return f"how is refund {number}?"
        case ("GET", "out-trade-no" | "id", number):
            return f"is order {number} paid?"
        case _:
            return "no interface that WeChat Pay has"


def _answered(answer: web.Response) -> str:
    said = json_of(answer.body if isinstance(answer.body, bytes) else b"")
    signed = "" if "Wechatpay-Signature" in answer.headers else ", unsigned"
    amount = said.get("amount")
    money = amount if isinstance(amount, dict) else {}
    match said:
        case {"code": code, "message": message}:
            return f"{code}: {message}{signed}"
        case {"code_url": code_url}:
            return f"the code to show: {code_url}{signed}"
        case {"trade_state": "SUCCESS" | "REFUND" as state}:
            return f"{state}: {yuan_of(money.get('total'))} paid as {said.get('transaction_id')}{signed}"
        case {"trade_state": state}:
            return f"{state}{signed}"
        case {"out_refund_no": number, "status": status}:
            return f"{status}: refund {number} of {yuan_of(money.get('refund'))}{signed}"
        case _:
            return f"done{signed}"
