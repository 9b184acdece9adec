"""Answers in IPP, put together by hand."""

import struct


def value(tag: int, name: str, data: bytes) -> bytes:
    """One value; a further one of the same attribute has no name."""
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(data)) + data


def answer(status: int, *parts: bytes) -> bytes:
    """An answer to question 1: values of its operation group, then group tags with theirs."""
    opening = value(0x47, "attributes-charset", b"utf-8") + value(0x48, "attributes-natural-language", b"en")
    return struct.pack(">BBHIB", 2, 0, status, 1, 1) + opening + b"".join(parts) + b"\x03"


def number(name: str, of: int, tag: int = 0x21) -> bytes:
    """A whole number, or with tag 0x23 a state."""
    return value(tag, name, struct.pack(">i", of))


JOB = answer(
    0,
    b"\x02",
    number("job-id", 12),
    value(0x42, "job-name", b"form-7"),
    number("job-state", 5, 0x23),
    value(0x44, "job-state-reasons", b"job-printing"),
    number("job-impressions-completed", 2),
    number("number-of-documents", 1),
)
PRINTER = answer(
    0,
    b"\x04",
    number("printer-state", 4, 0x23),
    value(0x44, "printer-state-reasons", b"media-empty-error"),
    value(0x44, "", b"cover-open-warning"),
    value(0x22, "printer-is-accepting-jobs", b"\x01"),
    value(0x41, "printer-make-and-model", b"Pantum P3370DN"),
    value(0x41, "printer-firmware-string-version", b"1.3.7"),
    value(0x41, "", b"2.0"),
    value(0x45, "device-uri", b"ipp://10.0.0.7/ipp/print"),
    value(0x34, "media-col-default", b""),
    value(0x4A, "", b"media-size"),
    value(0x37, "", b""),
)
REFUSED = answer(0x0406, value(0x35, "status-message", b"\x00\x02en\x00\x04gone"))
CORPUS = (JOB, PRINTER, REFUSED)
