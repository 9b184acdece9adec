"""A hub with a certificate of its own: who pinned it sends, who pinned another sends nothing to it."""

import asyncio
import ipaddress
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from kiosk.config import load
from kiosk.sync.cli import sync_command
from kiosk.sync.identity import identity_in
from tests.hub.conftest import HALL, TERMINAL, Hub, Sending
from tests.hub.test_sync import journal

OWN = (Path(__file__).parents[2] / "config.toml").read_text("utf-8")


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A self-signed one for 127.0.0.1 and its key, as files."""
    key, now = Ed25519PrivateKey.generate(), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, None)
    )
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return paths


@pytest.mark.parametrize("hub", ["sqlite"], indirect=True)
async def test_a_hub_with_a_certificate_of_its_own(
    hub: Hub, sending: Sending, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    pem, key = certificate(tmp_path, "hub")
    certificate(tmp_path, "other")
    await asyncio.to_thread(hub.kill)
    hub.options = ["--certificate", str(pem), "--certificate-key", str(key)]
    await asyncio.to_thread(hub.start)
    assert hub.url.startswith("https://127.0.0.1:")
    path = tmp_path / "config.toml"

    def configured(pinned: str) -> None:
        text = OWN.replace("var/ledger", "ledger").replace("assets/items/demo.json", "none.json")
        path.write_text(f'{text}\n[hub]\nurl = "{hub.url}"\nretry_s = 0.05\n{pinned}\n')

    def pair() -> tuple[int, str]:
        status = sync_command(["pair", hub.say("code", HALL, TERMINAL), "--config", str(path)])
        return status, "".join(capsys.readouterr())

    for wrong in ("", 'certificate = "file:other.pem"'):
        configured(wrong)
        status, said = await asyncio.to_thread(pair)
        assert (status, "does not answer: cannot connect (ClientConnectorCertificateError)" in said) == (1, True), said
    configured('certificate = "file:hub.pem"')
    status, said = await asyncio.to_thread(pair)
    assert (status, said.startswith("terminal T1 of tianfu is paired with https://")) == (0, True), said

    sending.identity = identity_in(tmp_path / "ledger")
    await sending.rate(9)
    configured('certificate = "file:other.pem"')
    sending.settings = load(path).hub
    with caplog.at_level(logging.ERROR):
        sending.begin()
        async with asyncio.timeout(20):
            while "ClientConnectorCertificateError" not in caplog.text:
                assert await hub.rows() == []
                await asyncio.sleep(0.02)
        await sending.end()
    assert await hub.rows() == []
    configured('certificate = "file:hub.pem"')
    sending.settings = load(path).hub
    sending.begin()
    await sending.until_sent()
    assert await hub.rows() == journal(tmp_path / "ledger")
    assert len(await hub.rows()) == 9
