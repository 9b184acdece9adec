"""What a request to the simulated Alipay asks and what its answer says, in a developer's words."""

import json
from urllib.parse import parse_qs

from aiohttp import web

from kiosk.testing.http_peer import json_of
from kiosk.testing.simulator import Json


def parameters(request: web.Request, body: bytes) -> dict[str, str]:
    """A request's parameters, those of the address and those of the form. Of a name that comes twice, the last."""
    form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {**request.query, **{name: values[-1] for name, values in form.items()}}


def explain(request: web.Request, body: bytes, answer: web.Response | None) -> str:
    """See `kiosk.testing.http_peer.Explain`."""
    if answer is not None:
        return _answered(answer.body if isinstance(answer.body, bytes) else b"")
    asked = parameters(request, body)
    content = json_of(asked.get("biz_content", "").encode())
    number = content.get("out_trade_no")
    match asked.get("method", ""):
        case "alipay.trade.precreate":
            return f"new code for {number}, ¥{content.get('total_amount')} for {content.get('subject')!r}"
        case "alipay.trade.pay":
            return f"take ¥{content.get('total_amount')} by payment code for {number}, {content.get('subject')!r}"
        case "alipay.trade.query":
            return f"is trade {number} paid?"
        case "alipay.trade.cancel":
            return f"cancel trade {number}"
        case "alipay.trade.refund":
            return f"give back ¥{content.get('refund_amount')} of {number} as refund {content.get('out_request_no')}"
        case "alipay.trade.fastpay.refund.query":
            return f"how is refund {content.get('out_request_no')}?"
        case _:
            return "no interface that Alipay has here"


def _answered(body: bytes) -> str:
    said = json_of(body)
    signed = "" if "sign" in said else ", unsigned"
    inner: Json = next((value for value in said.values() if isinstance(value, dict)), {})
    match inner:
        case {"sub_code": code, "sub_msg": message}:
            return f"{code}: {message}{signed}"
        case {"qr_code": qr_code}:
            return f"the code to show: {qr_code}{signed}"
        case {"gmt_payment": _, "total_amount": amount, "trade_no": number}:
            return f"¥{amount} paid as {number}{signed}"
        case {"code": "10003", "trade_no": number}:
            return f"{number} waits for the password{signed}"
        case {"trade_status": "TRADE_SUCCESS" as state, "total_amount": amount, "trade_no": number}:
            return f"{state}: ¥{amount} paid as {number}{signed}"
        case {"trade_status": state}:
            return f"{state}{signed}"
        case {"retry_flag": again}:
            return f"cancelled ({inner.get('action', 'nothing to close')}), again: {again}{signed}"
        case {"refund_status": state}:
            return f"{state}: ¥{inner.get('refund_amount')}{signed}"
        case {"refund_fee": amount}:
            return f"¥{amount} given back in all{signed}"
        case {"code": "10000"}:
            return f"nothing to be seen of that{signed}"
        case _:
            return f"{json.dumps(inner)[:80]}{signed}"
