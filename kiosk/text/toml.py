"""TOML that others wrote."""

import re
import tomllib
from collections.abc import Callable
from typing import Any

MOST_DOTS = 100
"""In one line, beside those in quotation marks."""
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'')


def toml_in(text: str, number: Callable[[str], object] = float) -> dict[str, Any]:
    """Its tables; `number` reads a decimal. A key of very many parts, for which `tomllib` takes memory by the square,
    is refused before. Raises `ValueError`, `ArithmeticError`, `RecursionError`."""
    for n, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS and _QUOTED.sub("", line).count(".") > MOST_DOTS:
            raise tomllib.TOMLDecodeError(f"more than {MOST_DOTS} dots in a line (at line {n}, column 1)")
    return tomllib.loads(text, parse_float=number)
