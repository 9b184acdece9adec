"""Encrypted messages to and from a nexo terminal, as docs.adyen.com describes them. Pure.

One passphrase makes 80 bytes (PBKDF2-HMAC-SHA1): a key for HMAC-SHA256 over the plain text, one for AES-256-CBC, and a
vector that is combined with a nonce for each message.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

SALT = b"AdyenNexoV1Salt"
ROUNDS = 4000
CRYPTO_VERSION = 1
BLOCK = 16


class SealError(ValueError):
    """A message that was not sealed with our passphrase, or not whole."""


class Trailer(msgspec.Struct, rename="pascal"):
    """How a message was sealed; bytes are Base64."""

    adyen_crypto_version: int
    key_identifier: str
    key_version: int
    nonce: str
    hmac: str


class Sealer:
    """Knows one passphrase."""

    def __init__(self, passphrase: bytes, key_identifier: str, key_version: int) -> None:
        derived = hashlib.pbkdf2_hmac("sha1", passphrase, SALT, ROUNDS, 80)
        self._hmac_key, self._cipher_key, self._vector = derived[:32], derived[32:64], derived[64:]
        self._named = (CRYPTO_VERSION, key_identifier, key_version)

    def seal(self, text: bytes, nonce: bytes) -> tuple[str, Trailer]:
        """The blob, and what tells the other side how to open it. `nonce`: 16 bytes, another each time."""
        padder = PKCS7(8 * BLOCK).padder()
        cipher = self._cipher(nonce).encryptor()
        blob = cipher.update(padder.update(text) + padder.finalize()) + cipher.finalize()
        proof = hmac.digest(self._hmac_key, text, "sha256")
        return _text(blob), Trailer(*self._named, _text(nonce), _text(proof))

    def unseal(self, blob: str, trailer: Trailer) -> bytes:
        """The message. Raises `SealError` for any but one that was sealed with this passphrase."""
        if (trailer.adyen_crypto_version, trailer.key_identifier, trailer.key_version) != self._named:
            raise SealError("another key")
        try:
            sealed, nonce, proof = (
                base64.b64decode(part, validate=True) for part in (blob, trailer.nonce, trailer.hmac)
            )
        except (binascii.Error, ValueError):
            raise SealError("not Base64") from None
        if len(nonce) != BLOCK or len(sealed) % BLOCK:
            raise SealError("not whole")
        cipher = self._cipher(nonce).decryptor()
        unpadder = PKCS7(8 * BLOCK).unpadder()
        try:
            text = unpadder.update(cipher.update(sealed) + cipher.finalize()) + unpadder.finalize()
        except ValueError:
            raise SealError("another passphrase") from None
        if not hmac.compare_digest(hmac.digest(self._hmac_key, text, "sha256"), proof):
            raise SealError("changed on the way")
        return text

    def _cipher(self, nonce: bytes) -> Cipher[modes.CBC]:
        vector = bytes(one ^ other for one, other in zip(self._vector, nonce, strict=True))
        return Cipher(algorithms.AES256(self._cipher_key), modes.CBC(vector))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
