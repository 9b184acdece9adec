"""A program from the nest runs as it would by itself."""

from pathlib import Path

import pytest

from kiosk.rehearsal.nest import Nest

GREETER = """
import os, sys, time
print(__name__, sys.argv[1], os.environ["GREETING"], os.getcwd(), time.tzname[0], flush=True)
sys.stdin.read()
sys.exit("my parent is gone")
"""


def test_it_has_its_words_environment_and_folder_and_outlives_the_nest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nest = Nest(["json", "there_is_no_such_module"])
    (tmp_path / "greeter.py").write_text(GREETER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GREETING", "你好")
    monkeypatch.setenv("TZ", "ABC-8")
    with (tmp_path / "log").open("wb") as log:
        program = nest.hatch("greeter", ["word"], log)
    assert program.stdout.readline().decode() == f"__main__ word 你好 {tmp_path} ABC\n"
    nest.close()
    assert not program.wait(0)
    program.stdin.close()
    assert program.wait(10)
    program.close()
    assert (tmp_path / "log").read_text() == "my parent is gone\n"


def test_one_that_hangs_is_killed(tmp_path: Path) -> None:
    nest = Nest([])
    with (tmp_path / "log").open("wb") as log:
        program = nest.hatch("http.server", ["0"], log)
    program.kill()
    assert program.wait(10)
    program.terminate()
    program.close()
    nest.close()


def test_one_that_ends_at_once_has_said_why(tmp_path: Path) -> None:
    nest = Nest([])
    with (tmp_path / "log").open("wb") as log:
        program = nest.hatch("there_is_no_such_module", [], log)
    assert program.wait(10)
    assert program.stdout.read() == b""
    program.kill()
    program.close()
    nest.close()
    assert "No module named there_is_no_such_module" in (tmp_path / "log").read_text()
