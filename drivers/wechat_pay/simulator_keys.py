"""The simulated WeChat Pay's keys: a demo merchant's and its own; who signs what, read afresh from the API's rules."""

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

WINDOW_S = 300
"""A request signed longer ago, or further ahead, is refused."""

_PARTS = re.compile(r'([a-z_]+)="([^"]*)"')


class NotAuthenticError(Exception):
    """The request is not the merchant's, or not of these five minutes; the message says why."""


class DemoKeys:
    """Key pairs in `folder`, made on first use: merchant `mchid`'s, whose terminal signs with it, and WeChat's own."""

    def __init__(self, folder: Path, mchid: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._mchid = mchid
        self.merchant_file = (folder / "merchant_key.pem").resolve()
        self.platform_public_file = (folder / "platform_public_key.pem").resolve()
        merchant = _private_key(self.merchant_file)
        self._platform = _private_key(folder / "platform_key.pem")
        self._merchant = merchant.public_key()
        _write(self.platform_public_file, _pem(self._platform.public_key()))
        self.merchant_serial = hashlib.sha1(_pem(self._merchant), usedforsecurity=False).hexdigest().upper()
        self.platform_id = (
            "PUB_KEY_ID_01" + str(int(hashlib.sha256(_pem(self._platform.public_key())).hexdigest(), 16))[:24]
        )

    def authenticate(self, header: str, method: str, target: str, body: bytes, now_s: float) -> None:
        """Check a request's `Authorization`. Raises `NotAuthenticError`."""
        scheme, _, rest = header.partition(" ")
        parts = dict(_PARTS.findall(rest))
        if scheme != "WECHATPAY2-SHA256-RSA2048" or set(parts) != {
            "mchid",
            "nonce_str",
            "signature",
            "timestamp",
            "serial_no",
        }:
            raise NotAuthenticError("Authorization is malformed")
        if parts["mchid"] != self._mchid:
            raise NotAuthenticError("unknown merchant")
        if parts["serial_no"] != self.merchant_serial:
            raise NotAuthenticError("unknown merchant certificate")
        if not parts["timestamp"].isdecimal() or abs(now_s - int(parts["timestamp"])) > WINDOW_S:
            raise NotAuthenticError("timestamp is more than 5 minutes away from now")
        said = "\n".join([method, target, parts["timestamp"], parts["nonce_str"], ""]).encode() + body + b"\n"
        try:
            signature = base64.b64decode(parts["signature"], validate=True)
            self._merchant.verify(signature, said, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            raise NotAuthenticError("signature is wrong") from None

    def sign(self, body: bytes, timestamp_s: int) -> Mapping[str, str]:
        """The headers of an answer."""
        nonce = secrets.token_hex(16)
        said = b"\n".join([str(timestamp_s).encode(), nonce.encode(), body, b""])
        signature = self._platform.sign(said, padding.PKCS1v15(), hashes.SHA256())
        return {
            "Wechatpay-Timestamp": str(timestamp_s),
            "Wechatpay-Nonce": nonce,
            "Wechatpay-Signature": base64.b64encode(signature).decode(),
            "Wechatpay-Serial": self.platform_id,
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }


def _private_key(file: Path) -> rsa.RSAPrivateKey:
    if not file.exists():
        fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        _write(
            file,
            fresh.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
        )
    # Its own key, from its own file: checking the primes takes 45 ms that every test would pay.
    key = serialization.load_pem_private_key(file.read_bytes(), password=None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} holds no RSA key")
    return key


def _pem(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, readable by its owner only."""
    half = file.with_suffix(".new")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        os.fsync(stream.fileno())
    half.replace(file)
