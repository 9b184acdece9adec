"""What the terminal reads from its own disk: `config.toml`, keys, the journal's rows and the witness."""

import base64
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from drivers.alipay import signing as alipay
from drivers.wechat_pay.signing import load_private_key, load_public_key
from kiosk.config import Config, ConfigError, load
from kiosk.config_face import glance
from kiosk.ledger.errors import LedgerKeyError
from kiosk.ledger.seal import Sealer, read_or_make_key
from kiosk.ledger.witness import Head, Witness, read_witness
from kiosk.ports.errors import PortUrlError
from kiosk.ports.urls import SpyAddress, parse_url
from kiosk.protocol import events as ev
from kiosk.protocol.envelope import UnknownEventError, decode, encode
from kiosk.protocol.matter import ImpossibleEventError, MatterEvent
from kiosk.protocol.matters import kind_of
from kiosk.protocol.order.evolve import evolve
from kiosk.watchdog import LEAST_SECONDS, MOST_SECONDS, Supervisor
from tests.fuzz.campaign import Target

_IN_MEMORY = Path("/", "dev", "shm")
_FOLDER = tempfile.TemporaryDirectory(prefix="menkou-fuzz-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None)
FOLDER = Path(_FOLDER.name)

_SAMPLE: dict[object, object] = {str: "x", int: 5, bool: True}


def _event(kind: type[ev.OrderEvent]) -> ev.Event:
    values = {field.name: _SAMPLE[field.type] for field in msgspec.structs.fields(kind)}
    event: ev.Event = msgspec.convert({**values, "type": kind.__struct_config__.tag}, ev.Event)
    return event


EVENTS = tuple(map(_event, get_args(ev.Event)))
ROWS = tuple(encode(event, seq=7, ledger="K2", terminal="T07", at=1, mono=2, boot="b") for event in EVENTS)
OPENED = evolve(None, EVENTS[0])


def check_journal(body: bytes) -> None:
    """A row is an envelope or a `DecodeError`, its event known or not, possible or not; nothing else."""
    try:
        event = decode(body).event()
    except (msgspec.DecodeError, UnknownEventError):
        return
    if isinstance(event, MatterEvent):
        with contextlib.suppress(ImpossibleEventError):
            assert kind_of(event).evolve(None, event).matter == event.matter, "an event of another matter"
        return
    for rows in (None, OPENED):
        try:
            after = evolve(rows, event)
        except ImpossibleEventError:
            continue
        assert after.order.order_no == event.order_no, "an event of another order"


PROJECT = Path(__file__).parents[2]
_DEMO = (PROJECT / "config.toml").read_bytes().splitlines()
_BARE = b"\n".join(line for line in _DEMO if line and not line.startswith(b"#"))
_LEAST = _BARE[: _BARE.index(b"[[device]]")]
_HALL = b"""schema = 1
[terminal]
id = "T07"
mode = "production"
[hall]
name = "a"
timezone = "Asia/Shanghai"
[journeys]
enabled = ["gas_bill"]
[ledger]
folder = "data"
[[device]]
name = "printer"
role = "receipt_printer"
driver = "escpos"
port = "serial:///dev/ttyUSB0?baudrate=9600"
[[device]]
name = "card"
role = "payment_method"
driver = "transbank_pos"
port = "socket://10.0.0.9:4000"
[[device]]
name = "gas"
role = "gas_company"
driver = "gas_company_http"
port = "https://gas.example"
[device.settings]
terminal = "HALL-01"
key = "file:gas.key"
account_digits = [8, 12]
"""


def check_config(content: bytes) -> None:
    """A configuration, or every problem in a line that begins with the file's name; and a face in any case."""
    path = FOLDER / "config.toml"
    path.write_bytes(content)
    glance(path)
    lines: tuple[str, ...] = ()
    try:
        assert isinstance(load(path, thorough=True), Config)
    except ConfigError as wrong:
        lines = wrong.lines or ("no word of what is wrong",)
    for line in lines:
        assert line.startswith((str(path), path.name)), line
        assert "\n" not in line
        line.encode()


URLS = (
    *(b"/dev/ttyUSB0", b"serial:///dev/ttyUSB0?baudrate=19200&parity=N&bytesize=8&stopbits=1&xonxoff=0"),
    *(b"socket://10.0.0.9:4000", b"socket://[::1]:4000/", b"usb://04b8:0202", b"spy://socket://a:1?file=/tmp/a"),
)


def check_url(data: bytes) -> None:
    """An address, or a `PortUrlError`."""
    try:
        address = parse_url(data.decode("utf-8", "replace"))
    except PortUrlError:
        return
    assert not (isinstance(address, SpyAddress) and isinstance(address.inner, SpyAddress))


HEADS = (Head("K" * 20, 41, b"\x01" * 32), Head("K" * 20, 42, b"\x02" * 32))


def _written(write: Callable[[Path], object]) -> bytes:
    path = FOLDER / "written"
    write(path)
    content = path.read_bytes()
    path.unlink()
    return content


def _bear(path: Path) -> None:
    witness = Witness(path)
    for head in HEADS:
        witness.write(head)
    witness.close()


def check_witness(content: bytes) -> None:
    """A head that was written, or none."""
    path = FOLDER / "witness"
    path.write_bytes(content)
    assert read_witness(path) in (None, *HEADS), "a head that nobody wrote"


def check_key(content: bytes) -> None:
    """32 bytes, or a `LedgerKeyError` that leaves the file as it is."""
    path = FOLDER / "hall.key"
    path.write_bytes(content)
    with contextlib.suppress(LedgerKeyError):
        key = read_or_make_key(path)
        assert key.hex() == "".join(content.decode("ascii").lower().split())
    assert path.read_bytes() == content


_KEY = rsa.generate_private_key(65537, 2048)
_PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
_OLD_PRIVATE = _KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
)
_PUBLIC = _KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
_DER = b"".join(_PUBLIC.splitlines()[1:-1])
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----\n" + _DER + b"\n-----END CERTIFICATE-----\n"


def check_pem(content: bytes) -> None:
    """A merchant's or WeChat's RSA key, or a `ValueError` in few words. What stands between the lines of dashes is
    also tried as the binary that the next layer reads."""
    head, _, rest = content.partition(b"\x00binary\x00")
    if rest:
        name = head.strip(b"-\n ") or b"PUBLIC KEY"
        content = b"-----BEGIN %b-----\n%b-----END %b-----\n" % (name, base64.encodebytes(rest), name)
    for read in (load_private_key, load_public_key, alipay.load_private_key, alipay.load_public_key):
        key: Any = None
        with contextlib.suppress(ValueError):
            key = read(content)
        assert key is None or key.key_size >= 512


def _binary(pem: bytes, name: bytes) -> bytes:
    return name + b"\x00binary\x00" + base64.b64decode(b"".join(pem.splitlines()[1:-1]))


_SEALER = Sealer(b"s" * 32)
_SEALED = _SEALER.seal("subject", "欧阳娜娜".encode())


def check_sealed(data: bytes) -> None:
    """Only what was sealed for this subject opens."""
    value = _SEALER.unseal("subject", data)
    assert value is None or data == _SEALED, "a value that nobody sealed"


def check_supervisor(data: bytes) -> None:
    """Whatever the environment says: a beat within a second, never without pause, and telling raises nothing."""
    environ = {}
    for line in data.replace(b"\0", b"").split(b"\n"):
        name, _, value = line.decode("utf-8", "surrogateescape").partition("=")
        environ[name] = value
    supervisor = Supervisor(environ)
    assert LEAST_SECONDS <= supervisor.beat_seconds <= MOST_SECONDS
    supervisor.tell("READY=1")


TARGETS = (
    Target("witness", (_written(_bear),), check_witness),
    Target("journal", ROWS, check_journal, shape="json"),
    Target("config", (_BARE, _LEAST, _HALL), check_config, shape="lines", short=100),
    Target("port_url", URLS, check_url),
    Target("key_file", (b"0123456789abcdef" * 4 + b"\n", b"AB " * 32), check_key),
    Target(
        "merchant_key",
        (
            *(_PRIVATE, _OLD_PRIVATE, _PUBLIC, _CERTIFICATE),
            *(_binary(_PRIVATE, b"PRIVATE KEY"), _binary(_OLD_PRIVATE, b"RSA PRIVATE KEY")),
            *(_binary(_PUBLIC, b"PUBLIC KEY"), _binary(_CERTIFICATE, b"CERTIFICATE")),
        ),
        check_pem,
        costly=10,
        short=120,
    ),
    Target("sealed", (_SEALED,), check_sealed),
    Target(
        "supervisor",
        (b"NOTIFY_SOCKET=/nowhere/notify\nWATCHDOG_USEC=30000000", b"NOTIFY_SOCKET=@menkou-fuzz\nWATCHDOG_USEC=0"),
        check_supervisor,
        shape="lines",
    ),
)
