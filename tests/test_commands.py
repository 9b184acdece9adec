"""The command line and the scripts that a newcomer meets first."""

import os
import re
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from kiosk.__main__ import SUMMARIES, main
from tests.config.outsider import ENTRY_POINTS

ROOT = Path(__file__).parents[1]


def test_every_command_of_ours_has_its_line_of_help(capsys: pytest.CaptureFixture[str]) -> None:
    registered = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]["kiosk.commands"]
    assert SUMMARIES.keys() == registered.keys()
    assert main(["--help"]) == 0
    listed = re.findall(r"^  (\w+)  ", capsys.readouterr().out, re.MULTILINE)
    assert listed == list(SUMMARIES)


def test_help_imports_no_command() -> None:
    script = (
        "import sys; from kiosk.__main__ import main; main(['--help']);"
        "sys.exit(' '.join({'asyncio', 'msgspec', 'PySide6', 'kiosk.config'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "\n"), "an empty list of such imports"


def test_a_command_typed_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docter"]) == 2
    said = capsys.readouterr().err
    assert said == "kiosk: there is no command docter; did you mean doctor? (kiosk --help lists them)\n"
    assert main([]) == 2


def test_an_outsiders_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    info = tmp_path / "outsider-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["greet", "a", "b", "c"]) == 3
    main(["--help"])
    assert "greet      from tests.config.outsider:greet_command" in capsys.readouterr().out


def test_a_reader_that_leaves_early() -> None:
    """As in `kiosk config --help | head -1`."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "kiosk", "config", "check", "config.toml"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    os.close(write)
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


class Machine:
    """`scripts/packages` on a machine that is made of scripts: what is installed, who we are, what apt does."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self._bin = folder / "bin"
        self._bin.mkdir()
        for name in ("sed", "mktemp", "rm", "cat", "env", "sh"):
            (self._bin / name).symlink_to(f"/usr/bin/{name}" if name != "sh" else "/bin/sh")
        self.has("")
        self.says("id", "echo 0")
        self.says("apt-get", f'echo "apt-get $*" >>{self.log}')

    def says(self, name: str, script: str) -> None:
        path = self._bin / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def has(self, status: str) -> None:
        """What dpkg-query prints; as the real one, it fails when it does not know one of the names."""
        self.says("dpkg-query", f"printf '{status}'; exit 1")

    def packages(self, *names: str) -> "subprocess.CompletedProcess[str]":
        command = ["/bin/sh", str(ROOT / "scripts" / "packages"), *names]
        return subprocess.run(command, env={"PATH": str(self._bin)}, capture_output=True, text=True, check=False)

    @property
    def apt(self) -> list[str]:
        """What apt-get was asked, without its options."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [re.sub(r" -\S+( DPkg\S+)?", "", line).replace("apt-get ", "") for line in lines]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nothing_is_done_when_all_packages_are_there(machine: Machine) -> None:
    machine.has("xvfb installed\\nlibxcb1:amd64 installed\\n")
    done = machine.packages("libxcb1", "xvfb")
    assert (done.returncode, done.stdout, done.stderr, machine.apt) == (0, "", "", [])


def test_only_what_is_missing_is_installed(machine: Machine) -> None:
    machine.has("xvfb installed\\nlibxcb1:amd64 config-files\\n")
    done = machine.packages("libxcb1", "xvfb", "libxcb")
    assert (done.returncode, machine.apt) == (0, ["install libxcb1 libxcb"])


def test_stale_package_lists_are_fetched_and_the_install_tried_again(machine: Machine) -> None:
    mark = machine.log.with_name("updated")
    machine.says(
        "apt-get",
        f'echo "apt-get $*" >>{machine.log}\ncase "$*" in *update) : >{mark};; *) [ -e {mark} ];; esac',
    )
    assert machine.packages("xvfb").returncode == 0
    assert machine.apt == ["install xvfb", "update", "install xvfb"]


def test_an_install_that_fails_says_what_apt_said(machine: Machine) -> None:
    machine.says("apt-get", 'echo "E: no space left"; exit 100')
    done = machine.packages("xvfb")
    assert done.returncode == 1
    assert done.stderr == "E: no space left\nsetup: apt-get could not install: xvfb\n"


def test_neither_root_nor_sudo_is_one_clear_line(machine: Machine) -> None:
    machine.says("id", "echo 1000")
    done = machine.packages("xvfb")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("only root (or sudo without a password) can install them: xvfb\n")
    assert machine.apt == []


def test_an_ordinary_user_with_sudo(machine: Machine) -> None:
    machine.says("id", "echo 1000")
    machine.says("sudo", '[ "$1" = -n ] || exit 9\nshift\nexec "$@"')
    machine.says("true", "")
    assert machine.packages("xvfb").returncode == 0
    assert machine.apt == ["install xvfb"]


def test_the_lock_pins_every_package_with_hashes_and_names_no_registry() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    entries = re.split(r"\n(?=\w)", lock.strip())
    unpinned = [
        entry.splitlines()[0] for entry in entries if not re.match(r"[\w.-]+==\S+.*\\\n    --hash=sha256:", entry)
    ]
    assert unpinned == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\s<>=;\[]", entry)[0].lower() for entry in entries}
    assert {re.split(r"[<>=]", name)[0].lower() for name in wanted} <= names


def test_qt_is_the_release_that_does_not_abort_python_3_11() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "\npyside6-essentials==6.11.3 " in lock
    assert "\nshiboken6==6.11.3 " in lock
