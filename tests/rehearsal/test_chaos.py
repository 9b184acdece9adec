"""The campaign: it passes on this terminal, and fails on terminals that are known to be broken."""

import json
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from kiosk.rehearsal.chaos.command import chaos_command
from kiosk.rehearsal.chaos.lane import Life
from kiosk.rehearsal.chaos.plan import Episode, covering, derived, episode
from kiosk.rehearsal.chaos.scenarios import SCENARIOS, Scenario, Way
from tests.rehearsal import broken
from tests.rehearsal.campaign import LINE, seed_of

FIXED = 20_261_124


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [FIXED, secrets.randbits(32)], ids=["a fixed seed", "a random seed"])
def test_nothing_is_lost_doubled_or_left_open(seed: int, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "kiosk", "chaos", "--kills", "8", "--seed", str(seed), "--json", str(report)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False)
    last = done.stdout.splitlines()[-1]
    assert (done.returncode, LINE.fullmatch(last) is not None) == (0, True), done.stdout + done.stderr
    assert last.startswith("kills=8 ")
    assert last.endswith(" lost=0 duplicated=0 unresolved=0")
    told = json.loads(report.read_bytes())
    assert told["seed"] == seed
    assert sum(len(one["kills"]) for one in told["episodes"]) == 8
    assert [note for one in told["episodes"] for note in one["notes"]] == []


class Shown(NamedTuple):
    """What shows a defect: the scenario, the boundary of the cut, how a neighbor pays after it; and what is found."""

    scenario: Scenario
    boundary: int
    says: str
    neighbour: Way | None = None


CARD = Scenario("gas_bill", "card", "pays")
REFUSED = Scenario("smart_meter", "wechat", "pays", "refused")
ONTO_CARD = Scenario("gas_card", "wechat", "pays")
BROKEN: dict[Life, Shown] = {
    broken.confirms_before_it_records: Shown(
        Scenario("gas_bill", "wechat", "pays"), 16, "lost: delivered there while the row is open"
    ),
    broken.asks_for_a_refund_again_under_another_number: Shown(
        REFUSED, 30, r"lost: refund \w+A1R1x was sent before its row"
    ),
    broken.gives_money_back_before_it_asks_for_the_goods: Shown(
        Scenario("smart_meter", "wechat", "pays"), 19, r"duplicated: kept 0 fen for goods of \d+"
    ),
    broken.takes_not_paid_for_dead: Shown(
        Scenario("gas_bill", "wechat", "goes_back"), 20, r"unresolved: \w+A1 is called dead and can still be paid"
    ),
    broken.asks_nobody_after_a_restart: Shown(CARD, 16, r"lost: \w+A1 took \d+ fen, and its row \(dead\) says 0"),
    broken.forgets_late_money: Shown(
        Scenario("smart_meter", "wechat", "pays_late"), 60, r"lost: \w+A1 took \d+ fen, and its row \(dead\) says 0"
    ),
    broken.sells_by_card_while_a_sale_is_in_doubt: Shown(
        CARD,
        10,
        r"unresolved: \w+A1 waits for the staff \(.* last sale is another one\) without need",
        "card",
    ),
    broken.takes_a_crash_for_a_refusal: Shown(
        Scenario("smart_meter", "vendor", "pays", "lost"), 60, r"lost: \w+A1 took \d+ fen, and its row \(dead\) says 0"
    ),
    broken.gives_up_a_write_in_doubt: Shown(ONTO_CARD, 27, r"lost: 10.00 m³ came onto card \d+ .*, and no row says so"),
    broken.writes_again_without_reading: Shown(
        replace(ONTO_CARD, trouble="to_the_meter"), 27, r"duplicated: purchase \d+ came onto card \d+ 2 times"
    ),
    broken.believes_that_it_wrote: Shown(
        replace(ONTO_CARD, trouble="write_lies"), 39, r"lost: its write 1 landed, and the card has nothing of it"
    ),
    broken.prints_a_number_before_it_is_written_down: Shown(
        Scenario("queue_ticket", "wechat", "pays"), 1, "lost: on paper, and no row here"
    ),
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("life", BROKEN, ids=lambda life: life.__name__.replace("_", " "))
def test_a_broken_terminal_is_found(life: Life, capsys: pytest.CaptureFixture[str]) -> None:
    """With another seed at each run: whatever else it says, it is found, for the reason that it is broken."""
    shown = BROKEN[life]
    seed = seed_of(shown.scenario, shown.boundary, shown.neighbour, first=secrets.randbits(16))
    status = chaos_command(["--seed", str(seed), "--kills", "1"], life)
    said = capsys.readouterr().out
    assert status == 1, said
    assert LINE.fullmatch(said.splitlines()[-1]) is not None, said
    assert re.search(shown.says, said), said
    assert f"  kiosk chaos --seed {seed} --kills 1" in said.splitlines()


def test_an_episode_is_a_function_of_its_seed() -> None:
    seeds = [derived(FIXED, n) for n in range(200)]
    assert seeds[0] == FIXED
    assert len(set(seeds)) == 200
    assert [episode(seed) for seed in seeds] == [episode(seed) for seed in seeds]
    assert {type(episode(seed)) for seed in (0, 2**32 - 1)} == {Episode}


def test_every_boundary_of_every_scenario_has_seeds() -> None:
    for n, scenario in enumerate(SCENARIOS):
        for boundary in (0, 17, 63):
            found = episode(covering(n, boundary, salt=boundary + n))
            assert (found.scenario, found.kills[0].boundary) == (scenario, boundary)
            assert all(strike.at == "dark" for strike in found.strikes[len(scenario.strikes) :])


@pytest.mark.parametrize(
    "arguments",
    [
        ["--kills", "0"],
        ["--kills", "many"],
        ["--seed", "-1"],
        ["--seed", str(2**32)],
        ["--minutes", "0"],
        ["--minutes", "nan"],
        ["--json", "/nowhere/at/all.json"],
        ["--lanes", "2"],
    ],
    ids=" ".join,
)
def test_a_wrong_argument_is_an_error_before_anything_begins(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        chaos_command(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert arguments[0] in said.err
