"""Sample pages on which text is typed, with the keys that bring each into its state. No real person."""

from collections.abc import Iterator

from kiosk.text.catalogue import Said
from kiosk.views.typing import EnterText

NAME = EnterText(title=Said("sample.name"), hint=Said("sample.name.hint"), kind="name", most=20)
ADDRESS = EnterText(title=Said("sample.address"), hint=Said("sample.address.hint"), kind="address", most=60)
LONG = "陕西省西安市高新区天福和园社区科技路甲 1 号天福和园小区 12 栋 3 单元 1704 室"


def typing_views() -> Iterator[tuple[str, EnterText, str]]:
    """Name, view, and the keys pressed on it, with blanks between them."""
    yield "text-name", NAME, ""
    yield "text-composing", NAME, "latin pinyin part z h a n g w e i 9 4 2 6 4 9 3 4"
    yield "text-candidates", NAME, "y a n 9 2 6 more page-down page-down"
    yield "text-chosen", NAME, "latin O y u space N"
    yield "text-address", _with(ADDRESS, text=LONG), ""
    yield "text-digits", _with(ADDRESS, text="天福和园小区 12"), "digits 栋"
    yield "text-symbols", _with(ADDRESS, text="天福和园小区"), "symbols"
    yield "text-phone", EnterText(title=Said("sample.phone"), kind="phone", most=12, optional=True), ""
    yield (
        "text-id",
        EnterText(title=Said("sample.id_number"), kind="id_number", most=18, text="610000194803070021"),
        "",
    )
    yield (
        "text-problem",
        EnterText(
            title=Said("sample.id_number"),
            hint=Said("sample.id_number.hint"),
            kind="id_number",
            most=18,
            text="11010519491231002X"[:-1] + "1",
            problem=Said("problem.id_number"),
        ),
        "",
    )


def _with(view: EnterText, *, text: str) -> EnterText:
    return EnterText(title=view.title, hint=view.hint, kind=view.kind, most=view.most, text=text)
