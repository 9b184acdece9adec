"""A pytest plug-in: the tests that take longest begin first, one with each worker: none is left alone at the end.

Workers get equal shares of the tests, in order, and take from each other's ends; so the longest are dealt out to the
beginnings of the shares.
"""

import os

import pytest

LONGEST = (
    "tests/journey/test_matrix.py",
    "tests/rehearsal/test_tour.py",
    "tests/rehearsal/test_soak.py",
    "tests/app/test_terminal.py",
    "tests/rehearsal/test_chaos.py::test_nothing_is_lost",
    "tests/app/test_watchdog.py",
    "tests/stage/test_gallery.py",
    "tests/journey/test_power_cut.py",
    "tests/journey/test_queue_ticket.py::test_power_cut",
    "tests/orders/test_search.py",
    "tests/scaffold/test_scaffold.py::test_built",
    "tests/stage/test_focus.py::test_tab_comes",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deal the longest out; the others stay in their order, beside their neighbors."""
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    longest = sorted((item for item in items if _rank(item) < len(LONGEST)), key=_rank)
    others = [item for item in items if _rank(item) == len(LONGEST)]
    share = -(-len(items) // workers)
    items.clear()
    for n in range(workers):
        begin = longest[n::workers]
        rest, others = others[: share - len(begin)], others[share - len(begin) :]
        items += [*begin, *rest]
    items += others


def _rank(item: pytest.Item) -> int:
    return next((n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST))
