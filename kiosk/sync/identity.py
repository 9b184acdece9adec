"""Who this terminal is to its hub: its key, and what the hub said when they were paired; kept in the data folder."""

from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec import Meta

from kiosk.ledger.disk import write_once
from kiosk.ledger.files import Files


class NotPairedError(ValueError):
    """There is no usable pairing in this folder; says why."""


class Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a pairing left. The file holds a secret: mode 0600."""

    hub: str
    """The URL that it was paired at."""
    hall: str
    terminal: str
    private_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    hub_key: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]

    @property
    def key(self) -> Ed25519PrivateKey:
        """With which requests are signed."""
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.private_key))

    @property
    def hub_public(self) -> Ed25519PublicKey:
        """With which is checked what the hub signed."""
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.hub_key))

    def is_hubs(self, signature: str, content: bytes) -> bool:
        """Whether the hub that it was paired with signed that; `signature` in hexadecimal."""
        try:
            self.hub_public.verify(bytes.fromhex(signature), content)
        except (InvalidSignature, ValueError):
            return False
        return True


def new_private_key() -> str:
    """A fresh key, in hexadecimal."""
    made = Ed25519PrivateKey.generate()
    return made.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()).hex()


def keep(folder: Path, identity: Identity) -> None:
    """Make it durable, in the place of an earlier one. Raises `OSError`."""
    path = Files(folder).hub
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, msgspec.json.format(msgspec.json.encode(identity)) + b"\n")


def identity_in(folder: Path) -> Identity:
    """The pairing in a data folder. Raises `NotPairedError`, `OSError`."""
    path = Files(folder).hub
    try:
        return msgspec.json.decode(path.read_bytes(), type=Identity)
    except FileNotFoundError:
        raise NotPairedError("this terminal is not paired with a hub: kiosk sync pair CODE") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotPairedError(f"{path} cannot be read: {error}; pair the terminal again") from None
