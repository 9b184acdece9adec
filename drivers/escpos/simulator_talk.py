"""What the simulated printer hears and answers, in a developer's words: text as text, commands by name."""

from collections.abc import Callable

from drivers.escpos.simulator_stream import Command, Encoding, Glyph, Item, Unknown, take

_ALIGN = ("left", "center", "right")
_QUESTIONS = {1: "are you online?", 2: "why not?", 3: "which error?", 4: "how much paper?"}
_ENDS = ("LF", "ESC d", "ESC J", "GS V", "GS v 0", "GS ( H", "GS ( k", "GS r", "GS I", "GS a")
_LONGEST = 200


class Ear:
    """Tells what arrives a printed line or a command at a time, whenever it arrives: also while printing waits."""

    def __init__(self, encoding: Encoding, tell: Callable[[str, bytes], None]) -> None:
        self._encoding = encoding
        self._tell = tell
        self.reset()

    def reset(self) -> None:
        """The power was off: what was half heard is forgotten."""
        self._buffer = b""
        self._chinese = True
        self._words: list[str] = []
        self._text = ""
        self._raw = b""

    def hear(self, data: bytes) -> None:
        """Bytes without the real-time commands."""
        self._buffer += data
        while (found := take(self._buffer[:70000], self._chinese, self._encoding)) is not None:
            item, length = found
            self._raw += self._buffer[:length]
            self._buffer = self._buffer[length:]
            self._add(item)

    def asked(self, kind: str, n: int) -> None:
        """A real-time command, wherever it stood."""
        match kind:
            case "EOT":
                self._tell(f"DLE EOT {n}: {_QUESTIONS[n]}", bytes((0x10, 0x04, n)))
            case _:
                meaning = "drop the buffers and recover" if n == 2 else "recover"
                self._tell(f"DLE ENQ {n}: {meaning}", bytes((0x10, 0x05, n)))

    def _add(self, item: Item) -> None:
        match item:
            case Glyph(character=character):
                self._text += character
            case Unknown(data=data):
                self._word(f"unknown {data.hex(' ')}")
            case Command(name=name, data=data):
                if name in ("FS &", "FS .", "ESC @"):
                    self._chinese = name != "FS ."
                self._word("⏎" if name == "LF" else _command(name, data))
                if name in _ENDS:
                    self._end()
        if len(self._text) > _LONGEST:
            self._end()

    def _word(self, word: str) -> None:
        if self._text:
            self._words.append(f"“{self._text}”")
            self._text = ""
        if word:
            self._words.append(word)

    def _end(self) -> None:
        self._word("")
        self._tell(" · ".join(self._words), self._raw)
        self._words, self._raw = [], b""


def _command(name: str, data: bytes) -> str:
    first = data[0] if data else 0
    meaning = ""
    match name:
        case "nothing":
            return ""
        case "ESC @":
            meaning = "reset"
        case "ESC a":
            meaning = _ALIGN[first % 48 % 3]
        case "ESC E" | "ESC G":
            meaning = "bold" if first & 1 else "not bold"
        case "ESC -" | "FS -":
            meaning = "underlined" if first & 3 else "not underlined"
        case "GS !":
            meaning = f"size {(first >> 4) % 8 + 1}×{(first & 15) % 8 + 1}"
        case "FS !":
            meaning = f"Chinese size {2 if first & 4 else 1}×{2 if first & 8 else 1}"
        case "FS &" | "FS .":
            meaning = "Chinese on" if name == "FS &" else "Chinese off"
        case "ESC d":
            meaning = f"feed {first} lines"
        case "ESC J":
            meaning = f"feed {first} dots"
        case "ESC 3":
            meaning = f"line spacing {first} dots"
        case "GS V":
            meaning = f"feed {data[1]} dots and cut" if len(data) > 1 else "cut"
        case "GS v 0":
            meaning = f"picture {(data[1] + 256 * data[2]) * 8}×{data[3] + 256 * data[4]} dots"
        case "GS ( k":
            meaning = {b"1C": "size of the QR code", b"1P": "its text", b"1Q": "print the QR code"}.get(
                data[:2], "QR code"
            )
        case "GS ( H":
            meaning = f"say {data[2:].decode('ascii', 'replace')!r} when all this is printed"
        case "GS r":
            meaning = "how is the roll?"
        case "GS a":
            meaning = "tell changes by yourself" if first else "tell nothing by yourself"
        case "GS I":
            asked = {65: "firmware", 66: "maker", 67: "model", 68: "serial number"}
            meaning = f"what is your {asked.get(first, 'type')}?"
    return f"{name} ({meaning})" if meaning else name


def answer_in_words(kind: str, reply: bytes, n: int = 0) -> str:
    """A whole answer of a kind (`status`, `proof`, `roll`, `asb`, `id`); `n` is the question of a status."""
    byte = reply[0]
    match kind:
        case "status":
            meanings = {
                1: ((0x08, "offline"),),
                2: ((0x04, "cover open"), (0x20, "paper out"), (0x40, "error")),
                3: ((0x04, "mechanical error"), (0x08, "cutter error"), (0x40, "recovers by itself")),
                4: ((0x0C, "paper near its end"), (0x60, "paper out or slip in the exit")),
            }[n]
            found = ", ".join(meaning for bit, meaning in meanings if byte & bit)
            return f"0x{byte:02X}: {found or 'all well'}"
        case "proof":
            return f"{reply[2:-1].decode('ascii', 'replace')!r}: all is printed up to here"
        case "roll":
            return "paper out" if byte & 0x0C else "paper near its end" if byte & 0x03 else "paper there"
        case "asb":
            sensors = ((0, 0x08, "offline"), (0, 0x20, "cover open"), (1, 0x0C, "error"), (2, 0x0C, "paper out"))
            found = ", ".join(meaning for at, bit, meaning in sensors if reply[at] & bit)
            return f"by itself: {found or 'all well'}"
        case _:
            return f"I am {reply.strip(b'_').rstrip(bytes(1)).decode('latin-1')!r}"
