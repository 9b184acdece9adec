"""IPP as bytes and values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.cups import wire
from drivers.cups.views import read_peer
from drivers.cups.wire import Attribute, FlawError
from tests.cups.answers import CORPUS, PRINTER, answer, value

GROUP_JOB = b"\x02"


def test_a_request_to_the_letter() -> None:
    asked = [Attribute("printer-uri", "uri", ("ipp://h/p",)), Attribute("job-id", "integer", (7,))]
    job = [Attribute("copies", "integer", (2,))]
    assert wire.encode("create_job", 5, asked, job, b"%PDF") == (
        b"\x02\x00\x00\x05\x00\x00\x00\x05\x01"
        b"\x47\x00\x12attributes-charset\x00\x05utf-8"
        b"\x48\x00\x1battributes-natural-language\x00\x02en"
        b"\x45\x00\x0bprinter-uri\x00\x09ipp://h/p"
        b"\x21\x00\x06job-id\x00\x04\x00\x00\x00\x07"
        b"\x02\x21\x00\x06copies\x00\x04\x00\x00\x00\x02"
        b"\x03%PDF"
    )


def test_further_values_come_without_a_name() -> None:
    asked = [Attribute("requested-attributes", "keyword", ("job-id", "job-state"))]
    data = wire.encode("get_jobs", 1, asked)
    assert data.endswith(b"\x44\x00\x14requested-attributes\x00\x06job-id\x44\x00\x00\x00\x09job-state\x03")


def test_an_answer_with_everything() -> None:
    data = answer(
        0x0000,
        b"\x04",
        value(0x23, "printer-state", b"\x00\x00\x00\x05"),
        value(0x44, "printer-state-reasons", b"media-empty-error"),
        value(0x44, "", b"cover-open"),
        value(0x22, "printer-is-accepting-jobs", b"\x01"),
        value(0x35, "printer-info", b"\x00\x02zh\x00\x06\xe6\x89\x93\xe5\x8d\xb0"),
        value(0x13, "printer-location", b""),
        value(0x31, "printer-current-time", b"\x07\xea\x0b\x1c\x12\x00\x00\x00+\x00\x00"),
        value(0x34, "media-col-default", b""),
        value(0x4A, "", b"media-size"),
        value(0x34, "", b""),
        value(0x37, "", b""),
        value(0x37, "", b""),
        value(0x21, "queued-job-count", b"\xff\xff\xff\xff"),
    )
    (printer,) = wire.decode(data).all("printer")
    assert printer.number("printer-state") == 5
    assert printer.words("printer-state-reasons") == ("media-empty-error", "cover-open")
    assert printer.truth("printer-is-accepting-jobs") is True
    assert printer.word("printer-info") == "打印"
    assert printer.attributes["printer-location"] == ()
    assert printer.attributes["media-col-default"] == ()
    assert printer.number("queued-job-count") == -1
    assert printer.number("printer-is-accepting-jobs") is None


def test_two_jobs_are_two_groups() -> None:
    data = answer(0, GROUP_JOB, value(0x21, "job-id", b"\x00\x00\x00\x01"), GROUP_JOB, value(0x21, "job-id", bytes(4)))
    assert [job.number("job-id") for job in wire.decode(data).all("job")] == [1, 0]


def test_what_a_printer_says_it_is() -> None:
    assert read_peer(wire.decode(PRINTER).all("printer")[0], ()).identity == "Pantum P3370DN, firmware 1.3.7, 2.0"


def test_why_it_refused() -> None:
    data = answer(0x0406, value(0x41, "status-message", "没有".encode()))
    assert (wire.decode(data).ok, wire.decode(data).message) == (False, "没有")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "too early"),
        (b"\x02\x00\x00\x00\x00\x00\x00\x01", "too early"),
        (b"\x09\x00\x00\x00\x00\x00\x00\x01\x03", "version 9"),
        (b"\x02\x00\x00\x00\x00\x00\x00\x01\x44\x00\x01a\x00\x00\x03", "outside of any group"),
        (answer(0, GROUP_JOB, value(0x44, "", b"x")), "without a first"),
        (answer(0, value(0x21, "job-id", b"\x01")), "four bytes"),
        (answer(0, value(0x22, "x", b"")), "one byte"),
        (answer(0, value(0x41, "x", b"\xff")), "UTF-8"),
        (answer(0, value(0x34, "x", b"")), "without an end"),
        (answer(0, value(0x44, "x", b"abc"))[:-4], "too early"),
        # Lengths that lead back where they are read as signed: another client's reader goes round for ever.
        (bytes.fromhex("02000000000000010144fff5fff4000000000000000003"), "too early"),
    ],
)
def test_what_is_no_answer(data: bytes, why: str) -> None:
    with pytest.raises(FlawError, match=why):
        wire.decode(data)


@given(st.integers(0, 10_000), st.sampled_from(CORPUS))
def test_an_answer_that_breaks_off_is_none(cut: int, whole: bytes) -> None:
    with pytest.raises(FlawError):
        wire.decode(whole[: cut % len(whole)])


def test_collections_in_collections_cost_no_stack() -> None:
    depth = 50_000
    data = answer(0, value(0x34, "a", b""), *[value(0x34, "", b"")] * depth, *[value(0x37, "", b"")] * (depth + 1))
    assert wire.decode(data).groups[0].attributes["a"] == ()
