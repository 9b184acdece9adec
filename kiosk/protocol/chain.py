"""The hash chain of the journal: each row's hash covers the one before it, its own number and its exact bytes."""

import hashlib

GENESIS = bytes(32)
"""What the first row follows."""


def link(previous: bytes, seq: int, body: bytes) -> bytes:
    """SHA-256 of `previous` ‖ `seq` (8 bytes, big-endian) ‖ `body`, as stored; bytes are never encoded again."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + body).digest()
