"""The power fails at the first byte of a request, and what was not synced is gone: the books agree all the same."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.rehearsal.chaos.command import NO_COMPILER
from kiosk.rehearsal.chaos.scenarios import Scenario
from tests.rehearsal.campaign import LINE, seed_of_request

REFUSED = Scenario("smart_meter", "wechat", "pays", "refused")
CODE_ASKED_FOR, COMPANY_TOLD = 2, 3
"""Requests of that scenario: before them come the quote and the company's order."""
SAYS = {
    "off": "lost: the company knows an order that has no row here",
    "intent": r"lost: the channel knows \w+A1, and no row here does",
}


def campaign(ledger: str, request_n: int, **environment: str) -> subprocess.CompletedProcess[str]:
    seed = seed_of_request(REFUSED, request_n, first=secrets.randbits(16))
    command = [sys.executable, "-m", "tests.power.broken", ledger, "--seed", str(seed), "--kills", "1"]
    environment = {**os.environ, **environment}
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("ledger", "request_n"), [("full", COMPANY_TOLD), ("off", COMPANY_TOLD), ("intent", CODE_ASKED_FOR)]
)
def test_a_peer_cuts_the_power_before_it_does_what_it_was_asked(ledger: str, request_n: int) -> None:
    done = campaign(ledger, request_n)
    while ledger != "full" and f"cut (request {request_n};" not in done.stdout:  # too loaded for a visit to come so far
        done = campaign(ledger, request_n)
    found = LINE.fullmatch(done.stdout.splitlines()[-1])
    assert found is not None, done.stdout + done.stderr
    assert int(found[1]) == 1
    if ledger == "full":
        assert (done.returncode, *map(int, found.groups()[-3:])) == (0, 0, 0, 0), done.stdout
    else:
        assert done.returncode == 1, done.stdout
        assert int(found[9]) > 0, done.stdout
        assert re.search(SAYS[ledger], done.stdout), done.stdout
        assert f"cut (request {request_n}; what was not synced is lost)" in done.stdout


@pytest.mark.timeout(120)
def test_no_compiler_is_said_and_the_cut_is_a_kill(tmp_path: Path) -> None:
    done = campaign("off", COMPANY_TOLD, PATH=str(tmp_path))
    first, *_, last = done.stdout.splitlines()
    assert first == NO_COMPILER
    assert last.startswith("kills=1 "), done.stdout + done.stderr
    assert (done.returncode, last.endswith(" lost=0 duplicated=0 unresolved=0")) == (0, True), done.stdout
