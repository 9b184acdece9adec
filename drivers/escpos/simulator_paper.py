"""The simulated paper: what the print head burns, dot by dot, at 203 dpi."""

import io
import subprocess
from functools import lru_cache

import qrcode
from PIL import Image, ImageDraw, ImageFont

HEAD_TO_CUTTER = 120
"""The cutter sits 15 mm above the print head: what is not fed past it stays for the next slip."""
LINE = 30
"""Dots of a line feed."""
DOTS_PER_MM = 8


@lru_cache(maxsize=4)
def _font_file(family: str) -> tuple[str, int]:
    found = subprocess.run(
        ["fc-match", "-f", "%{family};%{file};%{index}", family], check=True, capture_output=True, text=True
    ).stdout
    names, file, index = found.split(";")
    if family not in names:
        raise SystemExit(f"the printer simulator needs the font {family} (Debian package fonts-noto-cjk)")
    return file, int(index)


@lru_cache(maxsize=64)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    file, index = _font_file("Noto Sans Mono CJK SC")
    return ImageFont.truetype(file, pixels, index=index)


@lru_cache(maxsize=2048)
def _stamp(character: str, width: int, height: int, bold: bool) -> Image.Image:
    """A character of the printer's own font: `width` by `height` dots, black (0) on white. Bold is struck twice."""
    font = _font(round(height * 0.92))
    natural = (height if font.getlength(character) > height * 0.6 else height // 2, height)
    drawn = Image.new("L", natural, 255)
    pen = ImageDraw.Draw(drawn)
    for shift in range(max(2, height // 16) if bold else 1):
        pen.text((natural[0] / 2 + shift, height * 0.8), character, fill=0, font=font, anchor="ms")
    return drawn.resize((width, height)).point(lambda level: 0 if level < 140 else 255)


class Cell:
    """A character waiting in the line buffer."""

    def __init__(self, character: str, width: int, height: int, bold: bool, underline: bool = False) -> None:
        self.character = character
        self.width = width
        self.height = height
        self.bold = bold
        self.underline = underline


class Piece:
    """A finished piece of paper."""

    def __init__(self, picture: Image.Image, text: list[str]) -> None:
        self.picture = picture
        self.text = text

    @property
    def mm(self) -> float:
        """Its length."""
        return self.picture.height / DOTS_PER_MM

    def png(self) -> bytes:
        """The picture with the paper's edges: perforated where it was cut."""
        edge = Image.new("L", (self.picture.width, self.picture.height), 255)
        edge.paste(self.picture)
        draw = ImageDraw.Draw(edge)
        for x in range(0, edge.width, 12):
            draw.line((x, edge.height - 1, x + 5, edge.height - 1), fill=150)
        out = io.BytesIO()
        edge.save(out, "PNG", dpi=(203, 203), optimize=False)
        return out.getvalue()


class Paper:
    """The paper between the roll and the last cut."""

    def __init__(self, paper_mm: int) -> None:
        self.width = paper_mm * DOTS_PER_MM
        self.dots = 576 if paper_mm == 80 else 384
        self._margin = (self.width - self.dots) // 2
        self._picture = Image.new("L", (self.width, 2048), 255)
        self._head = HEAD_TO_CUTTER
        self.text: list[str] = []
        self._picture_rows = 0

    @property
    def touched(self) -> bool:
        """Whether there is anything on the piece."""
        return bool(self.text)

    def feed(self, dots: int) -> None:
        """Move on without printing."""
        self._head += dots
        if self._head > self._picture.height - 256:
            longer = Image.new("L", (self.width, self._picture.height + self._head), 255)
            longer.paste(self._picture, (0, 0))
            self._picture = longer

    def print_line(self, cells: list[Cell], align: int, spacing: int) -> int:
        """Burn one line and feed; how many dots that was."""
        self._picture_rows = 0
        self.text.append("".join(cell.character for cell in cells))
        height = max([spacing, *(cell.height for cell in cells)])
        baseline = max([24, *(cell.height for cell in cells)])
        x = self._left(sum(cell.width for cell in cells), align)
        for cell in cells:
            top = self._head + baseline - cell.height
            self._picture.paste(_stamp(cell.character, cell.width, cell.height, cell.bold), (x, top))
            if cell.underline:
                ImageDraw.Draw(self._picture).line((x, top + cell.height - 1, x + cell.width, top + cell.height - 1), 0)
            x += cell.width
        self.feed(height)
        return height

    def print_raster(self, width_bytes: int, rows: bytes, align: int, scale: tuple[int, int] = (1, 1)) -> int:
        """Burn a picture, a set bit being black; how many dots it took."""
        height = len(rows) // width_bytes
        if height == 0:
            return 0
        picture = Image.frombytes("1", (width_bytes * 8, height), bytes(byte ^ 0xFF for byte in rows))
        picture = picture.resize((picture.width * scale[0], picture.height * scale[1]), Image.Resampling.NEAREST)
        if self._picture_rows:
            self.text.pop()
        self._picture_rows += picture.height
        self.text.append(f"[picture {picture.width}x{self._picture_rows}]")
        self.feed(picture.height)
        visible = picture.crop((0, 0, min(picture.width, self.dots), picture.height)).convert("L")
        self._picture.paste(visible, (self._left(visible.width, align), self._head - picture.height))
        return picture.height

    def print_qr(self, text: str, module: int, align: int) -> int:
        """Burn the printer's own QR code."""
        code = qrcode.QRCode(border=0)
        code.add_data(text)
        matrix = code.get_matrix()
        side = len(matrix) * module
        picture = Image.new("1", (len(matrix), len(matrix)), 1)
        picture.putdata([0 if dark else 1 for row in matrix for dark in row])
        self._picture_rows = 0
        self.text.append(f"[qr {text}]")
        self.feed(side)
        self._picture.paste(
            picture.convert("L").resize((side, side), Image.Resampling.NEAREST),
            (self._left(side, align), self._head - side),
        )
        return side

    def _left(self, width: int, align: int) -> int:
        return self._margin + (0, (self.dots - width) // 2, self.dots - width)[align]

    def peek(self) -> Piece:
        """What hangs out so far, with what is under the head."""
        return Piece(self._picture.crop((0, 0, self.width, self._head)), list(self.text))

    def cut(self) -> Piece:
        """The piece above the cutter; what is between cutter and head begins the next one."""
        at = max(1, self._head - HEAD_TO_CUTTER)
        piece = Piece(self._picture.crop((0, 0, self.width, at)), self.text)
        rest = self._picture.crop((0, at, self.width, self._head))
        self._picture = Image.new("L", (self.width, 2048), 255)
        self._picture.paste(rest)
        self._head = rest.height
        self.text = []
        self._picture_rows = 0
        return piece

    def renew(self) -> Piece | None:
        """A new roll: the piece that was printed on, if any, comes out."""
        piece = self.peek() if self.touched else None
        self._picture = Image.new("L", (self.width, 2048), 255)
        self._head = HEAD_TO_CUTTER
        self.text = []
        self._picture_rows = 0
        return piece
