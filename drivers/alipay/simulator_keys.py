"""The simulated Alipay's keys: a demo application's and its own; who signs what, read afresh from its pages."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


class DemoKeys:
    """Key pairs in `folder`, made on first use: the application's, whose terminal signs with it, and Alipay's own.

    Alipay's public key is written as its tools hand it out: one line of Base64.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.app_file = (folder / "app_key.pem").resolve()
        self.alipay_public_file = (folder / "alipay_public_key.txt").resolve()
        self._app = _private_key(self.app_file).public_key()
        self._alipay = _private_key(folder / "alipay_key.pem")
        public = self._alipay.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        _write(self.alipay_public_file, base64.b64encode(public))

    def is_the_applications(self, parameters: Mapping[str, str]) -> bool:
        """Whether a request's parameters were signed by the application: all but `sign`, none that is blank."""
        named = sorted(name for name, value in parameters.items() if name != "sign" and value)
        text = "&".join(f"{name}={parameters[name]}" for name in named)
        try:
            signature = base64.b64decode(parameters.get("sign", ""), validate=True)
            self._app.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True

    def sign(self, answer: bytes) -> str:
        """What stands under `sign` beside an answer."""
        return base64.b64encode(self._alipay.sign(answer, padding.PKCS1v15(), hashes.SHA256())).decode()


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


def _write(file: Path, data: bytes) -> None:
    """Whole or not at all, readable by its owner only."""
    half = file.with_suffix(".new")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        os.fsync(stream.fileno())
    half.replace(file)
