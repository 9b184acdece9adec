"""The tours as anyone runs them: a process of its own, from another folder, offscreen and in a real X window."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from kiosk.rehearsal.tours import TOURS

CONFIG = Path(__file__).parents[2] / "config.toml"
NAMES = ["home", "enter-account", "account-entered", "confirm-bill", "choose-method", "scan-to-pay"]
TOP_UP_NAMES = [
    *NAMES[:3],
    "choose-amount",
    "enter-amount",
    "amount-entered",
    "confirm-top-up",
    "choose-method",
    "scan-to-pay",
]


def run_tour(out: Path, *options: str, display: str | None = None) -> subprocess.CompletedProcess[str]:
    return run("tour", *options, "--out", str(out), folder=out.parent, display=display)


def run(*words: str, folder: Path, display: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY", "WAYLAND"))
    }
    if display is not None:
        environment["DISPLAY"] = display
    kiosk = Path(sys.executable).with_name("kiosk")
    return subprocess.run(
        [kiosk, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def check_pictures(out: Path, wanted: list[str] = NAMES) -> None:
    names = [path.stem[3:] for path in sorted(out.glob("[0-9][0-9]-*.png"))]
    assert names[: len(wanted)] == wanted
    assert names[-1] == "goodbye"
    for path in out.glob("[0-9][0-9]-*.png"):
        with Image.open(path) as picture:
            assert picture.size == (1080, 1920)
    assert read_code(next(out.glob("*-scan-to-pay.png"))).startswith("weixin://")
    assert read_code(out / "slip.png").startswith("T1")
    assert (out / "slip.bin").read_bytes().startswith(b"\x1b@")


def read_code(path: Path) -> str:
    with Image.open(path) as picture:
        found = zxingcpp.read_barcode(picture.convert("L"))
    assert found is not None
    return found.text


@pytest.fixture
def x_display() -> Iterator[str]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1080x1920x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as numbers:
            yield f":{numbers.readline().strip()}"
    finally:
        server.terminate()
        server.wait(10)


def test_demo_without_a_display_says_so_and_runs_the_tour(tmp_path: Path) -> None:
    out = tmp_path / "var" / "tour"
    out.mkdir(parents=True)
    (out / "99-old.png").write_bytes(b"old")
    done = run("demo", "--config", str(CONFIG), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("No display here")
    assert "the books of all parties agree" in done.stdout
    assert not (out / "99-old.png").exists()
    check_pictures(out)


def test_gas_bill_in_english_in_a_real_x_window(tmp_path: Path, x_display: str) -> None:
    out = tmp_path / "tour"
    done = run_tour(out, "gas_bill", "--pay", "wechat", "--lang", "en", "--show", display=x_display)
    assert done.returncode == 0, done.stderr
    check_pictures(out)


def test_smart_meter(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = run_tour(out, "smart_meter")
    assert done.returncode == 0, done.stderr
    assert "the account went from ¥5.00 to ¥205.00 in the company's books" in done.stdout
    assert "the books of all parties agree" in done.stdout
    check_pictures(out, TOP_UP_NAMES)


def test_queue_ticket(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = run_tour(out, "queue_ticket")
    assert done.returncode == 0, done.stderr
    assert "no money moved" in done.stdout
    names = [path.stem[3:] for path in sorted(out.glob("[0-9][0-9]-*.png"))]
    assert names == ["home", "choose-business", "ticket-printing", "ticket", "goodbye", "home-again"]
    assert "A001".encode("gb18030") in (out / "slip.bin").read_bytes()


def test_rate_service(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = run_tour(out, "rate_service", "--lang", "en", "--mode", "contrast")
    assert done.returncode == 0, done.stderr
    assert "no money moved" in done.stdout
    names = [path.stem[3:] for path in sorted(out.glob("[0-9][0-9]-*.png"))]
    assert names[-4:] == ["call-back", "telephone", "thank-you", "goodbye"]


def test_notice(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = run_tour(out, "notice")
    assert done.returncode == 0, done.stderr
    assert "no money moved" in done.stdout
    names = [path.stem[3:] for path in sorted(out.glob("[0-9][0-9]-*.png"))]
    assert names == [
        *("home", "items", "departments", "search", "found", "item"),
        *("slip-printing", "slip-out", "rate-service", "goodbye"),
    ]
    assert read_code(out / "slip.png") == "01001"


def test_print_form(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    done = run_tour(out, "print_form", "--id-card")
    assert done.returncode == 0, done.stderr
    assert "two sheets came out, as the printer's book says; the queue keeps no document" in done.stdout
    names = [path.stem[3:] for path in sorted(out.glob("[0-9][0-9]-*.png"))]
    assert names[:4] == ["home", "choose-form", "found", "form-blank"]
    assert names[4:8] == ["offer-id-card", "lay-id-card", "lay-again", "check-id-card"]
    assert "came from the card: senior" in done.stdout
    assert names[-3:] == ["printed", "rate-service", "goodbye"]
    assert (out / "printed.pdf").read_bytes().startswith(b"%PDF")
    with Image.open(out / "printed-1.png") as page:
        assert page.size == (1241, 1754)
    assert "表格提示".encode("gb18030") in (out / "slip.bin").read_bytes()


def test_unknown_tour_is_named(tmp_path: Path) -> None:
    done = run_tour(tmp_path / "tour", "gas_bil")
    assert done.returncode == 2
    assert all(name in done.stderr for name in TOURS)
