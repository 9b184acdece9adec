"""Other people's implementations, installed into `build/peers`: locked versions, nothing of theirs in this tree."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FOLDER = ROOT / "build" / "peers"


def install() -> None:
    """Node (if it is missing) and the locked packages; costs nothing when they are there."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _run([str(ROOT / "scripts" / "packages"), "nodejs", "npm"], ROOT)
    _once("npm", [HERE / "npm" / "package.json", HERE / "npm" / "packages.lock"], _install_npm)
    _once("python", [HERE / "python.lock"], _install_python)


def _install_npm(folder: Path) -> None:
    shutil.copy(HERE / "npm" / "package.json", folder / "package.json")
    shutil.copy(HERE / "npm" / "packages.lock", folder / "package-lock.json")
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)


def _install_python(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q", "install"]
    _run([*pip, "--no-deps", "--require-hashes", "--target", str(folder), "-r", str(HERE / "python.lock")], ROOT)


def _once(name: str, inputs: list[Path], step: object) -> None:
    """Do a step unless it was done for just these inputs; one that was cut is done again."""
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()
    folder = FOLDER / name
    stamp = FOLDER / f"{name}.stamp"
    if stamp.is_file() and stamp.read_text("ascii") == wanted:
        return
    stamp.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    assert callable(step)
    step(folder)
    stamp.write_text(wanted, "ascii")


def _run(command: list[str], folder: Path) -> None:
    sys.stdout.write(f"peers: {' '.join(command[:3])} …\n")
    sys.stdout.flush()
    subprocess.run(command, cwd=folder, check=True)


def node(script: str, *arguments: str) -> str:
    """Run one of this folder's Node programs; what it printed."""
    return _output(["node", str(HERE / script), *arguments], {"PEERS": str(FOLDER / "npm")})


def python(script: str, *arguments: str) -> str:
    """Run one of this folder's Python programs beside the installed library; what it printed."""
    return _output([sys.executable, str(HERE / script), *arguments], {"PYTHONPATH": str(FOLDER / "python")})


def _output(command: list[str], more: dict[str, str]) -> str:
    done = subprocess.run(
        command, env={**os.environ, **more}, stdout=subprocess.PIPE, timeout=120, check=True, encoding="utf-8"
    )
    return done.stdout
