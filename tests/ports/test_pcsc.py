"""PC/SC where something is missing. Readers and cards, in a real pcscd, are in tests/pcsc_gas_card."""

from pathlib import Path

import pytest

from kiosk.ports import pcsc
from kiosk.ports.errors import PortError
from kiosk.ports.pcsc import PcscError, Service
from kiosk.ports.port import open_port
from kiosk.ports.urls import PcscAddress


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "_LIBRARY", "libpcsc-nowhere.so.1")
    monkeypatch.setattr(pcsc, "_library", pcsc._library.__wrapped__)
    with (
        pytest.raises(PcscError, match=r"libpcsc-nowhere.so.1 is not installed: apt-get install pcscd") as failed,
        Service(PcscAddress()),
    ):
        pass
    assert failed.value.trouble == "service"


def test_without_a_service(tmp_path: Path) -> None:
    with (
        pytest.raises(PcscError, match=r"pcscd does not run \(8010001D\)") as failed,
        Service(PcscAddress("", str(tmp_path / "pcscd.comm"))),
    ):
        pass
    assert failed.value.trouble == "service"


def test_each_place_has_a_library_of_its_own(tmp_path: Path) -> None:
    one, same, other = (pcsc._library(str(tmp_path / name)) for name in ("one", "one", "other"))
    assert one is same
    assert one._handle != other._handle


@pytest.mark.parametrize(
    ("code", "trouble", "why"),
    [
        (-0x7FEFFF97, "no_card", "the card was taken out (80100069)"),
        (0x80100066, "mute", "the card does not answer (80100066)"),
        (0x80100016, "failed", "the card was lost in the middle of a command (80100016)"),
        (0x80100017, "reader", "the reader was unplugged (80100017)"),
        (0x80101234, "failed", "the reader failed (80101234)"),
    ],
)
def test_what_the_service_says_is_said_in_words(code: int, trouble: str, why: str) -> None:
    with pytest.raises(PcscError) as failed:
        pcsc._check(code)
    assert (failed.value.trouble, str(failed.value)) == (trouble, why)


async def test_a_reader_of_cards_is_no_stream() -> None:
    with pytest.raises(PortError, match="no stream of bytes"):
        await open_port("pcsc://")
