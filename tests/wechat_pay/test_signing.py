"""Signatures both ways, against vectors made here from the rules, not by the code under test."""

import base64
import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from drivers.wechat_pay.signing import (
    Message,
    Signed,
    Signer,
    Untrusted,
    Verifier,
    load_private_key,
    load_public_key,
)
from kiosk.ports.http import Reply

NOW_S = 1_790_000_000
BODY = '{"说":"付款成功"}'.encode()


@pytest.fixture(scope="module")
def key(key_folder: Path) -> rsa.RSAPrivateKey:
    loaded = serialization.load_pem_private_key((key_folder / "platform_key.pem").read_bytes(), password=None)
    assert isinstance(loaded, rsa.RSAPrivateKey)
    return loaded


def sign(key: rsa.RSAPrivateKey, said: bytes) -> str:
    return base64.b64encode(key.sign(said, padding.PKCS1v15(), hashes.SHA256())).decode()


def reply(key: rsa.RSAPrivateKey, **headers: str) -> Reply:
    signature = sign(key, f"{NOW_S}\nabc\n".encode() + BODY + b"\n")
    usual = {
        "wechatpay-timestamp": str(NOW_S),
        "wechatpay-nonce": "abc",
        "wechatpay-serial": "PUB_KEY_ID_1",
        "wechatpay-signature": signature,
    }
    return Reply(200, {**usual, **{f"wechatpay-{name}": value for name, value in headers.items()}}, BODY)


def verifier(key: rsa.RSAPrivateKey) -> Verifier:
    return Verifier({"PUB_KEY_ID_1": key.public_key()}, 300)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message("GET", "/v3/a?mchid=1"), b"GET\n/v3/a?mchid=1\n1790000000\nN0NCE\n\n"),
        (Message("POST", "/v3/b", BODY), b"POST\n/v3/b\n1790000000\nN0NCE\n" + BODY + b"\n"),
    ],
)
def test_request_is_signed_over_its_exact_bytes(key: rsa.RSAPrivateKey, message: Message, said: bytes) -> None:
    assert Signer("1900", "5E4F", key).authorization(message, NOW_S, "N0NCE") == (
        f'WECHATPAY2-SHA256-RSA2048 mchid="1900",nonce_str="N0NCE",signature="{sign(key, said)}",'
        f'timestamp="1790000000",serial_no="5E4F"'
    )


def test_answer_of_wechat(key: rsa.RSAPrivateKey) -> None:
    assert verifier(key).check(reply(key), NOW_S) == Signed(200, BODY, NOW_S)


@pytest.mark.parametrize("age_s", [300, 301, -300, 100_000])
def test_answer_too_old_or_from_the_future(key: rsa.RSAPrivateKey, age_s: int) -> None:
    assert verifier(key).check(reply(key), NOW_S + age_s) == Untrusted(200, "stale")


@pytest.mark.parametrize("age_s", [299, -299])
def test_answer_just_young_enough(key: rsa.RSAPrivateKey, age_s: int) -> None:
    assert isinstance(verifier(key).check(reply(key), NOW_S + age_s), Signed)


def test_body_changed_on_the_way(key: rsa.RSAPrivateKey) -> None:
    changed = Reply(200, reply(key).headers, BODY + b" ")
    assert verifier(key).check(changed, NOW_S) == Untrusted(200, "bad_signature")


def test_signed_by_somebody_else(key: rsa.RSAPrivateKey, key_folder: Path) -> None:
    stranger = load_private_key((key_folder / "merchant_key.pem").read_bytes())
    assert verifier(key).check(reply(stranger), NOW_S) == Untrusted(200, "bad_signature")


def test_key_that_nobody_gave_us(key: rsa.RSAPrivateKey) -> None:
    assert verifier(key).check(reply(key, serial="PUB_KEY_ID_2"), NOW_S) == Untrusted(200, "unknown_serial")


@pytest.mark.parametrize(
    "headers",
    [
        {"timestamp": ""},
        {"timestamp": "soon"},
        {"timestamp": "-1"},
        {"timestamp": "１７９０００００００"},
        {"timestamp": "9" * 400},
        {"nonce": ""},
        {"nonce": "a\nb"},
        {"nonce": "\udcff"},
        {"nonce": "n" * 4000},
        {"signature": ""},
    ],
)
def test_header_missing_or_malformed(key: rsa.RSAPrivateKey, headers: dict[str, str]) -> None:
    assert verifier(key).check(reply(key, **headers), NOW_S) == Untrusted(200, "unsigned")


@pytest.mark.parametrize("signature", ["x", "====", "é", "\udcff", "AAAA", "A" * 100_000, "WECHATPAY/SIGNTEST/AAAA"])
def test_signature_is_rubbish(key: rsa.RSAPrivateKey, signature: str) -> None:
    """`WECHATPAY/SIGNTEST/` is WeChat's own trial of terminals that do not look."""
    assert verifier(key).check(reply(key, signature=signature), NOW_S) == Untrusted(200, "bad_signature")


def test_platform_certificate(key: rsa.RSAPrivateKey) -> None:
    """Certificate mode: the file holds a certificate, and answers name its serial number."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com sign")])
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(0x7132D72A03E93CDDF8C03BBD1F37EEDF6C9E0A4B)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=1800))
        .sign(key, hashes.SHA256())
    )
    loaded = load_public_key(certificate.public_bytes(serialization.Encoding.PEM))
    serial = "7132D72A03E93CDDF8C03BBD1F37EEDF6C9E0A4B"
    assert isinstance(Verifier({serial: loaded}, 300).check(reply(key, serial=serial), NOW_S), Signed)


def test_keys_of_another_kind() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    private = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = other.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    with pytest.raises(ValueError, match="not an RSA key"):
        load_private_key(private)
    with pytest.raises(ValueError, match="not an RSA key"):
        load_public_key(public)
    for rubbish in (b"", b"rubbish", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(ValueError, match="PEM"):
            load_public_key(rubbish)
    with pytest.raises(ValueError, match="PEM"):
        load_private_key(b"rubbish")
