"""What tests of the campaign share."""

import itertools
import re

from kiosk.rehearsal.chaos.plan import SCENARIOS, Scenario, Way, covering, episode

LINE = re.compile(
    r"kills=(\d+) faults=(\d+) orders=(\d+) charged=(\d+) delivered=(\d+) refunded=(\d+) owed=(\d+) manual=(\d+)"
    r" lost=(\d+) duplicated=(\d+) unresolved=(\d+)"
)
"""The campaign's last line."""


def seed_of(scenario: Scenario, boundary: int, neighbour: Way | None = None) -> int:
    """A seed whose episode is just that scenario, cut once at that boundary."""
    for salt in itertools.count():
        seed = covering(SCENARIOS.index(scenario), boundary, salt)
        found = episode(seed)
        alone = found.again is None if neighbour is None else found.again == neighbour and found.neighbour
        if alone and len(found.kills) == 1 and not found.pays_in_the_dark and found.strikes == scenario.strikes:
            return seed
    raise AssertionError
