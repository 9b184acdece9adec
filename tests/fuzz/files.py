"""What the terminal reads back from its own disk: the journal's rows and `config.toml`."""

import contextlib
import tempfile
from pathlib import Path
from typing import get_args

import msgspec

from kiosk.config import Config, ConfigError, load
from kiosk.config_face import glance
from kiosk.ledger.witness import Head, Witness, read_witness
from kiosk.orders.evolve import evolve
from kiosk.protocol import events as ev
from kiosk.protocol.envelope import UnknownEventError, decode, encode
from kiosk.protocol.matter import ImpossibleEventError, MatterEvent
from kiosk.protocol.matters import kind_of
from tests.fuzz.campaign import Target

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
_SAMPLES = (PROJECT / "config.toml").read_bytes()
_FOLDER = tempfile.TemporaryDirectory(prefix="menkou-fuzz-")


def check_config(content: bytes) -> None:
    """A configuration, or every problem in a line that begins with the file's name; and a face in any case."""
    path = Path(_FOLDER.name) / "config.toml"
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


HEADS = (Head("K" * 20, 41, b"\x01" * 32), Head("K" * 20, 42, b"\x02" * 32))


def _witness() -> bytes:
    path = Path(_FOLDER.name) / "written"
    witness = Witness(path)
    for head in HEADS:
        witness.write(head)
    witness.close()
    return path.read_bytes()


def check_witness(content: bytes) -> None:
    """A head that was written, or none."""
    path = Path(_FOLDER.name) / "witness"
    path.write_bytes(content)
    assert read_witness(path) in (None, *HEADS), "a head that nobody wrote"


TARGETS = (
    Target("witness", (_witness(),), check_witness),
    Target("journal", ROWS, check_journal, structured=True),
    Target("config", (_SAMPLES,), check_config, costly=20),
)
