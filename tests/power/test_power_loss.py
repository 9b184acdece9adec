"""The power fails, and what was not synced is gone: the ledger still knows all that the peers know."""

import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.rehearsal.chaos.plan import Scenario
from tests.rehearsal.campaign import LINE, seed_of

REFUSED = Scenario("smart_meter", "wechat", "pays", "refused")
CODE_ASKED_FOR, COMPANY_TOLD, REFUND_SENT = 9, 19, 31
"""Boundaries of that scenario, right after something was sent."""


def campaign(ledger: str, scenario: Scenario, boundary: int) -> subprocess.CompletedProcess[str]:
    seed = seed_of(scenario, boundary)
    command = [sys.executable, "-m", "tests.power.broken", ledger, "--seed", str(seed), "--kills", "1"]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("ledger", "boundary"),
    [("full", COMPANY_TOLD), ("normal", CODE_ASKED_FOR), ("normal", REFUND_SENT), ("off", COMPANY_TOLD)],
)
def test_a_cut_right_after_something_was_sent(ledger: str, boundary: int) -> None:
    done = campaign(ledger, REFUSED, boundary)
    first, *_, last = done.stdout.splitlines()
    assert first.endswith("what was not synced is lost"), done.stdout + done.stderr
    found = LINE.fullmatch(last)
    assert found is not None, done.stdout + done.stderr
    if ledger == "full":
        assert (done.returncode, *map(int, found.groups()[-3:])) == (0, 0, 0, 0), done.stdout
    else:
        assert done.returncode == 1, done.stdout
        assert int(found[9]) > 0, done.stdout
