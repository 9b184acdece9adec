"""A nexo card terminal to test against: Sale to POI in JSON over TLS, with books, a resident's hand and faults.

`python -m drivers.nexo_terminal.simulator --books DIR [--plain]` makes its certificate and books in DIR. It seals its
messages, and takes sealed ones only, unless it is `--plain`. It waits for a resident: card, PIN, the bank's word; `pay`
does it all. Nobody acts: it gives up after its own time-outs.

UNSURE, and so: a payment or a reversal under a number that it knows is answered as the first was, and not done again;
an abort is answered with nothing, and does nothing once the bank is asked.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from aiohttp import web

from drivers.nexo_terminal.simulator_books import Books
from drivers.nexo_terminal.simulator_keys import (
    KEY_IDENTIFIER,
    PASSPHRASE,
    NotSealedError,
    certificate,
    seal,
    tls,
    unseal,
)
from drivers.nexo_terminal.simulator_terminal import Order, Terminal, Waits
from kiosk.testing.http_peer import HTTP_FAULTS, WIRE_BUTTONS, HttpWire, json_of, yuan_of
from kiosk.testing.simulator import Action, Button, Faults, Json, Talk, main

POI_ID = "V400m-346403161"
SALE_ID = "MENKOU-HALL-01"

FAULTS = {
    **HTTP_FAULTS,
    "busy": "payment: the terminal is busy with something else",
    "invalid_card": "payment: the card cannot be read",
    "unreachable_host": "payment: the bank cannot be reached",
    "partial": "payment: the bank approves only `fen` (half) of it",
    "wrong_amount": "payment: `fen` is taken instead of what was asked",
    "dies": "payment: the bank approves, and the power goes before anybody is answered",
    "abort_ignored": "abort: is heard, and nothing comes of it",
    "in_progress": "status: says that it is still in progress",
    "reversal_not_now": "reversal: the bank cannot be reached",
    "reversal_never": "reversal: is not allowed",
    "logged_out": "refuses with LoggedOut",
    "other_number": "the answer bears the number of another message",
    "not_sealed": "the answer is not sealed",
    "wrong_seal": "the answer was changed after it was sealed",
}
"""Faults of answers may be narrowed by `op`: Payment, TransactionStatus, Reversal, Abort, Diagnosis."""

BUTTONS = (
    Button(label="Pay: card, PIN, approved, card out", group="Card", action="pay"),
    Button(label="Insert a card", group="Card", action="insert"),
    Button(label="Tap a card", group="Card", action="tap"),
    Button(label="Right PIN", group="Card", action="pin"),
    Button(label="Wrong PIN", group="Card", action="wrong_pin"),
    Button(label="Red key: cancel", group="Card", action="cancel"),
    Button(label="Approve", group="Bank", action="approve"),
    Button(label="Decline", group="Bank", action="decline"),
    Button(label="Approves, then dies", group="Bank", fault="dies"),
    Button(label="Power off", group="Terminal", action="power_off"),
    Button(label="Power on", group="Terminal", action="power_on"),
)
PATIENCE_S = 3.0
"""How long whoever pays stands there before a payment begins."""
KEYS = ("insert", "tap", "pin", "wrong_pin", "cancel", "approve", "decline")


class NexoTerminalSimulator:
    """The wire and the hand."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.faults = Faults(FAULTS)
        self.talk = Talk()
        self._file = certificate(options.books)
        self._plain: bool = options.plain
        self._secret = options.books / "passphrase"
        self._secret.write_bytes(PASSPHRASE)
        self._books = Books(options.books, _now)
        waits = Waits(options.card_wait_s, options.pin_wait_s, options.bank_wait_s)
        self._terminal = Terminal(self._books, self.faults, waits, _yuan)
        self._wire = HttpWire(self.faults, self.talk, self._serve, self._explain, options.port, tls=tls(self._file))
        self._sales: set[asyncio.Task[Json]] = set()
        keys = {key: self._key(key) for key in KEYS}
        power = {"power_off": self._power_off, "power_on": self._power_on}
        self.actions: Mapping[str, Action] = {**keys, **power, "pay": self._pay, **self._wire.actions}
        self._give_up()

    async def start(self) -> Json:
        """Listen; what a `[[device]]` needs to reach this terminal."""
        sealed = {"passphrase": f"file:{self._secret.resolve()}", "key_identifier": KEY_IDENTIFIER}
        return {
            "port": await self._wire.plug(),
            "settings": {
                "poi_id": POI_ID,
                "sale_id": SALE_ID,
                "certificate": f"file:{self._file.with_name('certificate.pem')}",
                **({} if self._plain else sealed),
            },
        }

    async def stop(self) -> None:
        """Stop listening and close the books."""
        for sale in self._sales:
            sale.cancel()
        await asyncio.gather(*self._sales, return_exceptions=True)
        await self._wire.unplug()
        self._books.shut()

    def books(self) -> Json:
        """`{"payments": {transaction: {state, asked_fen, paid_fen, refunded_fen, …}}, "reversals": […]}`."""
        terminal = self._terminal
        state = {
            "plugged": self._wire.plugged,
            "powered": terminal.phase != "off",
            "phase": terminal.phase,
            "screen": terminal.screen,
            "last_result": terminal.last_result,
        }
        return {**self._books.report(), "state": state}

    def add_control_routes(self, app: web.Application) -> None:
        """None beyond the usual."""

    # The hand

    def _key(self, key: str) -> Action:
        async def press(_: Json) -> Json:
            return {"done": self._terminal.press(key)}

        return press

    async def _pay(self, _: Json) -> Json:
        """Card, PIN, the bank's yes, as soon as the terminal waits for each; ends with the payment."""
        before = self._terminal.ended
        done = await self._begun()
        for key in ("pin", "approve"):
            done = done and await self._terminal.press_when_wanted(key)
        if done:
            await self._terminal.until_ended(before)
        return {"done": done}

    async def _begun(self) -> bool:
        """Insert a card, once a payment waits for one; False where none comes in a moment."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._terminal.press_when_wanted("insert")
        except TimeoutError:
            return False

    async def _power_off(self, _: Json) -> Json:
        self._terminal.power(on=False)
        await self._wire.unplug()
        return {"powered": False}

    async def _power_on(self, _: Json) -> Json:
        self._give_up()
        self._terminal.power(on=True)
        await self._wire.plug()
        return {"powered": True}

    def _give_up(self) -> None:
        self._books.give_up_what_ran(json.dumps({"Response": {"Result": "Failure", "ErrorCondition": "Aborted"}}))

    # The wire

    async def _serve(self, request: web.Request) -> web.Response:
        if request.method != "POST" or request.path.rstrip("/") != "/nexo":
            return web.Response(status=404)
        try:
            message = self._opened(await request.read())
        except NotSealedError as error:
            return web.Response(status=400, text=str(error))
        header = message.get("MessageHeader", {})
        op = str(header.get("MessageCategory", ""))
        content = message.get(f"{op}Request", {})
        if header.get("POIID") != POI_ID or not 1 <= len(str(header.get("ServiceID", ""))) <= 10:
            return web.Response(status=400, text="POIID or ServiceID is wrong")
        if op == "Abort":
            return self._abort(content)
        body = await self._act(op, header, content)
        return self._answer(op, header, body)

    def _opened(self, body: bytes) -> Json:
        message = json_of(body).get("SaleToPOIRequest")
        if not isinstance(message, dict):
            raise NotSealedError("no SaleToPOIRequest")
        if self._plain:
            return message
        inner = json_of(unseal(message)).get("SaleToPOIRequest")
        if not isinstance(inner, dict) or inner.get("MessageHeader") != message.get("MessageHeader"):
            raise NotSealedError("the header outside is not the one inside")
        return inner

    def _answer(self, op: str, asked: Json, body: Json) -> web.Response:
        header = {**asked, "MessageType": "Response"}
        if self.faults.take("other_number", op=op):
            header["ServiceID"] = "0000000000"
        answer: Json = {"MessageHeader": header, f"{op}Response": body}
        if not self._plain and not self.faults.take("not_sealed", op=op):
            answer = seal(header, _dump({"SaleToPOIResponse": answer}))
            if self.faults.take("wrong_seal", op=op):
                answer["SecurityTrailer"]["Hmac"] = "A" * 43 + "="
        return web.Response(body=_dump({"SaleToPOIResponse": answer}), content_type="application/json")

    async def _act(self, op: str, header: Json, content: Json) -> Json:
        names = (str(header.get("SaleID")), str(header.get("ServiceID")))
        if self.faults.take("logged_out", op=op):
            return _failure("LoggedOut")
        match op:
            case "Payment":
                return await self._payment(names, content)
            case "TransactionStatus":
                return self._status(header, content)
            case "Reversal":
                return self._reversal(names, content)
            case "Diagnosis":
                busy = self._terminal.order is not None
                form = f"batteryLevel=100%25&firmwareVersion=sim_v1_07p2&terminalId={header.get('POIID')}"
                return {
                    "Response": {"Result": "Success", "AdditionalResponse": form},
                    "POIStatus": {"GlobalStatus": "Busy" if busy else "OK", "CommunicationOKFlag": True},
                }
            case _:
                return _failure("MessageFormat")

    async def _payment(self, names: tuple[str, str], content: Json) -> Json:
        if (known := self._books.payment(*names)) is not None:
            return json_of(known["answer"].encode()) or _failure("InProgress")
        try:
            sale = content["SaleData"]["SaleTransactionID"]
            amounts = content["PaymentTransaction"]["AmountsReq"]
            fen = _fen(amounts["RequestedAmount"])
            fields = (str(sale["TransactionID"]), str(sale["TimeStamp"]), fen, str(amounts["Currency"]))
        except (KeyError, TypeError, ValueError):
            return _failure("MessageFormat")
        if self._terminal.order is not None or self.faults.take("busy"):
            return _failure("Busy")
        n = self._books.begin(*names, fields[0], fen)
        sale_task = asyncio.create_task(
            self._sell(Order(n, names[0], names[1], fields[0], fields[1], fields[2], fields[3]))
        )
        self._sales.add(sale_task)  # the terminal goes on whatever becomes of the cable
        sale_task.add_done_callback(self._sales.discard)
        return await asyncio.shield(sale_task)

    async def _sell(self, order: Order) -> Json:
        body = await self._terminal.pay(order)
        self._books.end(order.n, json.dumps(body, default=float))
        if body["Response"]["Result"] != "Failure" and self.faults.take("dies"):
            self._terminal.power(on=False)
            await self._wire.unplug()
        return body

    def _abort(self, content: Json) -> web.Response:
        named = content.get("MessageReference", {})
        running = self._terminal.runs(str(named.get("SaleID")), str(named.get("ServiceID")))
        if running and not self.faults.take("abort_ignored"):
            self._terminal.press("abort")
        return web.Response(status=200)

    def _status(self, header: Json, content: Json) -> Json:
        named = content.get("MessageReference", {})
        category = named.get("MessageCategory", "Payment")
        names = (str(named.get("SaleID", header.get("SaleID"))), str(named.get("ServiceID")))
        known = self._books.reversal(*names) if category == "Reversal" else self._books.payment(*names)
        if known is None:
            return _failure("NotFound")
        if self.faults.take("in_progress") or not known["answer"]:
            return _failure("InProgress")
        repeated = {
            **header,
            "MessageCategory": category,
            "MessageType": "Response",
            "SaleID": names[0],
            "ServiceID": names[1],
        }
        return {
            "Response": {"Result": "Success"},
            "MessageReference": named,
            "RepeatedMessageResponse": {
                "MessageHeader": repeated,
                "RepeatedResponseMessageBody": {f"{category}Response": json_of(known["answer"].encode())},
            },
        }

    def _reversal(self, names: tuple[str, str], content: Json) -> Json:
        if (known := self._books.reversal(*names)) is not None:
            return json_of(known["answer"].encode())
        if self.faults.take("reversal_not_now"):
            return _failure("UnreachableHost")
        if self.faults.take("reversal_never"):
            return _failure("NotAllowed")
        try:
            named = content["OriginalPOITransaction"]["POITransactionID"]
            payment = self._books.payment_numbered(str(named["TransactionID"]))
            own = str(content["SaleData"]["SaleTransactionID"]["TransactionID"])
            left = 0 if payment is None else payment["fen"] - self._books.returned(payment["n"])
            fen = _fen(content["ReversedAmount"]) if "ReversedAmount" in content else left
        except (KeyError, TypeError, ValueError):
            return _failure("MessageFormat")
        if payment is None or str(named.get("TimeStamp")) != payment["at"]:
            return _failure("NotFound")
        if not 0 < fen <= left:
            return _failure("NotAllowed")
        answer = {"Response": {"Result": "Success"}, "POIData": {"POITransactionID": named}}
        self._books.reverse((*names, own), payment["n"], fen, json.dumps(answer))
        return answer

    # In words

    def _explain(self, request: web.Request, body: bytes, answer: web.Response | None) -> str:
        if answer is None:
            try:
                return _asked(self._opened(body))
            except NotSealedError as error:
                return f"a message that is refused: {error}"
        said = answer.body if isinstance(answer.body, bytes) else b""
        inner = json_of(said).get("SaleToPOIResponse", {})
        try:
            inner = inner if "NexoBlob" not in inner else json_of(unseal(inner)).get("SaleToPOIResponse", {})
        except NotSealedError:
            return "an answer that was spoilt on purpose"
        return _said(inner) if inner else "nothing"


def _asked(message: Json) -> str:
    header = message.get("MessageHeader", {})
    number = header.get("ServiceID")
    match message:
        case {"PaymentRequest": {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": amount}}}}:
            return f"payment {number} of {amount}"
        case {"TransactionStatusRequest": {"MessageReference": {"ServiceID": named, "MessageCategory": what}}}:
            return f"what became of {what} {named}?"
        case {"AbortRequest": {"MessageReference": {"ServiceID": named}}}:
            return f"abort payment {named}"
        case {"ReversalRequest": reversal}:
            return f"reversal {number} of {reversal.get('ReversedAmount', 'all')}"
        case {"DiagnosisRequest": _}:
            return "how are you?"
        case _:
            return "no message that the terminal knows"


def _said(message: Json) -> str:
    body: Json = next((value for name, value in message.items() if name.endswith("Response")), {})
    response = body.get("Response", {})
    words = " ".join(filter(None, (response.get("Result"), response.get("ErrorCondition"))))
    match body:
        case {"PaymentResult": {"AmountsResp": {"AuthorizedAmount": amount}}}:
            return f"{words}: {yuan_of(_fen(amount))} taken"
        case {"RepeatedMessageResponse": {"RepeatedResponseMessageBody": repeated}}:
            return f"{words}: it was {_said(repeated)}"
        case _:
            return words


def _failure(condition: str) -> Json:
    return {"Response": {"Result": "Failure", "ErrorCondition": condition}}


def _fen(amount: object) -> int:
    """Raises `ValueError` for what is no amount of money."""
    try:
        fen = Decimal(str(amount)) * 100
        if fen != int(fen) or fen <= 0:
            raise ValueError("not an amount")
        return int(fen)
    except (InvalidOperation, OverflowError):
        raise ValueError("not an amount") from None


def _yuan(fen: int) -> float:
    return fen / 100


def _dump(value: Json) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=float).encode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plain", action="store_true", help="do not seal messages")
    parser.add_argument("--card-wait-s", type=float, default=60)
    parser.add_argument("--pin-wait-s", type=float, default=60)
    parser.add_argument("--bank-wait-s", type=float, default=30)


if __name__ == "__main__":
    main("A simulated nexo card terminal.", NexoTerminalSimulator, _options, buttons=(*BUTTONS, *WIRE_BUTTONS))
