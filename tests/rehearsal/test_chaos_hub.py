"""The campaign between terminals and hub: what is lost or there twice is found."""

import sqlite3
from pathlib import Path

from kiosk.rehearsal.chaos_hub.campaign import KILLS, TERMINALS, Episode, Outcome, Step, steps
from kiosk.rehearsal.chaos_hub.network import TROUBLES

CUT = Step(victim="hub", after_s=0.5, trouble=None, skew_s=0, intruder=True)


class Tampered(Episode):
    """Somebody is at the hub's database after it has everything."""

    whole = Outcome()

    def _drain(self) -> None:
        super()._drain()
        for terminal in TERMINALS:
            self._compare(terminal)
        self.whole = Outcome(**self._found)
        self._found.clear()
        db = sqlite3.connect(self._folder / "hub" / "hub.db")
        with db:
            db.execute("DELETE FROM event WHERE rowid = (SELECT max(rowid) FROM event)")
            db.execute("UPDATE event SET body = replace(body, '\"grade\":5', '\"grade\":1') WHERE seq = 3")
        db.close()


def test_rows_that_are_missing_or_are_others_are_found(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir()
    episode = Tampered(tmp_path, None, None)
    found = episode.run([CUT])
    assert episode.whole == Outcome(kills=1, faults=4, rows=found.rows)
    assert episode.whole.good
    assert found.rows > 30
    assert (found.lost, found.duplicated, found.unresolved) == (4, 3, 0)
    assert not found.good


def test_an_episode_is_a_function_of_its_seed_and_everything_happens() -> None:
    every = [step for seed in range(60) for step in steps(seed)]
    assert every == [step for seed in range(60) for step in steps(seed)]
    assert len(every) == 60 * KILLS
    assert {step.victim for step in every} == {"T1", "T2", "T3", "hub", "database"}
    assert {step.trouble for step in every} == {None, *TROUBLES}
    assert {step.intruder for step in every} == {True, False}
    assert any(step.skew_s > 300 for step in every)
    assert any(step.skew_s < -300 for step in every)
