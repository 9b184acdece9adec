"""Who speaks: signatures of WeChat Pay APIv3 both ways. Pure: no clock, no network.

RSASSA-PKCS1-v1_5 with SHA-256 over lines that each end in a line feed: method, target, timestamp, nonce and body of a
request; timestamp, nonce and body of an answer. The body is the exact bytes on the wire. The age limit of answers is
that of the official wechatpay-java validator.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kiosk.ports.http import Reply

SCHEME = "WECHATPAY2-SHA256-RSA2048"


class Message(msgspec.Struct, frozen=True):
    """A request before it is signed; `target` is the path with its query, exactly as it is sent."""

    method: Literal["GET", "POST"]
    target: str
    body: bytes = b""


class Signed(msgspec.Struct, frozen=True, tag="signed"):
    """An answer that WeChat signed `at_s` (seconds since 1970 by its clock), whatever its HTTP status."""

    status: int
    body: bytes
    at_s: int


class Untrusted(msgspec.Struct, frozen=True, tag="untrusted"):
    """An answer that proves nothing."""

    status: int
    flaw: Literal["unsigned", "unknown_serial", "stale", "bad_signature"]


@lru_cache(maxsize=4)  # to prove the numbers of one takes 40 ms
def load_private_key(pem: bytes) -> rsa.RSAPrivateKey:
    """The merchant's key. Raises `ValueError` (never holding any of it) for anything but an RSA key in PEM."""
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not an unencrypted private key in PEM") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def load_public_key(pem: bytes) -> rsa.RSAPublicKey:
    """WeChat's key, from a public key or a certificate. Raises `ValueError` for anything else."""
    key: object
    try:
        if b"BEGIN CERTIFICATE" in pem:
            key = x509.load_pem_x509_certificate(pem).public_key()
        else:
            key = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("neither a public key nor a certificate in PEM") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


class Signer:
    """The merchant's hand."""

    def __init__(self, mchid: str, serial: str, key: rsa.RSAPrivateKey) -> None:
        self._mchid = mchid
        self._serial = serial
        self._key = key

    def authorization(self, message: Message, timestamp_s: int, nonce: str) -> str:
        """The `Authorization` header's value."""
        head = f"{message.method}\n{message.target}\n{timestamp_s}\n{nonce}\n".encode()
        signature = self._key.sign(head + message.body + b"\n", padding.PKCS1v15(), hashes.SHA256())
        return (
            f'{SCHEME} mchid="{self._mchid}",nonce_str="{nonce}",signature="{base64.b64encode(signature).decode()}",'
            f'timestamp="{timestamp_s}",serial_no="{self._serial}"'
        )


class Verifier:
    """Knows WeChat's hand. An answer is trusted if one of `keys` (id → key) signed it within `freshness_s`."""

    def __init__(self, keys: Mapping[str, rsa.RSAPublicKey], freshness_s: int) -> None:
        self._keys = dict(keys)
        self._freshness_s = freshness_s

    def check(self, reply: Reply, now_s: float) -> Signed | Untrusted:
        """Tell whether WeChat said this, and lately."""
        stamp = reply.headers.get("wechatpay-timestamp", "")
        nonce = reply.headers.get("wechatpay-nonce", "")
        signature = reply.headers.get("wechatpay-signature", "")
        serial = reply.headers.get("wechatpay-serial", "")
        if not re.fullmatch(r"[0-9]{1,12}", stamp) or not re.fullmatch(r"[!-~]{1,128}", nonce) or not signature:
            return Untrusted(reply.status, "unsigned")
        key = self._keys.get(serial)
        if key is None:
            return Untrusted(reply.status, "unknown_serial")
        if abs(now_s - int(stamp)) >= self._freshness_s:
            return Untrusted(reply.status, "stale")
        try:
            key.verify(
                base64.b64decode(signature, validate=True),
                f"{stamp}\n{nonce}\n".encode() + reply.body + b"\n",
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
        except (InvalidSignature, binascii.Error, ValueError):
            return Untrusted(reply.status, "bad_signature")
        return Signed(reply.status, reply.body, int(stamp))
