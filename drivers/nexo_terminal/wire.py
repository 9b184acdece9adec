"""nexo Sale to POI in JSON, as card terminals in a local network speak it: requests out, answers in. Pure.

Facts: docs.adyen.com (terminal API, verify transaction status, cancel a transaction, reversals). Amounts are decimal
numbers in major units on the wire and integer fen here. Whatever an answer holds, reading it raises nothing; only a
complete answer to this very payment is a `Captured` or a `Dead`.

A payment is known by our `SaleID` and a `ServiceID` of ten characters, both made from what the ledger already holds:
after a restart the terminal can be asked what became of it.
"""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta

from drivers.nexo_terminal.sealing import Sealer, SealError, Trailer
from kiosk.devices.payment import (
    Attempt,
    Captured,
    Dead,
    Open,
    Outcome,
    Proof,
    Refund,
    Refunded,
    RefundFailed,
    RefundOutcome,
    RefundPending,
    Unknown,
)

PATH = "/nexo/"
Category = Literal["Payment", "Reversal", "Abort", "TransactionStatus", "Diagnosis"]

PROOFS: dict[str, Proof] = {"Aborted": "cancelled", "Cancel": "cancelled"}
"""Why nothing was taken, by the error condition; all others: the card or the terminal refused."""

NO_ANSWER_YET = "InProgress"
NOT_FOUND = "NotFound"
NEVER_REVERSED = frozenset({"NotAllowed", "PaymentRestriction", "Refusal"})
"""Refusals of a reversal that no time heals."""
LONGEST_REF = 64

T = TypeVar("T", bound=msgspec.Struct)
Text = Annotated[str, Meta(max_length=128)]


class Header(msgspec.Struct, rename={"poi_id": "POIID", "sale_id": "SaleID", "service_id": "ServiceID"}):
    """Who asks whom what, and under which number."""

    message_class: str = msgspec.field(name="MessageClass")
    message_category: str = msgspec.field(name="MessageCategory")
    message_type: str = msgspec.field(name="MessageType")
    sale_id: str
    poi_id: str
    service_id: str = ""
    protocol_version: str = msgspec.field(name="ProtocolVersion", default="3.0")


class Peer(msgspec.Struct, frozen=True):
    """We, and the terminal."""

    sale_id: str
    poi_id: str
    currency: str


class Response(msgspec.Struct, rename="pascal"):
    """How a request ended."""

    result: Literal["Success", "Failure", "Partial"]
    error_condition: Text = ""


class _Named(msgspec.Struct, rename={"transaction_id": "TransactionID", "time_stamp": "TimeStamp"}):
    transaction_id: Text
    time_stamp: Text = ""


class _SaleData(msgspec.Struct, rename={"sale": "SaleTransactionID"}):
    sale: _Named


class _PoiData(msgspec.Struct, rename={"poi": "POITransactionID"}):
    poi: _Named


class _Amounts(msgspec.Struct, rename="pascal"):
    authorized_amount: Decimal
    currency: str = ""


class _PaymentResult(msgspec.Struct, rename={"amounts": "AmountsResp"}):
    amounts: _Amounts


class PaymentAnswer(msgspec.Struct, rename={"poi_data": "POIData"}):
    """The terminal's own answer to a payment."""

    response: Response = msgspec.field(name="Response")
    sale_data: _SaleData | None = msgspec.field(name="SaleData", default=None)
    poi_data: _PoiData | None = None
    result: _PaymentResult | None = msgspec.field(name="PaymentResult", default=None)


class ReversalAnswer(msgspec.Struct):
    """The terminal's own answer to a reversal."""

    response: Response = msgspec.field(name="Response")


class _Repeated(msgspec.Struct, rename="pascal"):
    payment_response: PaymentAnswer | None = None
    reversal_response: ReversalAnswer | None = None


class _RepeatedMessage(msgspec.Struct):
    header: Header = msgspec.field(name="MessageHeader")
    body: _Repeated = msgspec.field(name="RepeatedResponseMessageBody")


class _Reference(msgspec.Struct, rename={"sale_id": "SaleID", "service_id": "ServiceID"}):
    message_category: str = msgspec.field(name="MessageCategory", default="")
    sale_id: str = ""
    service_id: str = ""


class StatusAnswer(msgspec.Struct, rename="pascal"):
    """What the terminal says of an earlier message."""

    response: Response
    message_reference: _Reference | None = None
    repeated_message_response: _RepeatedMessage | None = None


class _PoiStatus(msgspec.Struct, rename="pascal"):
    global_status: str = ""


class _Diagnosed(Response, rename="pascal"):
    additional_response: object = None
    """Of any kind, for all we know: no health hangs on it."""


class DiagnosisAnswer(msgspec.Struct, rename={"status": "POIStatus"}):
    """How the terminal says it is."""

    response: _Diagnosed = msgspec.field(name="Response")
    status: _PoiStatus | None = None


class Body(msgspec.Struct, rename="pascal"):
    """An answer of the terminal: its header, and one object."""

    message_header: Header
    payment_response: PaymentAnswer | None = None
    reversal_response: ReversalAnswer | None = None
    transaction_status_response: StatusAnswer | None = None
    diagnosis_response: DiagnosisAnswer | None = None


class _Sealed(msgspec.Struct):
    header: Header = msgspec.field(name="MessageHeader")
    blob: str = msgspec.field(name="NexoBlob")
    trailer: Trailer = msgspec.field(name="SecurityTrailer")


class _Plain(msgspec.Struct):
    answer: Body = msgspec.field(name="SaleToPOIResponse")


class _Closed(msgspec.Struct):
    answer: _Sealed = msgspec.field(name="SaleToPOIResponse")


class Request(msgspec.Struct, frozen=True):
    """What is asked of the terminal: its header, and the object beside that."""

    header: Header
    name: str
    content: dict[str, object]


_ENCODER = msgspec.json.Encoder(decimal_format="number")


def service_id(key: str) -> str:
    """Ten characters that stand for an attempt's or a refund's key, the same for ever."""
    return base64.b32encode(hashlib.sha256(key.encode()).digest())[:10].decode()


def pay(peer: Peer, attempt: Attempt) -> Request:
    """Ask for the money."""
    content: dict[str, object] = {
        "SaleData": {"SaleTransactionID": {"TransactionID": attempt.key, "TimeStamp": _utc(attempt.sent_ms)}},
        "PaymentTransaction": {
            "AmountsReq": {"Currency": peer.currency, "RequestedAmount": Decimal(attempt.amount_fen) / 100}
        },
    }
    return _request(peer, "Payment", service_id(attempt.key), content)


def status(peer: Peer, category: Literal["Payment", "Reversal"], key: str, number: str) -> Request:
    """Ask what became of an earlier message. `number` is this message's own."""
    content: dict[str, object] = {
        "MessageReference": {"MessageCategory": category, "SaleID": peer.sale_id, "ServiceID": service_id(key)},
        "ReceiptReprintFlag": False,
    }
    return _request(peer, "TransactionStatus", number, content)


def abort(peer: Peer, attempt: Attempt, number: str) -> Request:
    """Ask that a payment end; it then answers by itself."""
    content: dict[str, object] = {
        "AbortReason": "MerchantAbort",
        "MessageReference": {
            "MessageCategory": "Payment",
            "SaleID": peer.sale_id,
            "ServiceID": service_id(attempt.key),
        },
    }
    return _request(peer, "Abort", number, content)


def reverse(peer: Peer, attempt: Attempt, refund: Refund) -> Request:
    """Ask that money go back, all of it or a part; under the same number however often it is sent."""
    transaction_id, time_stamp = split_ref(attempt.ref)
    named = {"TransactionID": transaction_id, "TimeStamp": time_stamp or _utc(attempt.sent_ms)}
    part = {} if refund.amount_fen == attempt.captured_fen else {"ReversedAmount": Decimal(refund.amount_fen) / 100}
    content: dict[str, object] = {
        "OriginalPOITransaction": {"POITransactionID": named},
        "ReversalReason": "MerchantCancel",
        **part,
        "SaleData": {"SaleTransactionID": {"TransactionID": refund.key, "TimeStamp": _utc(attempt.sent_ms)}},
    }
    return _request(peer, "Reversal", service_id(refund.key), content)


def diagnose(peer: Peer, number: str) -> Request:
    """Ask how the terminal is."""
    return _request(peer, "Diagnosis", number, {"HostDiagnosisFlag": False})


def encode(request: Request, sealer: Sealer | None, nonce: bytes) -> bytes:
    """The body to post."""
    plain = {"SaleToPOIRequest": {"MessageHeader": request.header, request.name: request.content}}
    if sealer is None:
        return _ENCODER.encode(plain)
    blob, trailer = sealer.seal(_ENCODER.encode(plain), nonce)
    sealed = {"MessageHeader": request.header, "NexoBlob": blob, "SecurityTrailer": trailer}
    return _ENCODER.encode({"SaleToPOIRequest": sealed})


def decode(body: bytes, asked: Header, sealer: Sealer | None) -> Body | str:
    """The answer to `asked`; why not, where it is none."""
    if sealer is not None:
        closed = _decode(body, _Closed)
        if closed is None:
            return "not sealed, or not readable"
        try:
            body = sealer.unseal(closed.answer.blob, closed.answer.trailer)
        except SealError as error:
            return f"not the terminal's: {error}"
    plain = _decode(body, _Plain)
    if plain is None:
        return "answer cannot be read"
    header = plain.answer.message_header
    same = (header.message_category, header.message_type, header.sale_id, header.poi_id, header.service_id)
    wanted = (asked.message_category, "Response", asked.sale_id, asked.poi_id, asked.service_id)
    return plain.answer if same == wanted else "answer to another message"


def read_payment(answer: PaymentAnswer | None, peer: Peer, attempt: Attempt) -> Outcome:
    """The terminal's own answer to the payment, direct or repeated."""
    if answer is None:
        return Unknown("no payment in the answer")
    why = answer.response.error_condition
    if answer.response.result == "Failure":
        if why == NO_ANSWER_YET:
            return Unknown(why)
        return Dead(PROOFS.get(why, "refused"))
    if answer.sale_data is None or answer.poi_data is None or answer.result is None:
        return Unknown("paid, but the answer is not whole")
    if answer.sale_data.sale.transaction_id != attempt.key:
        return Unknown("answer is about another payment")
    amounts = answer.result.amounts
    fen = fen_of(amounts.authorized_amount)
    ref = join_ref(answer.poi_data.poi.transaction_id, answer.poi_data.poi.time_stamp)
    if fen is None or amounts.currency not in ("", peer.currency) or not ref:
        return Unknown("paid, but the answer cannot be read")
    return Captured(fen, ref)


def read_status(answer: StatusAnswer | None, peer: Peer, attempt: Attempt, *, may_arrive: bool) -> Outcome:
    """What the terminal says of the payment. `may_arrive`: the request may still be on its way."""
    if answer is None:
        return Unknown("no status in the answer")
    if answer.response.result != "Success":
        match answer.response.error_condition:
            case "InProgress":
                return Open()
            case "NotFound":
                return Unknown("not there yet") if may_arrive else Dead("never_arrived")
            case why:
                return Unknown(_word(why) or "no status")
    repeated = answer.repeated_message_response
    if repeated is None or not _is_about(repeated.header, peer, "Payment", attempt.key):
        return Unknown("answer is about another payment")
    return read_payment(repeated.body.payment_response, peer, attempt)


def read_reversal(answer: ReversalAnswer | None, attempt: Attempt) -> RefundOutcome:
    """The terminal's own answer to the reversal, direct or repeated."""
    if answer is None:
        return RefundPending("no reversal in the answer")
    why = _word(answer.response.error_condition)
    if answer.response.result == "Success":
        return Refunded(attempt.ref)
    return RefundFailed(why) if why in NEVER_REVERSED else RefundPending(why or answer.response.result)


def read_reversal_status(
    answer: StatusAnswer | None, peer: Peer, attempt: Attempt, refund: Refund
) -> RefundOutcome | None:
    """What the terminal says of an earlier reversal; None where that came to nothing, and may be asked for again."""
    if answer is None:
        return RefundPending("no status in the answer")
    if answer.response.result != "Success":
        why = _word(answer.response.error_condition)
        return None if why == NOT_FOUND else RefundPending(why or "no status")
    repeated = answer.repeated_message_response
    if repeated is None or not _is_about(repeated.header, peer, "Reversal", refund.key):
        return RefundPending("answer is about another reversal")
    said = repeated.body.reversal_response
    found = read_reversal(said, attempt)
    failed = said is not None and said.response.result == "Failure" and said.response.error_condition != NO_ANSWER_YET
    return None if isinstance(found, RefundPending) and failed else found


def read_identity(answer: DiagnosisAnswer) -> str:
    """Model and firmware out of a diagnosis, where Adyen's terminals tell both as a form; not the serial number."""
    told = answer.response.additional_response
    fields = dict(parse_qsl(told)) if isinstance(told, str) else {}
    model = fields.get("terminalId", "").rpartition("-")[0]
    firmware = fields.get("firmwareVersion", "")
    return ", ".join(filter(None, (model, firmware and f"firmware {firmware}")))


def join_ref(transaction_id: str, time_stamp: str) -> str:
    """The terminal's number of a payment with its time, both of which a reversal names; empty where they cannot be."""
    time = time_stamp.replace(":", "").replace("+", "p")
    whole = f"{transaction_id}_{time}"
    for ref in (whole, transaction_id):
        if re.fullmatch(r"[0-9A-Za-z.\-]{1,63}(_[0-9A-Za-z.\-]{0,40})?", ref) and len(ref) <= LONGEST_REF:
            return ref
    return ""


def split_ref(ref: str) -> tuple[str, str]:
    """What `join_ref` joined; the time is empty where it did not fit."""
    transaction_id, _, time = ref.partition("_")
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)([0-9.]*)(?:(Z)|([p\-])(\d\d)(\d\d))?", time, re.ASCII)
    if found is None:
        return transaction_id, ""
    zone = found[6] or (f"{'+' if found[7] == 'p' else '-'}{found[8]}:{found[9]}" if found[7] else "")
    return transaction_id, f"{found[1]}{found[2]}:{found[3]}:{found[4]}{found[5]}{zone}"


def fen_of(amount: Decimal) -> int | None:
    """128.4 as 12840; None for what is no amount above nothing."""
    if not amount.is_finite() or not Decimal("0.01") <= amount <= 10**10 or amount != round(amount, 2):
        return None
    return int(amount * 100)


def _request(peer: Peer, category: Category, number: str, content: dict[str, object]) -> Request:
    header = Header("Service", category, "Request", peer.sale_id, peer.poi_id, number)
    return Request(header, f"{category}Request", content)


def _is_about(header: Header, peer: Peer, category: str, key: str) -> bool:
    said = (header.message_category, header.sale_id, header.service_id)
    return said == (category, peer.sale_id, service_id(key))


def _word(text: str) -> str:
    """A condition that may stand in the journal."""
    return text if re.fullmatch(r"[A-Za-z0-9]{0,40}", text) else "?"


def _utc(ms: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _decode(body: bytes, shape: type[T]) -> T | None:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError):
        return None
