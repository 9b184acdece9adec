"""The hub's own key, with which it signs what it has received; and the codes that pair a terminal."""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Of codes: nothing that is read as something else."""
LENGTH = 12
CODE_S = 15 * 60
"""How long a code pairs a terminal."""


def read_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The key in a PEM file, made with mode 0600 when there is none. Raises `ValueError` for a file that holds none."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        draft = path.with_name(path.name + ".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} does not hold an Ed25519 key in PEM")
    return key


def new_code() -> str:
    """Sixty bits in three groups of four."""
    digits = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(digits[n : n + 4] for n in range(0, LENGTH, 4))


def hash_of_code(typed: str) -> bytes:
    """What is kept of a code: it is said by people, so case and dashes do not matter."""
    return hashlib.sha256("".join(c for c in typed.upper() if c in ALPHABET).encode()).digest()
