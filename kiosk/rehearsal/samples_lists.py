"""Sample views of lists: short, long, by groups, and searched."""

from collections.abc import Iterator

from msgspec import structs

from kiosk.text.bilingual import Bilingual
from kiosk.views.lists import FIND, ChooseEntry, Entry, FindEntry
from kiosk.views.view import View

FORMS = (
    ("1", "高龄补贴年审登记表", "Annual review of the senior allowance", "民政 · 1 页", "Civil affairs · 1 page"),
    ("2", "居住证明", "Proof of residence", "公安 · 1 页", "Police · 1 page"),
    ("3", "燃气开户、过户申请表", "Opening or transfer of a gas account", "燃气 · 2 页", "Gas · 2 pages"),
    (
        "12",
        "城乡居民基本医疗保险参保登记表（新生儿）",
        "Enrolment in basic medical insurance for a newborn child",
        "医保 · 2 页",
        "Medical insurance · 2 pages",
    ),
    ("46", "小餐饮经营许可申请书", "Licence for a small restaurant", "市场监管 · 3 页", "Market · 3 pages"),
)


def list_views() -> Iterator[tuple[str, View, str | None]]:
    """Name, view and what was typed."""
    entries = tuple(
        Entry(choice=number, number=number, name=Bilingual(name, name_en), detail=Bilingual(detail, detail_en))
        for number, name, name_en, detail, detail_en in FORMS
    )
    more = tuple(structs.replace(entry, choice=f"5{entry.choice}", number=f"5{entry.number}") for entry in entries)
    short = ChooseEntry(title="journey.print_form.title", entries=entries[:2])
    full = ChooseEntry(
        title="journey.print_form.title",
        entries=entries + more,
        search="screen.entries.search",
        groups="screen.entries.groups",
    )
    find = FindEntry(title="screen.entries.search", hint="screen.entries.hint", nothing="screen.entries.nothing")
    found = FindEntry(
        title="screen.entries.search",
        hint="screen.entries.hint",
        nothing="screen.entries.nothing",
        query="glbt",
        entries=entries,
        found=5,
    )
    nothing = FindEntry(
        title="screen.entries.search",
        hint="screen.entries.hint",
        nothing="screen.entries.nothing",
        query="glbtx",
    )
    yield "entries-two", short, None
    yield "entries", full, None
    yield "find", find, None
    yield "find-found", found, f"{FIND}glbt"
    yield "find-nothing", nothing, f"{FIND}glbtx"
