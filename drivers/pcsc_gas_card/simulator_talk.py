"""Commands and answers at the card in words, for the talk. No key is ever told."""

_SELECTED = {0x01: "an I2C card", 0x05: "an SLE4428", 0x06: "an SLE4442"}
_VERIFY, _CHANGE_KEY, _COUNTER = 0x20, 0xD2, 0xB1
_KEYS = (_VERIFY, _CHANGE_KEY)


def without_keys(command: bytes) -> bytes:
    """What of a command may be shown."""
    return command[:5] if command[1:2] and command[1] in _KEYS else command


def in_words(command: bytes) -> str:
    """What the terminal asks."""
    if len(command) < 4:
        return f"{len(command)} bytes that are no command"
    acs, instruction = command[0] == 0xFF, command[1]
    place = f"{command[2] << 8 | command[3]:02X}" if acs else f"{command[3]:02X}"
    match instruction:
        case 0xA4 if acs:
            return f"this is {_SELECTED.get(command[-1], 'a card of another kind')}"
        case 0xA4:
            return "select an application"
        case 0xB0:
            return f"read {command[4] if len(command) > 4 else 0} bytes at {place}"
        case 0xB1:
            return "the error counter?"
        case 0xB2:
            return "which bytes are frozen?"
        case 0xC0:
            return "the rest of the answer?"
        case 0x20:
            return "this is the key" if len(command) > 4 else "how many tries are left?"
        case 0xD0 | 0xD6:
            return f"write {len(command) - 5} bytes at {place}"
        case 0xD1:
            return f"freeze bytes at {place}"
        case 0xD2:
            return "this is the new key"
        case _:
            return f"command {instruction:02X}"


def answer_in_words(command: bytes, answer: bytes) -> str:
    """What goes back."""
    if len(answer) < 2:
        return "half an answer"
    status, data = answer[-2:].hex(" ").upper(), answer[:-2]
    if command[:2] == b"\xff\x20" and answer[-2] == 0x90:
        return {0x07: "90 07, the key is right", 0x00: "90 00, the card is dead"}.get(
            answer[-1], f"{status}, the key is wrong"
        )
    if command[:2] == bytes([0xFF, _COUNTER]) and data:
        return f"{status}, the error counter is {data[0]:02X}"
    if status == "90 00":
        return f"90 00, {len(data)} bytes" if data else "90 00, done"
    return status
