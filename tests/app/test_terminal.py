"""`kiosk run` and `kiosk demo` as processes: a wrong configuration, a polite end, a dead parent, no display."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CONFIG = Path(__file__).parents[2] / "config.toml"
KIOSK = Path(sys.executable).with_name("kiosk")


@contextmanager
def started(*arguments: str, folder: Path, env: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY"))} | env
    process = subprocess.Popen(
        [KIOSK, *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def wait_for_line(process: "subprocess.Popen[str]", wanted: str) -> list[str]:
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if wanted in line:
            return lines
    raise AssertionError(f"{wanted!r} never came; output: {''.join(lines)}")


def descendants(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    children = [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    return [*children, *(one for child in children for one in descendants(child))]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_end_the_demo_ends_with_its_simulators(tmp_path: Path, number: signal.Signals) -> None:
    copied = tmp_path / "config.toml"
    copied.write_text(CONFIG.read_text())
    with started("demo", "--config", str(copied), folder=tmp_path, env={"QT_QPA_PLATFORM": "offscreen"}) as demo:
        wait_for_line(demo, "wechat_pay: control it at http://127.0.0.1:")
        simulators = descendants(demo.pid)
        assert len(simulators) >= 4
        while not (tmp_path / "var" / "ledger" / "ledger.db").exists():
            assert demo.poll() is None
            time.sleep(0.05)
        demo.send_signal(number)
        assert demo.wait(20) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in simulators)


def test_simulators_do_not_outlive_a_killed_demo(tmp_path: Path) -> None:
    copied = tmp_path / "config.toml"
    copied.write_text(CONFIG.read_text())
    with started("demo", "--config", str(copied), folder=tmp_path, env={"QT_QPA_PLATFORM": "offscreen"}) as demo:
        wait_for_line(demo, "wechat_pay: control it at")
        simulators = descendants(demo.pid)
        demo.kill()
        demo.wait()
        for pid in simulators:
            while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]:
                time.sleep(0.05)


def test_a_wrong_configuration_is_named_and_the_terminal_stays_up(tmp_path: Path) -> None:
    wrong = tmp_path / "config.toml"
    wrong.write_text(CONFIG.read_text().replace("idle_seconds = 60", 'idle_seconds = "soon"'))
    with started("run", "--config", str(wrong), folder=tmp_path, env={"QT_QPA_PLATFORM": "offscreen"}) as terminal:
        lines = wait_for_line(terminal, "idle_seconds")
        assert "Traceback" not in "".join(lines)
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait(20) == 0


def test_with_a_wrong_configuration_the_screen_says_out_of_service_in_both_languages(tmp_path: Path) -> None:
    wrong = tmp_path / "config.toml"
    wrong.write_text(CONFIG.read_text().replace("idle_seconds = 60", 'idle_seconds = "soon"'))
    script = f"""
import tempfile
from pathlib import Path
from kiosk.rehearsal.offscreen import use_offscreen
with tempfile.TemporaryDirectory() as folder:
    use_offscreen(Path(folder))
    from kiosk.app import Terminal
    from kiosk.rehearsal.touch import Finger
    terminal = Terminal(Path({str(wrong)!r}), fullscreen=False)
    terminal.window.open()
    finger = Finger(terminal.window)
    finger.see("OutOfService")
    finger.tap("language")
    finger.until(lambda: terminal.window.page.language == "en", "English")
    terminal.close()
print("seen")
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert ran.stdout == "seen\n", ran.stderr


def test_a_production_terminal_refuses_simulators(tmp_path: Path) -> None:
    wrong = tmp_path / "config.toml"
    wrong.write_text(CONFIG.read_text().replace('mode = "demo"', 'mode = "production"'))
    checked = subprocess.run(
        [KIOSK, "config", "check", str(wrong)], capture_output=True, text=True, timeout=60, check=False
    )
    assert checked.returncode == 1
    assert checked.stdout.count("sim:") + checked.stderr.count("sim:") >= 3
