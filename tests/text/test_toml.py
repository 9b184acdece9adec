"""TOML that others wrote."""

import tomllib

import pytest

from kiosk.text.toml import MOST_DOTS, toml_in


@pytest.mark.parametrize(
    "text",
    [
        "a." * 6000 + "a = 1",
        "[" + "a." * 6000 + "a]",
        "x = {" + "a." * 6000 + "a = 1}",
        '"a".' * 6000 + "a = 1",
        "x = '''\n" + "." * (MOST_DOTS + 1) + "\n'''",
    ],
)
def test_what_would_take_memory_by_the_square_is_not_read(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match=r"more than 100 dots in a line \(at line [12]"):
        toml_in(text)


def test_everything_else_is_read() -> None:
    text = f"a.b.c = 1.5\nd = '{'.' * 5000}'\n" + 'e = "a.\\"' + "." * 5000 + '"\n'
    assert toml_in(text, str) == {"a": {"b": {"c": "1.5"}}, "d": "." * 5000, "e": 'a."' + "." * 5000}
