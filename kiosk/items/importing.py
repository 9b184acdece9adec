"""Read a catalogue as a hall keeps it: a CSV from a spreadsheet, or JSON. Every mistake is named, all at once.

A CSV has a heading line and one item a line. Headings are those of `COLUMNS`, in Chinese or in English, in any order;
columns may be left out where the item can do without. Cells are text as a spreadsheet saves it: UTF-8 with or without
a mark, GBK or GB18030, between commas or tabs, in quotes where they hold those.

    a list in a cell       one a line (Alt+Enter), or with | between
    Chinese and English    居住证 // Residence permit; the English may be left out
    a material             居民身份证 // Identity card; 原件1; 复印件2; 表12
                           its name, then how many originals and copies, and the number of the hall's form for it
    for whom               自然人, 法人 or both
    yes or no              是 or 否; an empty cell is no
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from kiosk.config_walk import DISCORD, Key, Problem, Walk, near, show
from kiosk.items.catalogue import CatalogueError, read_file
from kiosk.items.item import MOST_ITEMS, Item

MOST_COLUMNS = 100
LONGEST_CELL = 10_000
MOST_FLAWS = 500
"""No more mistakes are named than these: a file of another kind has millions."""

Raw = dict[str, Any]


class Flaw(msgspec.Struct, frozen=True):
    """One mistake: where it stands, and what is wrong there."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


class FlawedError(CatalogueError):
    """Everything that is wrong with a file."""

    def __init__(self, flaws: Sequence[Flaw], more: int = 0) -> None:
        self.flaws = tuple(flaws)
        super().__init__("\n".join([*map(str, flaws), *([f"and {more} more"] if more else [])]))


class _Flaws:
    def __init__(self) -> None:
        self.found: list[Flaw] = []
        self.more = 0

    def add(self, where: str, what: str) -> None:
        if len(self.found) < MOST_FLAWS:
            self.found.append(Flaw(where, what))
        else:
            self.more += 1

    def problem(self, where: str, problem: Problem) -> None:
        if problem.found == DISCORD:
            self.add(where, problem.allowed)
            return
        meant = f"; did you mean {show(problem.near)}?" if problem.near else ""
        self.add(where, f"found {problem.found}, allowed {problem.allowed}{meant}")


class Column(msgspec.Struct, frozen=True):
    """A column: the field of an item it fills, its headings, and how a cell that is not empty is read."""

    field: str
    chinese: str
    english: str
    read: Callable[[str], object]


def read_items(path: Path) -> tuple[Item, ...]:
    """The items of a file, `.json` or else CSV. Raises `FlawedError` with all mistakes, `CatalogueError` where the
    file is none."""
    content = read_file(path)
    flaws = _Flaws()
    rows = _json_rows(content, flaws) if path.suffix.lower() == ".json" else _csv_rows(content, flaws)
    items: list[Item] = []
    seen: dict[str, str] = {}
    for where, raw, place, told in rows:
        walk = Walk(path.parent)
        item = walk.struct(raw, Item, ())
        for problem in walk.problems:
            if problem.key[:1] not in told:
                flaws.problem(place(problem.key), problem)
        if not isinstance(item, Item):
            continue
        if item.code in seen:
            flaws.add(place(("code",)), f"{item.code} is the code of {seen[item.code]} already")
        seen.setdefault(item.code, where)
        items.append(item)
    if not items and not flaws.found:
        flaws.add("", "there is no item in the file")
    if flaws.found:
        raise FlawedError(flaws.found, flaws.more)
    return tuple(items)


Row = tuple[str, object, Callable[[Key], str], set[Key]]
"""Where an item stands, what stands there, how to say where in it a mistake is, and of what nothing more is said."""


def _json_rows(content: bytes, flaws: _Flaws) -> Iterator[Row]:
    try:
        found = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        at = re.search(r"\(byte (\d+)\)", str(error))
        line = content[: int(at[1])].count(b"\n") + 1 if at else 1
        flaws.add(f"line {line}", f"this is no JSON: {error}")
        return
    rows = found.get("items") if isinstance(found, Mapping) else found
    if not isinstance(rows, list):
        flaws.add("", 'found no list, allowed [...] or {"items": [...]}')
        return
    if len(rows) > MOST_ITEMS:
        flaws.add("items", f"there are {len(rows)}, at most {MOST_ITEMS} are allowed")
        return
    for n, row in enumerate(rows, 1):
        raw = row.get("item", row) if isinstance(row, Mapping) and "code" not in row else row
        yield f"items[{n}]", raw, partial(_dotted, f"items[{n}]"), set()


def _dotted(text: str, key: Key) -> str:
    for part in key:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _csv_rows(content: bytes, flaws: _Flaws) -> Iterator[Row]:
    text = _text(content, flaws)
    if text is None:
        return
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    with _cells_at_most(LONGEST_CELL):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            columns = _headings(next(reader, []), flaws)
            count = 0
            first = reader.line_num + 1
            for cells in reader:
                if columns and any(cell.strip() for cell in cells):
                    count += 1
                    if count > MOST_ITEMS:
                        flaws.add(f"line {first}", f"more than {MOST_ITEMS} items")
                        return
                    yield from _row(first, cells, columns, flaws)
                first = reader.line_num + 1
        except csv.Error as error:
            flaws.add(f"line {reader.line_num}", _csv_words(str(error)))


def _csv_words(error: str) -> str:
    if "unexpected end of data" in error:
        return "a quote is opened and never closed"
    if "field larger" in error:
        return f"a cell has more than {LONGEST_CELL} characters (is a quote not closed?)"
    return error


@contextmanager
def _cells_at_most(characters: int) -> Iterator[None]:
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _text(content: bytes, flaws: _Flaws) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        flaws.add("", "this is UTF-16; save it as CSV UTF-8")
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            wrong = f"byte 0x{content[error.start]:02x} is neither UTF-8 nor GB18030"
    flaws.add(f"line {line}", wrong)
    return None


def _headings(cells: list[str], flaws: _Flaws) -> list[Column | None]:
    """A column for each cell of the first line; nothing when the file cannot be read by them."""
    if len(cells) > MOST_COLUMNS:
        flaws.add("line 1", f"{len(cells)} columns, at most {MOST_COLUMNS} are allowed")
        return []
    known = {heading: column for column in COLUMNS for heading in (column.chinese, column.english)}
    found: list[Column | None] = []
    for n, cell in enumerate(cells, 1):
        heading = cell.strip()
        column = known.get(heading) or known.get(heading.lower())
        if column is None and heading:
            meant = near(heading, known)
            hint = f"; did you mean {meant}?" if meant else ""
            flaws.add(f"line 1, column {n}", f"there is no column {show(heading)}{hint}")
        elif column is not None and column in found:
            flaws.add(f"line 1, column {n}", f"{heading} stands there twice")
        found.append(column)
    needed = {field.name for field in msgspec.structs.fields(Item) if field.required}
    for column in COLUMNS:
        if column.field in needed and column not in found:
            flaws.add("line 1", f"column {column.chinese} ({column.english}) is missing")
    return found if any(found) else []


def _row(line: int, cells: list[str], columns: list[Column | None], flaws: _Flaws) -> Iterator[Row]:
    if len(cells) > len(columns):
        flaws.add(f"line {line}", f"{len(cells)} cells, but {len(columns)} headings")
        return
    raw: Raw = {}
    told: set[Key] = set()
    for cell, column in zip(cells, columns, strict=False):
        text = cell.strip()
        if column is None or not text:
            continue
        try:
            if text[0] in "=@":
                raise ValueError(f"found the formula {show(text)}, allowed is text")
            raw[column.field] = column.read(text)
        except ValueError as error:
            flaws.add(_place(line, column), str(error))
            told.add((column.field,))
    yield f"line {line}", raw, partial(_place_of, line), told


def _place(line: int, column: Column) -> str:
    return f"line {line}, {column.chinese} ({column.english})"


def _place_of(line: int, key: Key) -> str:
    column = next((column for column in COLUMNS if key and column.field == key[0]), None)
    if column is None:
        return f"line {line}"
    which = f", entry {key[1] + 1}" if len(key) > 1 and isinstance(key[1], int) else ""
    part = key[-1] if len(key) > 2 and isinstance(key[-1], str) and key[-1] not in ("zh", "en") else ""
    return _place(line, column) + which + (f", {part}" if part else "")


_YES = {"是", "有", "√", "yes", "y", "true", "1"}
_NO = {"否", "无", "×", "no", "n", "false", "0"}
_SUBJECTS = {
    "自然人": "natural",
    "个人": "natural",
    "natural": "natural",
    "法人": "legal",
    "企业": "legal",
    "legal": "legal",
}
_DAYS = re.compile(r"(\d{1,6})\s*(?:个?工作日|日|天)?")
_COUNTED = re.compile(r"(原件|复印件|表|original|copies|copy|form)\s*[:：]?\s*([0-9A-Z-]{1,8})", re.IGNORECASE)
_PART = {"原件": "original", "original": "original", "复印件": "copies", "copies": "copies", "copy": "copies"}


def _both(text: str) -> Raw:
    chinese, _, english = text.partition("//")
    return {"zh": " ".join(chinese.split()), **({"en": " ".join(english.split())} if english.strip() else {})}


def _entries(text: str) -> list[str]:
    return [entry.strip() for entry in re.split(r"[\n|]", text) if entry.strip()]


def _list(text: str) -> list[Raw]:
    return [_both(entry) for entry in _entries(text)]


def _materials(text: str) -> list[Raw]:
    return [_material(entry) for entry in _entries(text)]


def _material(text: str) -> Raw:
    name, *parts = [part.strip() for part in re.split(r"[;；]", text)]
    material: Raw = {"name": _both(name)}
    for part in filter(None, parts):
        counted = _COUNTED.fullmatch(part)
        if counted is None:
            raise ValueError(f"found {show(part)} after {show(name)}, allowed 原件1, 复印件1 or 表12")
        word = counted[1].lower()
        if word in ("表", "form"):
            material["form"] = counted[2].upper()
        else:
            material[_PART[word]] = int(counted[2]) if counted[2].isdigit() else counted[2]
    if len(material) == 1:
        material["original"] = 1
    return material


def _subjects(text: str) -> list[str]:
    words = [word for word in re.split(r"[\s、,，;；/|和]+", text) if word]
    return sorted({_SUBJECTS.get(word.lower(), word) for word in words}, reverse=True)


def _days(text: str) -> object:
    if text in ("当场", "即办", "当场办结"):
        return 0
    days = _DAYS.fullmatch(text)
    return int(days[1]) if days else text


def _whether(text: str) -> object:
    word = text.lower()
    return True if word in _YES else False if word in _NO else text


def _code(text: str) -> str:
    if re.fullmatch(r"\d(?:\.\d+)?E\+\d+", text, re.IGNORECASE):
        raise ValueError(
            f"found {text}, a code that the spreadsheet shortened: make the column text, and type it again"
        )
    return text.upper()


COLUMNS = (
    Column("code", "编码", "code", _code),
    Column("name", "名称", "name", _both),
    Column("department", "部门", "department", _both),
    Column("subjects", "对象", "subjects", _subjects),
    Column("conditions", "办理条件", "conditions", _list),
    Column("materials", "材料", "materials", _materials),
    Column("steps", "办理步骤", "steps", _list),
    Column("days_legal", "法定时限", "days_legal", _days),
    Column("days_promised", "承诺时限", "days_promised", _days),
    Column("fee", "收费", "fee", _both),
    Column("basis", "依据", "basis", _list),
    Column("window", "窗口", "window", _both),
    Column("phone", "电话", "phone", str),
    Column("complaint_phone", "投诉电话", "complaint_phone", str),
    Column("keywords", "关键词", "keywords", lambda text: re.split(r"\s*[\n|、;；]\s*", text)),
    Column("frequent", "常办", "frequent", _days),
    Column("handed_down", "下放", "handed_down", _whether),
    Column("at_home", "上门", "at_home", _whether),
    Column("on_behalf", "代办", "on_behalf", _whether),
    Column("queue", "排队", "queue", str.upper),
)
"""Every column of a CSV."""
