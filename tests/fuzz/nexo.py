"""What a card terminal in the network answers."""

import json
from decimal import Decimal
from typing import Any

import msgspec

from drivers.nexo_terminal import wire
from drivers.nexo_terminal.sealing import Sealer
from kiosk.devices.payment import Captured, Dead, Refunded
from tests.fuzz.answers import ATTEMPT, REFUND, packed, understood
from tests.fuzz.campaign import Target

PEER = wire.Peer("MENKOU-HALL-01", "V400m-346403161", "CNY")
ASKED = wire.pay(PEER, ATTEMPT).header
SEALER = Sealer(b"passphrase", "menkou", 1)
NONCE = b"0123456789abcdef"


def _header(category: str, number: str) -> dict[str, Any]:
    return {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": category,
        "MessageType": "Response",
        "SaleID": PEER.sale_id,
        "POIID": PEER.poi_id,
        "ServiceID": number,
    }


PAID = {
    "Response": {"Result": "Success"},
    "SaleData": {"SaleTransactionID": {"TransactionID": ATTEMPT.key, "TimeStamp": "2026-09-21T14:13:20.000Z"}},
    "POIData": {"POITransactionID": {"TransactionID": "PV0q1.T1", "TimeStamp": "2026-09-21T14:13:30.000Z"}},
    "PaymentResult": {"AmountsResp": {"AuthorizedAmount": 128.4, "Currency": "CNY"}},
}
REFUSED = {"Response": {"Result": "Failure", "ErrorCondition": "Refusal"}}


def _answer(name: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"SaleToPOIResponse": {"MessageHeader": _header("Payment", ASKED.service_id), name: body}}


def _repeated(category: str, number: str, body: dict[str, Any]) -> dict[str, Any]:
    repeated = {
        "MessageHeader": _header(category, number),
        "RepeatedResponseMessageBody": {f"{category}Response": body},
    }
    return {"Response": {"Result": "Success"}, "RepeatedMessageResponse": repeated}


ANSWERS = (
    _answer("PaymentResponse", PAID),
    _answer("PaymentResponse", REFUSED),
    _answer("TransactionStatusResponse", _repeated("Payment", ASKED.service_id, PAID)),
    _answer("TransactionStatusResponse", {"Response": {"Result": "Failure", "ErrorCondition": "NotFound"}}),
    _answer(
        "TransactionStatusResponse",
        _repeated("Reversal", wire.service_id(REFUND.key), {"Response": {"Result": "Success"}}),
    ),
    _answer("ReversalResponse", {"Response": {"Result": "Failure", "ErrorCondition": "NotAllowed"}}),
    _answer(
        "DiagnosisResponse",
        {
            "Response": {"Result": "Success", "AdditionalResponse": "firmwareVersion=1&terminalId=V400m-346403161"},
            "POIStatus": {"GlobalStatus": "OK"},
        },
    ),
)


def check_answer(body: bytes) -> None:
    """Only a whole answer to this very message says that money moved, or that none did."""
    answer = wire.decode(body, ASKED, None)
    if isinstance(answer, str):
        assert len(answer) < 100
        return
    said = understood(body)["SaleToPOIResponse"]
    assert said["MessageHeader"]["ServiceID"] == ASKED.service_id
    assert (said["MessageHeader"]["SaleID"], said["MessageHeader"]["POIID"]) == (PEER.sale_id, PEER.poi_id)
    if answer.diagnosis_response is not None:
        wire.read_identity(answer.diagnosis_response)
    paid = wire.read_payment(answer.payment_response, PEER, ATTEMPT)
    _believed(paid, said.get("PaymentResponse"))
    for may_arrive in (True, False):
        found = wire.read_status(answer.transaction_status_response, PEER, ATTEMPT, may_arrive=may_arrive)
        repeated: Any = (said.get("TransactionStatusResponse") or {}).get("RepeatedMessageResponse")
        if isinstance(found, Captured):
            assert repeated["MessageHeader"]["ServiceID"] == ASKED.service_id
            _believed(found, repeated["RepeatedResponseMessageBody"]["PaymentResponse"])
        assert found != Dead("never_arrived") or not may_arrive
    back = wire.read_reversal_status(answer.transaction_status_response, PEER, ATTEMPT, REFUND)
    if isinstance(back, Refunded):
        header = said["TransactionStatusResponse"]["RepeatedMessageResponse"]["MessageHeader"]
        assert header["ServiceID"] == wire.service_id(REFUND.key)


def _believed(outcome: object, body: Any) -> None:
    if isinstance(outcome, Captured):
        assert body["Response"]["Result"] in ("Success", "Partial")
        assert body["SaleData"]["SaleTransactionID"]["TransactionID"] == ATTEMPT.key
        assert Decimal(str(body["PaymentResult"]["AmountsResp"]["AuthorizedAmount"])) * 100 == outcome.fen > 0
        assert len(outcome.ref) <= wire.LONGEST_REF
    elif isinstance(outcome, Dead):
        assert body["Response"]["Result"] == "Failure"


def _sealed(value: object) -> bytes:
    blob, trailer = SEALER.seal(packed(value), NONCE)
    sealed = {
        "MessageHeader": _header("Payment", ASKED.service_id),
        "NexoBlob": blob,
        "SecurityTrailer": json.loads(msgspec.json.encode(trailer)),
    }
    return packed({"SaleToPOIResponse": sealed})


def check_sealed(body: bytes) -> None:
    """Nothing is the terminal's but what was sealed with the passphrase, to the byte."""
    answer = wire.decode(body, ASKED, SEALER)
    if not isinstance(answer, str):
        closed = understood(body)["SaleToPOIResponse"]
        assert closed["NexoBlob"] in {understood(_sealed(each))["SaleToPOIResponse"]["NexoBlob"] for each in ANSWERS}


TARGETS = (
    Target("nexo_answer", tuple(map(packed, ANSWERS)), check_answer, shape="json"),
    Target("nexo_sealed", tuple(map(_sealed, ANSWERS)), check_sealed, shape="json"),
)
