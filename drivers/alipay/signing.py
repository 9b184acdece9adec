"""Who speaks: signatures of Alipay's open platform both ways (RSA2). Pure: no clock, no network.

A request is signed over `name=value&…` of all its parameters in the order of their names, without blanks and without
`sign`; an answer over the JSON text under `<method>_response`, exactly as it came, white space and escapes included.
Answers carry no time and no word of the request: what they say must name what it is about.
"""

import base64
import binascii
import contextlib
from functools import lru_cache
from typing import Literal
from urllib.parse import quote, urlencode

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kiosk.ports.http import Reply

GATEWAY = "/gateway.do"


class Request(msgspec.Struct, frozen=True):
    """What is asked of the gateway: a method and its `biz_content`, as JSON."""

    method: str
    content: bytes


class Said(msgspec.Struct, frozen=True, tag="said"):
    """An answer that Alipay signed. `code` 10000 is a success; `body` is the JSON text that was signed."""

    code: str
    sub_code: str
    body: bytes

    @property
    def why(self) -> str:
        """A refusal in few words."""
        return self.sub_code or f"code {self.code}"


class Untrusted(msgspec.Struct, frozen=True, tag="untrusted"):
    """An answer that proves nothing. `hint`, a code of what it says, is for health alone."""

    status: int
    flaw: Literal["status", "unreadable", "unsigned", "bad_signature"]
    hint: str = ""


class _Codes(msgspec.Struct):
    code: str
    sub_code: str = ""


@lru_cache(maxsize=4)  # to prove the numbers of one takes 40 ms
def load_private_key(text: bytes) -> rsa.RSAPrivateKey:
    """The application's key. Raises `ValueError` (never holding any of it) for anything but an RSA key."""
    try:
        if b"-----BEGIN" in text:
            key = serialization.load_pem_private_key(text, password=None)
        else:
            key = serialization.load_der_private_key(base64.b64decode(b"".join(text.split()), validate=True), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not an unencrypted private key, in PEM or Base64") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def load_public_key(text: bytes) -> rsa.RSAPublicKey:
    """Alipay's key. Raises `ValueError` for anything but an RSA public key."""
    try:
        if b"-----BEGIN" in text:
            key = serialization.load_pem_public_key(text)
        else:
            key = serialization.load_der_public_key(base64.b64decode(b"".join(text.split()), validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("not a public key, in PEM or Base64") from None
    if not isinstance(key, rsa.RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


class Signer:
    """The merchant's hand."""

    def __init__(self, app_id: str, key: rsa.RSAPrivateKey) -> None:
        self._app_id = app_id
        self._key = key

    def sign(self, request: Request, timestamp: str) -> tuple[str, bytes]:
        """The target and the form to post. `timestamp` is Beijing's time, `yyyy-MM-dd HH:mm:ss`."""
        common = {
            "app_id": self._app_id,
            "charset": "utf-8",
            "format": "JSON",
            "method": request.method,
            "sign_type": "RSA2",
            "timestamp": timestamp,
            "version": "1.0",
        }
        content = {"biz_content": request.content.decode()}
        text = "&".join(f"{name}={value}" for name, value in sorted((common | content).items()))
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
        common["sign"] = base64.b64encode(signature).decode()
        return f"{GATEWAY}?{urlencode(common, quote_via=quote)}", urlencode(content, quote_via=quote).encode()


class Verifier:
    """Knows Alipay's hand."""

    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key

    def check(self, reply: Reply, method: str) -> Said | Untrusted:
        """Tell whether Alipay said this, to that method."""
        if reply.status != 200:
            return Untrusted(reply.status, "status")
        try:
            parts = msgspec.json.decode(reply.body, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return Untrusted(reply.status, "unreadable")
        answer = parts.get(f"{method.replace('.', '_')}_response", parts.get("error_response"))
        if answer is None or "sign" not in parts:
            return Untrusted(reply.status, "unsigned", _hint(answer))
        body = bytes(answer)
        try:
            signature = base64.b64decode(msgspec.json.decode(parts["sign"], type=str), validate=True)
            self._key.verify(signature, body, padding.PKCS1v15(), hashes.SHA256())
            codes = msgspec.json.decode(body, type=_Codes)
        except (InvalidSignature, binascii.Error, ValueError, RecursionError):  # a DecodeError is a ValueError
            return Untrusted(reply.status, "bad_signature")
        return Said(plain(codes.code), plain(codes.sub_code), body)


def _hint(answer: msgspec.Raw | None) -> str:
    with contextlib.suppress(ValueError, RecursionError):
        return "" if answer is None else plain(msgspec.json.decode(answer, type=_Codes).sub_code)
    return ""


def plain(text: str) -> str:
    """A code that may stand in the journal; `?` for what is none."""
    good = 0 < len(text) <= 64 and text.isascii() and all(letter.isalnum() or letter in "._-" for letter in text)
    return text if good or not text else "?"
