"""Write a catalogue as a CSV that a spreadsheet opens, and that can be imported again."""

import csv
import io
from collections.abc import Iterable

from kiosk.items.importing import COLUMNS
from kiosk.items.item import Item, Material
from kiosk.text.bilingual import Bilingual

_SUBJECTS = {"natural": "自然人", "legal": "法人"}


def as_csv(items: Iterable[Item]) -> bytes:
    """UTF-8 with a mark, as spreadsheets want it; one entry of a list a line."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.chinese for column in COLUMNS])
    for item in items:
        writer.writerow([_cell(column.field, getattr(item, column.field)) for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")


def _cell(field: str, value: object) -> str:
    match value:
        case bool():
            return "是" if value else ""
        case Bilingual():
            return f"{value.zh} // {value.en}" if value.en else value.zh
        case Material():
            counted = [f"原件{value.original}"] if value.original else []
            counted += [f"复印件{value.copies}"] if value.copies else []
            counted += [f"表{value.form}"] if value.form else []
            return "; ".join([_cell(field, value.name), *counted])
        case tuple() if field == "subjects":
            return "、".join(_SUBJECTS[subject] for subject in value)
        case tuple():
            return "\n".join(_cell(field, entry) for entry in value)
        case int() if field == "frequent":
            return str(value or "")
        case _:
            return str(value)
