"""How rows of a journal travel to the hub: a CloudEvents 1.0 JSON batch, gzipped; and what the hub answers.

The `data` of each event are the stored bytes, never encoded again, so that the receiver can follow the chain of
hashes. Beside CloudEvents' own attributes an event has `sequence` (its row), and the first of a batch has
`previoushash` (the hash of the row before it) and is `anchored` where the journal has no row before it any more. Pure.
"""

import gzip
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kiosk.protocol.chain import GENESIS, link
from kiosk.protocol.envelope import Envelope, decode

CONTENT_TYPE = "application/cloudevents-batch+json"
MOST_ROWS = 500
MOST_BYTES = 4 << 20
"""Of a batch, unpacked."""
MOST_NUMBER = 2**53 - 1
"""Of a row, and of a time: what every reader of JSON reads alike."""
MOST_NAMES = 400
"""Characters of a row's ledger, type, order and matter together: no index keeps the longest."""
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


Problem = Literal["gap", "fork", "batch", "signature", "clock", "revoked", "code", "size", "busy"]


class BatchError(ValueError):
    """A batch that nobody can have meant; says where it is wrong."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of a journal."""

    envelope: Envelope
    body: bytes
    """As it is stored."""
    hash: bytes


class Batch(msgspec.Struct, frozen=True):
    """Rows of one ledger, one after another; at least one."""

    ledger: str
    previous: bytes
    """The hash of the row before the first."""
    anchored: bool
    """Whether the terminal has no row before the first: it was archived before there was a hub."""
    rows: tuple[Row, ...]

    @property
    def first(self) -> int:
        """The number of the first row."""
        return self.rows[0].envelope.seq

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.rows[-1].envelope.seq

    def hash_of(self, seq: int) -> bytes:
        """The hash of row `seq` of this batch, or of the one before its first."""
        return self.rows[seq - self.first].hash if seq >= self.first else self.previous


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where somebody has a ledger. `hash` in hexadecimal."""

    ledger: str
    seq: Annotated[int, Meta(ge=0)]
    hash: Hash


class Receipt(Head, frozen=True, kw_only=True, tag="receipt"):
    """The hub has all rows up to `seq` on its disk."""

    at: int
    """By the hub's clock: milliseconds since 1970, UTC."""
    signature: str
    """By the hub's key, over `signed()`; in hexadecimal."""

    def signed(self) -> bytes:
        """What the signature is over."""
        return f"menkou receipt\n{self.ledger}\n{self.seq}\n{self.hash}\n{self.at}".encode()


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """The hub did not take a request. Nothing of it was kept."""

    problem: Problem
    """`gap`: rows are missing before these. `fork`: the hub has other rows of the same numbers."""
    detail: str
    head: Receipt | None = None
    """What the hub has of that ledger, where rows are the problem; row 0 when it has nothing."""


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One row on the wire."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    time: str
    sequence: str
    subject: str
    previoushash: Hash | Literal[""] = ""
    anchored: bool = False
    datacontenttype: Literal["application/json"]
    data: msgspec.Raw


_DECODER = msgspec.json.Decoder(list[CloudEvent])


def source_of(hall: str, terminal: str) -> str:
    """Where the events of a terminal come from, as a URI reference."""
    return f"/halls/{hall}/terminals/{terminal}"


def pack(hall: str, previous: bytes, rows: Sequence[bytes], *, anchored: bool = False) -> bytes:
    """The content to send for rows that follow the one with hash `previous`; gzipped. Not for an empty sequence."""
    events: list[CloudEvent] = []
    for body in rows:
        envelope = decode(body)
        events.append(
            CloudEvent(
                specversion="1.0",
                id=f"{envelope.ledger}/{envelope.seq}",
                source=source_of(hall, envelope.terminal),
                type=envelope.type,
                time=_time(envelope.at),
                sequence=str(envelope.seq),
                subject=envelope.order or envelope.matter,
                previoushash="" if events else previous.hex(),
                anchored=anchored and not events,
                datacontenttype="application/json",
                data=msgspec.Raw(body),
            )
        )
    return gzip.compress(msgspec.json.encode(events), compresslevel=1, mtime=0)


def unpack(content: bytes, hall: str, terminal: str) -> Batch:
    """What a terminal sent. Raises `BatchError`; never takes more memory than a batch may have."""
    try:
        events = _DECODER.decode(_gunzip(content))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BatchError(f"no batch of CloudEvents: {error}") from error
    if not 1 <= len(events) <= MOST_ROWS:
        raise BatchError(f"{len(events)} events, not 1 to {MOST_ROWS}")
    rows: list[Row] = []
    digest = previous = bytes.fromhex(events[0].previoushash)
    source = source_of(hall, terminal)
    for n, event in enumerate(events):
        body = bytes(event.data)
        try:
            envelope = decode(body)
        except msgspec.DecodeError as error:
            raise BatchError(f"event {n}: the data are no row of a journal: {error}") from error
        said = (event.id, event.source, event.type, event.sequence, event.subject)
        if said != (
            f"{envelope.ledger}/{envelope.seq}",
            source,
            envelope.type,
            str(envelope.seq),
            envelope.order or envelope.matter,
        ):
            raise BatchError(f"event {n}: the data are another row's, or another terminal's, than the event says")
        if envelope.terminal != terminal:
            raise BatchError(f"event {n}: a row of terminal {envelope.terminal}, sent by {terminal}")
        if rows and (envelope.ledger, envelope.seq) != (rows[0].envelope.ledger, rows[-1].envelope.seq + 1):
            raise BatchError(f"event {n}: row {envelope.seq} of {envelope.ledger} does not follow the one before")
        if envelope.seq < 1 or len(digest) != len(GENESIS):
            raise BatchError(f"event {n}: row {envelope.seq}, and no previoushash before it")
        names = f"{envelope.ledger}{envelope.type}{envelope.order}{envelope.matter}"
        if (
            envelope.seq > MOST_NUMBER
            or not 0 <= envelope.at <= MOST_NUMBER
            or "\0" in names
            or len(names) > MOST_NAMES
        ):
            raise BatchError(f"event {n}: a number or a name that no database keeps")
        digest = link(digest, envelope.seq, body)
        rows.append(Row(envelope, body, digest))
    return Batch(rows[0].envelope.ledger, previous, events[0].anchored, tuple(rows))


def _gunzip(content: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        unpacked = unpacking.decompress(content, MOST_BYTES)
    except zlib.error as error:
        raise BatchError(f"not gzipped: {error}") from error
    if unpacking.unconsumed_tail:
        raise BatchError(f"more than {MOST_BYTES} bytes when unpacked")
    if not unpacking.eof or unpacking.unused_data:
        raise BatchError("gzipped data that end too early, or go on after their end")
    return unpacked


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
