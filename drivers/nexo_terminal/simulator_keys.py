"""The simulated terminal's certificate, and how it seals messages: read afresh from docs.adyen.com."""

import base64
import datetime
import hashlib
import hmac
import os
import ssl
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.x509.oid import NameOID

from kiosk.testing.simulator import Json

PASSPHRASE = b"a demo hall's passphrase"
KEY_IDENTIFIER = "menkou"


class NotSealedError(ValueError):
    """A message that was not sealed with the passphrase; says why."""


def certificate(folder: Path) -> Path:
    """A file with the terminal's certificate and key, made on first use."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "terminal.pem").resolve()
    if not file.exists():
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a simulated card terminal")])
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=2))
            .not_valid_after(now + datetime.timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        half = file.with_suffix(".new")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(private + made.public_bytes(serialization.Encoding.PEM))
        public = folder / "certificate.pem"
        public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        half.replace(file)
    return file


def tls(file: Path) -> ssl.SSLContext:
    """What the terminal shows who connects."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def unseal(message: Json) -> bytes:
    """The text in a sealed message. Raises `NotSealedError`."""
    trailer = message.get("SecurityTrailer")
    if not isinstance(trailer, dict) or not isinstance(message.get("NexoBlob"), str):
        raise NotSealedError("no NexoBlob with its SecurityTrailer")
    if (trailer.get("KeyIdentifier"), trailer.get("AdyenCryptoVersion")) != (KEY_IDENTIFIER, 1):
        raise NotSealedError("sealed with a key that the terminal does not have")
    proving, ciphering, vector = _keys()
    try:
        nonce = base64.b64decode(trailer["Nonce"])
        decryptor = Cipher(algorithms.AES256(ciphering), modes.CBC(_mixed(vector, nonce))).decryptor()
        padded = decryptor.update(base64.b64decode(message["NexoBlob"])) + decryptor.finalize()
        text = padded[: -padded[-1]]
        proof = base64.b64decode(trailer["Hmac"])
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise NotSealedError(f"cannot be opened: {type(error).__name__}") from error
    if not hmac.compare_digest(proof, hmac.new(proving, text, hashlib.sha256).digest()):
        raise NotSealedError("the HMAC is wrong")
    return text


def seal(header: Json, text: bytes) -> Json:
    """A message as it goes out."""
    proving, ciphering, vector = _keys()
    nonce = os.urandom(16)
    short = 16 - len(text) % 16
    encryptor = Cipher(algorithms.AES256(ciphering), modes.CBC(_mixed(vector, nonce))).encryptor()
    blob = encryptor.update(text + bytes([short]) * short) + encryptor.finalize()
    return {
        "MessageHeader": header,
        "NexoBlob": base64.b64encode(blob).decode(),
        "SecurityTrailer": {
            "AdyenCryptoVersion": 1,
            "KeyIdentifier": KEY_IDENTIFIER,
            "KeyVersion": 0,
            "Nonce": base64.b64encode(nonce).decode(),
            "Hmac": base64.b64encode(hmac.new(proving, text, hashlib.sha256).digest()).decode(),
        },
    }


@cache
def _keys() -> tuple[bytes, bytes, bytes]:
    derived = hashlib.pbkdf2_hmac("sha1", PASSPHRASE, b"AdyenNexoV1Salt", 4000, dklen=80)
    return derived[:32], derived[32:64], derived[64:]


def _mixed(vector: bytes, nonce: bytes) -> bytes:
    if len(nonce) != len(vector):
        raise ValueError("the nonce is not 16 bytes")
    return (int.from_bytes(vector) ^ int.from_bytes(nonce)).to_bytes(16)
