"""IPP as the simulator reads it: requests and answers in words, and its own questions to the printer.

The terminal's driver has another reading of the standard; this one shares nothing with it.
"""

import struct
from collections.abc import Iterator

_OPERATIONS = {
    0x0002: "Print-Job",
    0x0004: "Validate-Job",
    0x0005: "Create-Job",
    0x0006: "Send-Document",
    0x0008: "Cancel-Job",
    0x0009: "Get-Job-Attributes",
    0x000A: "Get-Jobs",
    0x000B: "Get-Printer-Attributes",
    0x000D: "Release-Job",
}
_STATUSES = {
    0x0000: "ok",
    0x0001: "ok, with substitutes",
    0x0400: "bad request",
    0x0401: "forbidden",
    0x0404: "not possible",
    0x0406: "not found",
    0x0507: "busy",
}
_JOB_STATES = {
    3: "pending",
    4: "held",
    5: "processing",
    6: "stopped",
    7: "canceled",
    8: "aborted",
    9: "completed",
}
_PRINTER_STATES = {3: "idle", 4: "processing", 5: "stopped"}
_TOLD = (
    "job-id",
    "job-name",
    "job-state",
    "job-state-reasons",
    "copies",
    "sides",
    "print-color-mode",
    "printer-state",
    "printer-state-reasons",
    "purge-job",
    "which-jobs",
)
_END = 3
_MOST_JOBS = 3
Pair = tuple[str, int | str]


class Unreadable(ValueError):
    """No IPP."""


def pairs(data: bytes) -> Iterator[Pair]:
    """Names and values one after the other; a further value under its attribute's name. Raises `Unreadable`."""
    at, name = 8, ""
    while True:
        try:
            tag = data[at]
            if tag == _END:
                return
            if tag < 0x10:
                at += 1
                continue
            (length,) = struct.unpack_from(">H", data, at + 1)
            name = data[at + 3 : at + 3 + length].decode("ascii") if length else name
            at += 3 + length
            (length,) = struct.unpack_from(">H", data, at)
            value = data[at + 2 : at + 2 + length]
            at += 2 + length
        except (IndexError, struct.error, UnicodeDecodeError) as error:
            raise Unreadable("not IPP") from error
        if tag in (0x21, 0x23) and length == 4:
            yield name, int.from_bytes(value, "big", signed=True)
        elif tag == 0x22:
            yield name, "yes" if value == b"\x01" else "no"
        elif 0x40 <= tag < 0x60:
            yield name, value.decode("utf-8", "replace")


def in_words(data: bytes, answer: bool) -> str:
    """A request or an answer; a document is told by its length alone."""
    if len(data) < 9:
        return f"{len(data)} bytes without meaning"
    code = int.from_bytes(data[2:4], "big")
    names = _STATUSES if answer else _OPERATIONS
    words = [names.get(code, f"0x{code:04X}")]
    try:
        words += _told(list(pairs(data)))
    except Unreadable:
        return f"{words[0]}, then bytes without meaning"
    if not answer and code in (0x0002, 0x0006):
        words.append(f"a document, {len(data)} bytes in all")
    return " · ".join(words)


def _told(found: list[Pair]) -> list[str]:
    jobs = sum(name == "job-id" for name, _ in found)
    if jobs > _MOST_JOBS:
        return [f"{jobs} jobs"]
    words = []
    for name, value in found:
        if name in _TOLD:
            states = {"job-state": _JOB_STATES, "printer-state": _PRINTER_STATES}.get(name, {})
            shown = states.get(value, value) if isinstance(value, int) else value
            words.append(f"{name.removeprefix('printer-')} {shown}")
    return words


def _text(tag: int, name: str, value: str) -> bytes:
    return struct.pack(">BH", tag, len(name)) + name.encode() + struct.pack(">H", len(value)) + value.encode()


def _opening(operation: int, uri: str) -> bytes:
    return (
        struct.pack(">BBHIB", 1, 1, operation, 1, 1)
        + _text(0x47, "attributes-charset", "utf-8")
        + _text(0x48, "attributes-natural-language", "en")
        + _text(0x45, "printer-uri", uri)
    )


def ask_job(uri: str, number: int) -> bytes:
    """Get-Job-Attributes."""
    wanted = struct.pack(">BH", 0x21, 6) + b"job-id" + struct.pack(">Hi", 4, number)
    return _opening(0x0009, uri) + wanted + bytes((_END,))


def ask_printer(uri: str) -> bytes:
    """Get-Printer-Attributes."""
    return _opening(0x000B, uri) + bytes((_END,))


def print_nothing(uri: str, name: str) -> bytes:
    """Print-Job of a job that only carries its name."""
    about = _text(0x42, "requesting-user-name", "hand") + _text(0x42, "job-name", name)
    return _opening(0x0002, uri) + about + _text(0x49, "document-format", "application/pdf") + b"\x03%PDF-1.4\n"


def idle(data: bytes) -> bool:
    """Whether an answer says that the printer is at nothing."""
    try:
        return ("printer-state", 3) in list(pairs(data))
    except Unreadable:
        return False
