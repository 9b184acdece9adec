"""Personal values: sealed with a key outside the database, and keyed hashes that all terminals of a hall share."""

import hashlib
import hmac
import logging
import os
import secrets
from pathlib import Path

import msgspec

from kiosk.ledger.disk import write_once
from kiosk.ledger.errors import LedgerKeyError

log = logging.getLogger(__name__)

_KEY_BYTES = 32
_NONCE_BYTES = 12


class Sealed(msgspec.Struct, frozen=True):
    """A personal value to be stored; it is encrypted on the ledger's thread and deleted after `expires_ms`."""

    subject: str
    value: bytes
    expires_ms: int


def new_subject() -> str:
    """A name for somebody's values that says nothing about them."""
    return secrets.token_hex(12)


def read_or_make_key(path: Path) -> bytes:
    """The 32-byte key in `path` (64 hexadecimal digits), made with mode 0600 when there is none.

    Raises `LedgerKeyError` for a file that holds no key.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_once(path, secrets.token_hex(_KEY_BYTES).encode() + b"\n")
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise LedgerKeyError(f"{path} does not hold a key of 64 hexadecimal digits")
    return key


class Sealer:
    """AES-256-GCM with the subject as associated data: a value moved to another subject does not open."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        # here because it takes 30 ms to import and few commands need it
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key)

    def seal(self, subject: str, value: bytes) -> bytes:
        """Nonce and ciphertext."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, value, subject.encode())

    def unseal(self, subject: str, sealed: bytes) -> bytes | None:
        """The value, or None when this key does not open it."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], subject.encode())
        except (InvalidTag, ValueError):
            log.error("the sealed values of subject %s do not open with this folder's key", subject)
            return None


class HallKey:
    """The key that all terminals of one hall share, so that each finds what another one owes."""

    def __init__(self, key: bytes) -> None:
        """`key` has 32 bytes."""
        self._key = key
        self.id = hashlib.sha256(b"menkou hall key\n" + key).hexdigest()[:8]
        """Says which key a hash was made with, and nothing about the key."""

    def account_hash(self, number: str) -> str:
        """HMAC-SHA256 of an account number, its first 16 bytes in hexadecimal."""
        return hmac.new(self._key, number.encode(), hashlib.sha256).hexdigest()[:32]

    def person_hash(self, purpose: str, day: str, number: str) -> str:
        """The same of an identity number, for one purpose on one day: another day's, and another purpose's, say nothing
        of being the same person's."""
        return hmac.new(self._key, f"{purpose}\n{day}\n{number}".encode(), hashlib.sha256).hexdigest()[:32]
