import hashlib
from typing import get_args

import msgspec
import pytest

from kiosk.protocol import events as ev
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import UnknownEventError, decode, encode, type_of

_TYPES: tuple[type[ev.OrderEvent], ...] = get_args(ev.Event)
_SAMPLE: dict[type, object] = {str: '气 "quoted" \\', int: 2**53 - 1, bool: True}


def _sample(kind: type[ev.OrderEvent]) -> ev.Event:
    values = {field.name: _SAMPLE[field.type] for field in msgspec.structs.fields(kind)}
    event: ev.Event = msgspec.convert({**values, "type": kind.__struct_config__.tag}, ev.Event)
    return event


def _body(event: ev.Event) -> bytes:
    return encode(event, seq=7, ledger="K2", terminal="T07", at=1, mono=2, boot="b")


@pytest.mark.parametrize("kind", _TYPES)
def test_event_comes_back_from_its_stored_bytes(kind: type[ev.OrderEvent]) -> None:
    event = _sample(kind)

    envelope = decode(_body(event))

    assert envelope.event() == event
    assert (envelope.seq, envelope.type, envelope.order) == (7, type_of(event), event.order_no)


def test_two_events_under_one_name() -> None:
    names = [kind.__struct_config__.tag for kind in _TYPES]

    assert len(set(names)) == len(names)


def test_bytes_of_an_event_are_those_of_the_first_release() -> None:
    event = ev.AttemptDead(order_no="T07K20004186", n=1, proof="closed", at_ms=5)

    assert _body(event) == (
        b'{"seq":7,"ledger":"K2","terminal":"T07","at":1,"mono":2,"boot":"b","type":"menkou.attempt.dead.v1",'
        b'"order":"T07K20004186","data":{"n":1,"proof":"closed","at_ms":5}}'
    )


def test_event_of_a_later_version_is_read_as_far_as_its_envelope() -> None:
    body = _body(ev.AttemptOpened(order_no="A", n=1)).replace(b"opened.v1", b"opened.v2")

    envelope = decode(body)

    assert envelope.type == "menkou.attempt.opened.v2"
    with pytest.raises(UnknownEventError, match="v2"):
        envelope.event()


def test_event_with_a_field_missing() -> None:
    body = _body(ev.AttemptOpened(order_no="A", n=1)).replace(b'{"n":1}', b"{}")

    with pytest.raises(UnknownEventError, match="missing required field `n`"):
        decode(body).event()


def test_body_cut_off() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(_body(ev.AttemptOpened(order_no="A", n=1))[:-1])


def test_chain_is_sha256_over_previous_number_and_bytes() -> None:
    first = link(GENESIS, 1, b"{}")

    assert first == hashlib.sha256(b"\0" * 32 + b"\0\0\0\0\0\0\0\1" + b"{}").digest()
    assert link(first, 2, b"{}") != link(first, 3, b"{}")


@pytest.mark.parametrize(
    "body", [b'{"seq":7,"\xf2":', b'{"seq":7,"data":' + b'{"a":' * 100_000], ids=["broken key", "nested without end"]
)
def test_bytes_that_are_no_envelope(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(body)
