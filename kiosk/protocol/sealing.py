"""Personal values on their way to the hub: sealed for its key (HPKE, RFC 9180: X25519, HKDF-SHA256, AES-256-GCM).

Only who has the hub's private key opens them, and each under its own subject alone. The hub keeps them as they came.
The terminal takes no key but one that the hub which it is paired with has signed. Pure.
"""

from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Meta

PATH = "/v1/private"
CONTENT_TYPE = "application/json"
MOST_ROWS = 50
MOST_CONTENT = 4096
"""Hexadecimal digits of one value; requests have no room for more."""
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
Subject = Annotated[str, Meta(pattern=r"^[0-9a-f]{24}\Z")]


class SealedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One personal value."""

    subject: Subject
    expires_ms: int
    """After that the hub deletes it: milliseconds since 1970, UTC."""
    content: Annotated[str, Meta(pattern=r"^[0-9a-f]*\Z", max_length=MOST_CONTENT)]
    """In hexadecimal."""


class Private(msgspec.Struct, frozen=True, kw_only=True):
    """What a terminal sends; nothing at first, to learn the key."""

    rows: Annotated[tuple[SealedRow, ...], Meta(max_length=MOST_ROWS)] = ()


class SealingKey(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's answer: it has the rows on its disk, and this is the key to seal for."""

    key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    """X25519, in hexadecimal."""
    heard: str
    """The `Content-Digest` of what was sent: an answer of another time is none."""
    signature: str
    """By the hub's key, over `to_sign(key, heard)`; in hexadecimal."""

    @property
    def public(self) -> X25519PublicKey:
        """The key."""
        return X25519PublicKey.from_public_bytes(bytes.fromhex(self.key))


def to_sign(key: str, heard: str) -> bytes:
    """What the hub's signature is over."""
    return f"menkou sealing key\n{key}\n{heard}".encode()


def key_to_open(hub: Ed25519PrivateKey) -> X25519PrivateKey:
    """The hub's private key for sealed values: it follows from the one that it signs with, so there is one to keep."""
    derived = HKDF(SHA256(), 32, salt=None, info=b"menkou sealing key").derive(hub.private_bytes_raw())
    return X25519PrivateKey.from_private_bytes(derived)


def sealing_key(hub: Ed25519PrivateKey, heard: str) -> SealingKey:
    """The answer to a request of that digest: what terminals seal for."""
    public = key_to_open(hub).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return SealingKey(key=public, heard=heard, signature=hub.sign(to_sign(public, heard)).hex())


def seal(key: X25519PublicKey, subject: str, value: bytes) -> bytes:
    """For the owner of that key alone, under that subject alone."""
    return _SUITE.encrypt(value, key, info=_info(subject))


def opened(key: X25519PrivateKey, subject: str, sealed: bytes) -> bytes | None:
    """The value; None where it was not sealed for this key and subject."""
    try:
        return _SUITE.decrypt(sealed, key, info=_info(subject))
    except (InvalidTag, ValueError):
        return None


def _info(subject: str) -> bytes:
    return f"menkou sealed\n{subject}".encode()
