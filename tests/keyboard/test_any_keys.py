"""Whatever is pressed, in whatever order: nothing raises, and the text stays within its bounds."""

from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.keyboard.layouts import LAYERS, Kind, layout
from kiosk.keyboard.typist import Shape
from tests.keyboard.typing import typist

KINDS: tuple[Kind, ...] = ("name", "address", "phone", "id_number", "free")
THERE = sorted(
    {
        key.name
        for kind in KINDS
        for layer in LAYERS
        for wide in (True, False)
        for key in layout(kind, layer, wide=wide).keys
    }
)
OTHER = [
    "more",
    "less",
    "page-up",
    "page-down",
    "pick-0",
    "pick-1",
    "pick-7",
    "side-0",
    "side-3",
    "caret-0",
    "caret-2",
    "fit",
]
HOSTILE = [
    "",
    "-",
    "pick-",
    "pick--1",
    "pick-²",
    "pick-99999999999999999999",
    "caret-x",
    "pick-" + "9" * 5000,
    "page-",
    "\0",
    "龑",
    "𠮷",
    "side-9",
]
LETTERS = list("aeiouvnghzxtf") + list("23456789") + ["part"]
KEYS = st.one_of(
    st.sampled_from(LETTERS),
    st.sampled_from(THERE),
    st.sampled_from(OTHER),
    st.sampled_from(HOSTILE),
    st.text(max_size=3),
)


@given(st.sampled_from(KINDS), st.booleans(), st.integers(0, 12), st.text(max_size=8), st.lists(KEYS, max_size=40))
@settings(max_examples=80, deadline=None)
def test_no_key_raises_and_no_text_grows_too_long(
    kind: Kind, wide: bool, most: int, text: str, keys: list[str]
) -> None:
    one = typist(kind, most=most, wide=wide, text=text)
    for number, key in enumerate(keys):
        if key == "fit":
            one.fit(Shape(columns=1 + number % 6, rows=1 + number % 3, cell=1 + number % 2), wide=number % 2 == 0)
        else:
            one.press(key)
        shown = one.typed()
        assert len(one.text) <= most
        assert shown.text == one.text
        if kind in ("phone", "id_number"):
            assert (shown.before + shown.after).replace(" ", "") == one.text
        else:
            assert shown.before + shown.after == one.text
        assert shown.left == most - len(one.text)
        assert len(shown.composing) <= 100
        assert all(character.isprintable() for character in one.text)
        assert not shown.cells or 0 <= shown.page < shown.pages
        if kind == "phone":
            assert one.text == "" or (one.text.isascii() and one.text.isdigit())
