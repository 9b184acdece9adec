"""What tests of the campaign share."""

import itertools
import re

from kiosk.rehearsal.chaos.plan import Kill, covering, episode
from kiosk.rehearsal.chaos.scenarios import SCENARIOS, Scenario, Way

LINE = re.compile(
    r"kills=(\d+) faults=(\d+) orders=(\d+) charged=(\d+) delivered=(\d+) refunded=(\d+) owed=(\d+) manual=(\d+)"
    r" lost=(\d+) duplicated=(\d+) unresolved=(\d+)"
)
"""The campaign's last line."""


def seed_of(scenario: Scenario, boundary: int, neighbour: Way | None = None, first: int = 0) -> int:
    """A seed whose episode is just that scenario, cut once at that boundary; another for each `first` of the salts."""
    for salt in itertools.count(first):
        seed = covering(SCENARIOS.index(scenario), boundary, salt)
        found = episode(seed)
        alone = (
            found.again is None or not scenario.pays
            if neighbour is None
            else found.again == neighbour and found.neighbour
        )
        cut = len(found.kills) == 1 and found.kills[0].disk == "kept"
        if alone and cut and not found.pays_in_the_dark and found.strikes == scenario.strikes:
            return seed
    raise AssertionError


def seed_of_request(scenario: Scenario, request: int, first: int = 0) -> int:
    """A seed whose episode is just that scenario, cut once at the first byte of that request, and all lost that was
    not synced; another for each `first` of the salts."""
    for salt in itertools.count(first):
        seed = covering(SCENARIOS.index(scenario), 0, salt, style=1)
        found = episode(seed)
        alone = found.again is None and not found.pays_in_the_dark and found.strikes == scenario.strikes
        if alone and found.kills == (Kill(request=request, disk="lost"),):
            return seed
    raise AssertionError
