"""The demo hall's catalogue: `python -m kiosk.rehearsal.demo_items` makes `assets/items/demo.json` of the table beside
this module. Short lines are filled up with what their department says of all its items."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from kiosk.items.catalogue import encoded, listed
from kiosk.items.importing import COLUMNS
from kiosk.items.item import Item

TABLE = Path(__file__).with_suffix(".toml")
DEMO = Path(__file__).parents[2] / "assets" / "items" / "demo.json"
COMPLAINTS = "028-8888 2345"

Raw = dict[str, Any]
_READ = {column.field: column.read for column in COLUMNS}


def demo_items() -> tuple[Item, ...]:
    """All items, by department; those written in full come first."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    departments = {department["key"]: department for department in table["department"]}
    count: Counter[str] = Counter()
    items = []
    for key, raw in sorted(_raws(table), key=lambda found: found[0]):
        count[key] += 1
        items.append(_item(f"{key}{count[key]:03d}", raw, departments[key], table))
    return tuple(items)


def _raws(table: Raw) -> Iterator[tuple[str, Raw]]:
    """The department and the data of each item."""
    yield from ((raw["in"], raw) for raw in table["item"])
    for key, lines in table["others"].items():
        for line in lines:
            name, _, papers = line.removeprefix("* ").partition("|")
            raw = {"name": name, "handed_down": line.startswith("*")}
            yield key, raw | ({"papers": papers} if papers.strip() else {})


def _item(code: str, raw: Raw, department: Raw, table: Raw) -> Item:
    subject = department.get("subject", "natural")
    raw = {"days": department["days"], "papers": department["papers"]} | raw
    days: list[int] = raw["days"]
    found: Raw = {
        "code": code,
        "subjects": raw.get("subjects", [subject]),
        "days_legal": days[0],
        "days_promised": days[1],
        "phone": department["phone"],
        "complaint_phone": COMPLAINTS,
        "queue": department.get("queue", ""),
        "keywords": raw.get("keywords", []),
        **{name: raw[name] for name in ("frequent", "handed_down", "at_home", "on_behalf") if name in raw},
    }
    papers: list[str] = raw["papers"].split()
    cells = {
        "name": raw["name"],
        "department": department["name"],
        "window": department["window"],
        "conditions": "\n".join(raw.get("conditions", [department["condition"]])),
        "materials": "\n".join(table["papers"][paper] for paper in papers),
        "steps": "\n".join(table["flows"][raw.get("flow", department["flow"])]),
        "basis": "\n".join(raw.get("basis", [department["basis"]])),
        **({"fee": raw["fee"]} if "fee" in raw else {}),
    }
    found |= {field: _READ[field](text) for field, text in cells.items()}
    return msgspec.convert(found, Item)


def demo_json() -> bytes:
    """The file as it is committed."""
    return encoded(listed(demo_items()))


if __name__ == "__main__":
    DEMO.write_bytes(demo_json())
