"""What travels between a terminal and its hub."""

import gzip

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.protocol.batch import BatchError, pack, unpack
from kiosk.protocol.chain import link
from kiosk.protocol.signing import NotSignedError, read, sign
from tests.fuzz.campaign import Target
from tests.hub.test_protocol import NOW, hashes, rows

JOURNAL = rows(4)
PLAIN = tuple(gzip.decompress(pack("tianfu", hashes(JOURNAL)[n], JOURNAL[n:])) for n in (0, 2))
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
HEADERS = {name.lower(): value for name, value in sign(KEY, "/v1/journal", "text/plain", b"content", NOW).items()}


def check_batch(plain: bytes) -> None:
    """Only rows of this terminal that follow each other, with the hashes of a chain."""
    try:
        batch = unpack(gzip.compress(plain, compresslevel=1, mtime=0), "tianfu", "T1")
    except BatchError:
        return
    digest = batch.previous
    for n, row in enumerate(batch.rows):
        digest = link(digest, batch.first + n, row.body)
        assert (row.envelope.seq, row.envelope.terminal, row.envelope.ledger, row.hash) == (
            batch.first + n,
            "T1",
            batch.ledger,
            digest,
        )


def check_packed(content: bytes) -> None:
    """No memory without bounds, and no error but the one that says what is wrong; no row but from whole packing."""
    try:
        batch = unpack(content, "tianfu", "T1")
    except BatchError:
        return
    assert b"".join(row.body for row in batch.rows) in b"".join(JOURNAL)


def check_signature(raw: bytes) -> None:
    """Nobody signed what is not signed to the letter."""
    try:
        headers = msgspec.json.decode(raw, type=dict[str, str])
        read(headers, "POST", "/v1/journal", b"content").check(KEY.public_key(), NOW)
    except (NotSignedError, msgspec.DecodeError, UnicodeDecodeError):
        return
    assert headers | HEADERS == headers


TARGETS = (
    Target("hub_batch", PLAIN, check_batch, shape="json"),
    Target("hub_packed", tuple(map(gzip.compress, PLAIN)), check_packed),
    Target("hub_signature", (msgspec.json.encode(HEADERS),), check_signature, shape="json"),
)
