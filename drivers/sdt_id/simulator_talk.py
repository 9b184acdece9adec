"""What passes on the simulated reader's wire, in a developer's words. No content of a card is told."""

_COMMANDS = {
    "10FF": "reset the security module",
    "11FF": "how is the security module?",
    "12FF": "which security module is it?",
    "2001": "is there a new card?",
    "2002": "select the card",
    "3001": "read text and photo",
    "3010": "read text, photo and fingerprint",
    "3003": "read the newest address",
    "61FF": "bytes per radio frame",
}

_STATES = {
    0x90: "ok",
    0x9F: "there is a card",
    0x91: "not on this card",
    0x10: "the checksum was wrong",
    0x11: "the length was wrong",
    0x21: "no such command",
    0x23: "no privilege for it",
    0x24: "unknown error",
    0x31: "the card does not accept the reader",
    0x32: "the reader does not accept the card",
    0x33: "what the card says is damaged",
    0x40: "no identity card",
    0x41: "reading failed",
    0x47: "no random number",
    0x60: "self-test failed",
    0x66: "not authorized",
    0x80: "no new card",
    0x81: "selecting failed",
}


def asked(command: bytes) -> str:
    """A command of the terminal."""
    code = command[:2].hex().upper()
    words = "set the line's speed" if code.startswith("60") else _COMMANDS.get(code, "no command of a reader")
    return f"{code} {words}"


def said(status: int, data: bytes) -> str:
    """An answer of the reader."""
    more = f", {len(data)} bytes" if len(data) > 16 else ""
    return f"{status:02X} {_STATES.get(status, 'a state of its own')}{more}"
