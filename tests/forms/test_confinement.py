"""What a hostile template or PDF could reach, had it taken over the process that makes forms."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

HOSTILE = """
import json, os, socket, subprocess, sys
from pathlib import Path
from kiosk.forms.confinement import confine

asked = json.loads(sys.argv[1])
missing = confine([Path(asked["forms"])])

def went(deed):
    try:
        deed()
    except OSError as error:
        return type(error).__name__
    return "went"

print(json.dumps({
    "missing": missing,
    "form": went(lambda: Path(asked["forms"], "form.typ").read_bytes()),
    "later import": went(lambda: __import__("pypdf")),
    "ledger": went(lambda: Path(asked["secret"]).read_bytes()),
    "listing": went(lambda: os.listdir(Path(asked["secret"]).parent)),
    "writing": went(lambda: Path(asked["forms"], "new").write_bytes(b"x")),
    "deleting": went(lambda: Path(asked["forms"], "form.typ").unlink()),
    "parent": went(lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes()),
    "program": went(lambda: subprocess.run(["/bin/true"])),
    "network": went(lambda: socket.create_connection(("127.0.0.1", asked["port"]), 5)),
}))
"""


@pytest.fixture
def told(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "form.typ").write_text("x")
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "hub.json").write_text("the terminal's key")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        asked = {
            "forms": str(tmp_path / "forms"),
            "secret": str(tmp_path / "ledger" / "hub.json"),
            "port": listening.getsockname()[1],
        }
        done = subprocess.run(
            [sys.executable, "-c", HOSTILE, json.dumps(asked)], capture_output=True, check=True, text=True, timeout=60
        )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_nothing_but_forms_can_be_reached(told: dict[str, object]) -> None:
    """Debian 12's kernel has all that this takes."""
    assert told.pop("network") != "went"  # it depends on the kernel who says so
    assert told == {
        "missing": [],
        "form": "went",
        "later import": "went",
        "ledger": "PermissionError",
        "listing": "PermissionError",
        "writing": "PermissionError",
        "deleting": "PermissionError",
        "parent": "PermissionError",
        "program": "PermissionError",
    }
