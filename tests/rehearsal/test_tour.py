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
SCREENS = {
    "gas_bill": ["enter-account", "confirm-bill", "choose-method", "scan-to-pay", "done"],
    "smart_meter": ["enter-account", "account-entered", "choose-amount", "enter-amount", "confirm-top-up", "done"],
    "gas_card": ["insert-card", "choose-gas", "confirm-gas", "choose-method", "insert-it-again", "done"],
    "queue_ticket": ["choose-business", "ticket-printing", "ticket", "goodbye", "home-again"],
    "rate_service": ["enter-ticket", "rate-service", "what-was-wrong", "call-back", "telephone", "thank-you"],
    "notice": ["items", "departments", "search", "found", "item", "slip-out", "rate-service"],
    "print_form": ["found", "form-blank", "lay-id-card", "lay-again", "check-id-card", "printed", "rate-service"],
}
"""By tour: some of the pictures it takes, in this order."""


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
        [kiosk, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=200, check=False
    )


def check_tour(out: Path, tour: str = "") -> None:
    """It shows what it went through, from home to goodbye, each as large as the screen."""
    names = [path.stem[3:] for path in sorted(out.glob("[0-9][0-9]-*.png"))]
    wanted = iter(SCREENS[tour or out.name])
    one = next(wanted, None)
    assert names[0] == "home"
    assert "goodbye" in names[-2:]
    for name in names:
        one = next(wanted, None) if name == one else one
    assert one is None, f"{one} is not to be seen, or too early: {names}"
    for path in out.glob("[0-9][0-9]-*.png"):
        with Image.open(path) as picture:
            assert picture.size == (1080, 1920)


def check_paid(out: Path) -> None:
    check_tour(out, "gas_bill")
    assert read_code(next(out.glob("*-scan-to-pay.png"))).startswith("weixin://")
    assert "/T1" in read_code(out / "slip.png")
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
    check_paid(out)


def test_gas_bill_in_english_in_a_real_x_window(tmp_path: Path, x_display: str) -> None:
    out = tmp_path / "tour"
    done = run_tour(
        out, "gas_bill", "--pay", "wechat", "--lang", "en", "--mode", "contrast", "--show", display=x_display
    )
    assert done.returncode == 0, done.stderr
    check_paid(out)


def test_paid_services_one_after_the_other_by_alipay(tmp_path: Path) -> None:
    """At one terminal: to start one takes longer than a tour. The bill's holder has an identity card along."""
    out = tmp_path / "tour"
    names = ("gas_card", "gas_bill", "smart_meter")
    done = run_tour(out, *names, "--pay", "alipay", "--id-card")
    assert done.returncode == 0, done.stderr
    assert "the books of all parties agree" in done.stdout
    assert "25 m³ came onto the card once, though it was pulled out in the middle" in done.stdout
    assert "the account went from ¥5.00 to ¥205.00 in the company's books" in done.stdout
    for name in names:
        check_tour(out / name)
        assert read_code(next((out / name).glob("*-scan-to-pay.png"))).startswith("https://qr.alipay.com/")
        assert "/T1" in read_code(out / name / "slip.png")


def test_free_services_one_after_the_other(tmp_path: Path) -> None:
    out = tmp_path / "tour"
    names = ("queue_ticket", "rate_service", "notice", "print_form")
    done = run_tour(out, *names, "--id-card")
    assert done.returncode == 0, done.stderr
    assert "no money moved" in done.stdout
    assert "two sheets came out, as the printer's book says; the queue keeps no document" in done.stdout
    assert "came from the card: senior" in done.stdout
    for name in names:
        check_tour(out / name)
    assert "A001".encode("gb18030") in (out / "queue_ticket" / "slip.bin").read_bytes()
    assert read_code(out / "notice" / "slip.png") == "01001"
    assert "表格提示".encode("gb18030") in (out / "print_form" / "slip.bin").read_bytes()
    assert (out / "print_form" / "printed.pdf").read_bytes().startswith(b"%PDF")
    with Image.open(out / "print_form" / "printed-1.png") as page:
        assert page.size == (1241, 1754)


def test_unknown_tour_is_named(tmp_path: Path) -> None:
    done = run_tour(tmp_path / "tour", "gas_bil")
    assert done.returncode == 2
    assert all(name in done.stderr for name in TOURS)
