"""`make power` and `kiosk chaos --ext4` on machines that cannot cut a file system off, and what `make power` makes of a
campaign. The cut itself needs root: no test of `make test` does it."""

import os

import pytest

from kiosk.rehearsal.chaos.command import chaos_command
from kiosk.rehearsal.chaos.plan import at_requests, derived, episode
from tests.power.found import verdict

GOOD = "kills=4 faults=0 orders=4 charged=1 delivered=1 refunded=0 owed=0 manual=0 lost=0 duplicated=0 unresolved=0"
BAD = GOOD.replace("lost=0", "lost=2")


def test_somebody_who_may_not_mount_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert chaos_command(["--ext4", "--kills", "1"]) == 1
    assert capsys.readouterr().err == (
        "kiosk chaos: no file system can be cut off here: only root can mount a file system\n"
    )


def test_a_machine_without_the_tools_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("kiosk.rehearsal.power.ext4.alone", lambda: None)
    monkeypatch.setenv("PATH", "/nowhere")
    assert chaos_command(["--ext4", "--kills", "1"]) == 1
    assert "mkfs.ext4 is not installed" in capsys.readouterr().err


def test_every_cut_of_a_file_system_is_at_a_request() -> None:
    planned = [at_requests(episode(derived(7, n))) for n in range(200)]
    assert {(kill.request is None, kill.disk) for one in planned for kill in one.kills} == {(False, "ext4")}
    assert {kill.request for one in planned for kill in one.kills} == set(range(6))
    assert planned == [at_requests(episode(derived(7, n))) for n in range(200)]


@pytest.mark.parametrize(
    ("status", "said", "broken", "wrong"),
    [
        (0, GOOD, False, None),
        (1, BAD, False, "the books do not agree"),
        (1, BAD, True, None),
        (0, GOOD, True, "a ledger that syncs too little was not found"),
        (1, GOOD, True, "a ledger that syncs too little was not found"),
        (0, GOOD.replace("kills=4", "kills=0"), False, "no power was cut"),
        (1, "Traceback", False, "it did not come to its end"),
        (1, "", True, "it did not come to its end"),
    ],
)
def test_a_campaign_is_judged(status: int, said: str, broken: bool, wrong: str | None) -> None:
    assert verdict(status, said, broken=broken) == wrong
