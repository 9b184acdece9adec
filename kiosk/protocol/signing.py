"""Who sends a request: HTTP Message Signatures (RFC 9421) by Ed25519 over one fixed list of components.

Covered are the method, the path, the type of the content and its digest (RFC 9530), which is that of the bytes on the
wire; a time and the name of the key stand in the parameters. What else a signature may cover is refused, not ignored:
a reader that takes any list takes the empty one. Pure: no clock, no network.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

MAX_AGE_S = 300
"""How far the clock of who signs may be from that of who reads."""
_COVERED = '("@method" "@path" "content-type" "content-digest")'
_PARAMETERS = re.compile(re.escape(_COVERED) + r';created=(\d{1,12});keyid="([0-9a-f]{16})";alg="ed25519"')
_LABEL = "menkou"


class NotSignedError(ValueError):
    """Nobody who is known sent that; says why, and nothing of the key."""


class ClockError(NotSignedError):
    """It was signed too long ago, or in the future."""


def key_id(key: Ed25519PublicKey) -> str:
    """The name of a key: the first 8 bytes of its SHA-256, in hexadecimal."""
    return hashlib.sha256(raw(key)).hexdigest()[:16]


def raw(key: Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def sign(key: Ed25519PrivateKey, path: str, content_type: str, content: bytes, now_s: float) -> dict[str, str]:
    """The headers to send with a POST. `now_s`: seconds since 1970, UTC."""
    digest = digest_of(content)
    parameters = f'{_COVERED};created={int(now_s)};keyid="{key_id(key.public_key())}";alg="ed25519"'
    signature = key.sign(_base("POST", path, content_type, digest, parameters))
    return {
        "Content-Type": content_type,
        "Content-Digest": digest,
        "Signature-Input": f"{_LABEL}={parameters}",
        "Signature": f"{_LABEL}=:{base64.b64encode(signature).decode()}:",
    }


class Signed(msgspec.Struct, frozen=True):
    """A request that says who signed it; nothing is proved before `check`."""

    key_id: str
    created_s: int
    base: bytes
    signature: bytes

    def check(self, key: Ed25519PublicKey, now_s: float) -> None:
        """Raises `NotSignedError`, and `ClockError` only for a signature that is good but for its time."""
        try:
            key.verify(self.signature, self.base)
        except InvalidSignature:
            raise NotSignedError(f"the signature is not one of key {self.key_id}") from None
        if abs(self.created_s - now_s) > MAX_AGE_S:
            raise ClockError(f"signed at {self.created_s}, which is {int(now_s) - self.created_s} s from now")


def read(headers: Mapping[str, str], method: str, path: str, content: bytes) -> Signed:
    """What a request says of its signature; header names in lower case. Raises `NotSignedError`."""
    digest = headers.get("content-digest", "")
    if digest != digest_of(content):
        raise NotSignedError("the content is not the one that Content-Digest names")
    label, _, parameters = headers.get("signature-input", "").partition("=")
    found = _PARAMETERS.fullmatch(parameters)
    if label != _LABEL or found is None:
        raise NotSignedError(f"Signature-Input is not {_LABEL}={_COVERED} with created, keyid and alg")
    base = _base(method, path, headers.get("content-type", ""), digest, parameters)
    return Signed(found[2], int(found[1]), base, _signature(headers.get("signature", "")))


def digest_of(content: bytes) -> str:
    """The `Content-Digest` of a body (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


def _base(method: str, path: str, content_type: str, digest: str, parameters: str) -> bytes:
    """What is signed: RFC 9421, section 2.5."""
    lines = (("@method", method), ("@path", path), ("content-type", content_type), ("content-digest", digest))
    return "".join([*(f'"{name}": {value}\n' for name, value in lines), f'"@signature-params": {parameters}']).encode()


def _signature(header: str) -> bytes:
    found = re.fullmatch(rf"{_LABEL}=:([0-9A-Za-z+/=]{{1,200}}):", header)
    if found is None:
        raise NotSignedError("there is no Signature")
    try:
        signature = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        raise NotSignedError("the Signature is no base64") from None
    if base64.b64encode(signature).decode() != found[1]:  # bits that nobody reads
        raise NotSignedError("the Signature is written in another way than it is signed")
    return signature
