"""What is installed beside us: entry points, read once for each search path.

To read them all takes milliseconds, and a configuration asks dozens of times: by each driver, port and journey.
"""

import sys
from functools import lru_cache
from importlib.metadata import EntryPoints, entry_points


def plugins(group: str) -> EntryPoints:
    """Those of a group. What is installed meanwhile into a folder that was on the path already is not seen."""
    return _on(tuple(sys.path), group)


@lru_cache(maxsize=16)
def _on(_path: tuple[str, ...], group: str) -> EntryPoints:
    return entry_points(group=group)
