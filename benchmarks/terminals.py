"""Terminals as a hub sees them: journals of paid gas bills, signed and packed; and HTTP as plain bytes."""

import asyncio
import hashlib
import time
from collections.abc import Iterator

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.protocol import events as ev
from kiosk.protocol.batch import CONTENT_TYPE, pack
from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import decode, encode
from kiosk.protocol.signing import sign

ROW_BYTES = 905
"""Of each row: what an event is shorter, a field of a later version fills."""
BEGUN_MS = 1_795_500_000_000
ORDER_EVERY_MS = 60_000


class Journal(msgspec.Struct):
    """What one terminal has to send."""

    hall: str
    terminal: str
    key: Ed25519PrivateKey
    rows: list[bytes]


def journal(n: int, rows: int) -> Journal:
    """That of terminal number `n`."""
    terminal = f"T{n % 100:02d}"
    bodies = list(_rows(f"{n:020d}", terminal, rows))
    return Journal(f"bench-{n // 100}", terminal, Ed25519PrivateKey.generate(), bodies)


def _rows(ledger: str, terminal: str, most: int) -> Iterator[bytes]:
    seq = 0
    while True:
        at = BEGUN_MS + seq * ORDER_EVERY_MS // 7
        order = f"{terminal}{ledger[-6:]}{seq:06d}"
        for event in order_events(
            order, 100 + seq * 7_919 % 59_900, at, time.strftime("%Y-%m-%d", time.gmtime(at / 1000))
        ):
            if seq == most:
                return
            seq += 1
            yield _row(event, seq, ledger, terminal, at)


def _row(event: ev.Event, seq: int, ledger: str, terminal: str, at_ms: int) -> bytes:
    body = encode(event, seq=seq, ledger=ledger, terminal=terminal, at=at_ms, mono=seq, boot="0" * 36)
    missing = ROW_BYTES - len(body) - len(',"later":""')
    filling = hashlib.shake_128(body).hexdigest((missing + 1) // 2)[:missing]
    envelope = decode(body)
    return msgspec.json.encode(msgspec.structs.replace(envelope, data=envelope.data | {"later": filling}))


def order_events(no: str, fen: int, at_ms: int, day: str, *, fails: bool = False) -> list[ev.Event]:
    """An order from its beginning to its end; one that `fails` owes its money."""
    events: list[ev.Event] = [
        ev.OrderOpening(
            order_no=no,
            kind="gas_bill",
            subject=f"{no:0>24}",
            account_hash=f"{no:0>32}",
            hash_key="0badc0de",
            quote_id=f"Q{no}",
            due_fen=fen,
            business_date=day,
            language="zh_CN",
            at_ms=at_ms,
        ),
        ev.OrderOpened(order_no=no, pay_by_ms=at_ms + 900_000, due_fen=fen, provider_ref=f"G{no}"),
        ev.AttemptSent(
            order_no=no,
            n=1,
            channel="wechat",
            device="wechat",
            hold=False,
            key=f"{no}A1",
            amount_fen=fen,
            sent_ms=at_ms,
            show_until_ms=at_ms + 120_000,
        ),
        ev.AttemptOpened(order_no=no, n=1),
        ev.AttemptCaptured(order_no=no, n=1, fen=fen, ref=f"4200{no}", at_ms=at_ms + 1, paid_ms=at_ms),
        ev.OrderDelivering(order_no=no, channel="wechat", channel_ref=f"4200{no}", paid_fen=fen, deliver_by_ms=at_ms),
    ]
    return events if fails else [*events, ev.OrderDelivered(order_no=no, receipt_no=f"R{no}", at_ms=at_ms + 2)]


def requests(journal: Journal, at_once: int, after: int = 0) -> list[bytes]:
    """What a terminal will say of its rows behind `after`, so many in a request, as bytes on the wire; signed now, so
    good for five minutes."""
    made, digest = [], GENESIS
    for body in journal.rows[:after]:
        digest = link(digest, decode(body).seq, body)
    for part in (journal.rows[n : n + at_once] for n in range(after, len(journal.rows), at_once)):
        content = pack(journal.hall, digest, part)
        made.append(question(journal.key, "/v1/journal", CONTENT_TYPE, content))
        for body in part:
            digest = link(digest, decode(body).seq, body)
    return made


def question(key: Ed25519PrivateKey, path: str, content_type: str, content: bytes) -> bytes:
    """A POST on the wire, signed now."""
    headers = sign(key, path, content_type, content, time.time())
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(content)}", *lines])
    return head.encode() + b"\r\n\r\n" + content


async def answer(reader: asyncio.StreamReader) -> bytes:
    """The content of what comes back, whatever its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    return await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r")[0]))
