"""The workbench: whatever a person presses in the window happens to real simulators, and what they do is shown."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from shiboken6 import isValid

from kiosk.rehearsal.demo import workbench
from kiosk.rehearsal.simulators import Simulators
from kiosk.rehearsal.workbench.desk import LEAST
from kiosk.rehearsal.workbench.words import LANGUAGES, say, table
from tests.rehearsal.workbench import Player

BUILT_IN = tuple(sorted(point.name for point in entry_points(group="kiosk.simulators")))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QGuiApplication]:
    return QGuiApplication


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    with Simulators(tmp_path_factory.mktemp("simulators"), BUILT_IN) as running:
        yield running


HEALING = ("power_on", "plug", "refill", "cover_close", "repair", "remove", "load_keys", "close_batch")


@pytest.fixture
def player(qapp: QGuiApplication, simulators: Simulators) -> Iterator[Player]:
    player = Player(simulators)
    yield player
    player.desk.close()
    for name in BUILT_IN:
        simulators.clear(name)
        for action in simulators.hand(name).index()["actions"]:
            if action in HEALING:
                simulators.do(name, action)


def test_scan_and_pay(player: Player) -> None:
    order = player.code()
    player.see("A code is on the screen: ¥128.40. Scan it and pay.")
    player.press("wechat_pay-scan")
    player.until(lambda: player.fact("wechat_pay", "phone") == "scanned", "the phone")
    player.touch("wechat_pay-pay")
    player.until(lambda: player.fact("wechat_pay", "phone") == "paid", "the payment")
    assert player.simulators.books("wechat_pay")["orders"][order]["paid_fen"] == 12840
    player.see("Pay: paid ¥128.40")


def test_the_hint_itself_pays(player: Player) -> None:
    player.code()
    player.press("hint-scan")
    player.press("hint-pay")
    player.until(lambda: player.fact("wechat_pay", "code") == "already_paid", "the payment")


def test_decline(player: Player) -> None:
    order = player.code()
    player.press("wechat_pay-decline")
    player.see("declined")
    assert player.simulators.books("wechat_pay")["orders"][order]["paid_fen"] == 0


def test_a_phone_that_shows_its_code_is_held_under_the_scanner(player: Player) -> None:
    player.press("page-alipay")
    player.press("alipay-show_code")
    player.until(lambda: "Hold the phone under it" in player.answer("serial_scanner"), "the scanner's answer")
    read = player.simulators.books("serial_scanner")["reads"][-1]
    assert (read["text"][:2], len(read["text"])) == ("28", 18)


def test_the_paper_ends_and_is_refilled(player: Player) -> None:
    player.press("escpos-paper_out")
    player.see("Printer: out of paper.")
    assert player.simulators.books("escpos")["state"]["paper_out"]
    player.press("hint-refill")
    player.until(lambda: player.fact("escpos", "paper_out") is False, "the new roll")
    assert "Printer: out of paper." not in player.words()


def test_a_fault_is_armed_shown_and_cleared(player: Player) -> None:
    player.press("page-wechat_pay")
    player.press("wechat_pay-once-refund_abnormal")
    player.press("wechat_pay-lasting-close_error")
    player.see("WeChat ⚡2")
    armed = player.simulators.hand("wechat_pay").faults()["armed"]
    assert [(fault["name"], fault["times"]) for fault in armed] == [("refund_abnormal", 1), ("close_error", -1)]
    player.press("wechat_pay-clear-refund_abnormal")
    player.see("WeChat ⚡1")
    player.press("wechat_pay-clear-all")
    player.until(lambda: "⚡" not in player.words(), "no fault")
    assert player.simulators.hand("wechat_pay").faults()["armed"] == []


def test_the_books_show_money_that_nobody_delivered(player: Player) -> None:
    player.press("page-books")
    order = player.code()
    player.simulators.do("wechat_pay", "pay")
    player.see("owed ¥128.40")
    player.see("Not yet")
    player.until(lambda: order.rpartition("A")[0] in player.words().replace("-", ""), "the order")


def test_the_talk_is_decoded_and_its_bytes_are_there(player: Player) -> None:
    player.press("page-talk")
    order = player.code()
    player.see(f"new order {order}, ¥128.40")
    player.see("200 the code to show: weixin://")
    player.press("talk-escpos")
    assert "new order" not in player.words()


@pytest.mark.parametrize("name", ["wechat_pay", "gas_company_http", "escpos"])
def test_a_pulled_cable_is_a_refused_connection(player: Player, name: str) -> None:
    place = urlsplit(player.simulators.announcements[name].port)
    address = (str(place.hostname), int(place.port or 0))
    player.press(f"{name}-unplug")
    player.until(lambda: player.fact(name, "plugged") is False, "the cable out")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)
    player.press(f"{name}-plug")
    player.until(lambda: player.fact(name, "plugged") is True, "the cable in")
    socket.create_connection(address, timeout=5).close()


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_button_does_what_the_simulator_accepts(player: Player, simulators: Simulators, name: str) -> None:
    player.code()
    player.ask_for("0200000156")
    player.press(f"page-{name}")
    described = simulators.hand(name).index()
    assert len(described["buttons"]) > 10
    for button in described["buttons"]:
        player.desk.parties[name].put("answer", "")
        player.press(f"{name}-{button['action'] or button['fault']}")
        player.until(lambda: player.desk.parties[name]["answer"] != "", str(button))
        assert ("no action" in player.answer(name), "no fault" in player.answer(name)) == (False, False)
        assert player.desk.parties[name]["alive"]
    for fault in described["faults"]:
        player.press(f"{name}-once-{fault}")
    wanted = set(described["faults"])
    player.until(lambda: {each["name"] for each in simulators.hand(name).faults()["armed"]} >= wanted, "all faults")


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_device_can_be_slow_cut_garbled_and_unplugged(simulators: Simulators, name: str) -> None:
    buttons = simulators.hand(name).index()["buttons"]
    labels = " ".join(button["label"] for button in buttons if button["group"] == "Cable")
    assert [word for word in ("Unplug", "Plug in", "Slow", "Cut", "Garble") if word not in labels] == []


@pytest.fixture
def doomed(qapp: QGuiApplication, tmp_path: Path) -> Iterator[Player]:
    with Simulators(tmp_path, ("escpos", "wechat_pay")) as running:
        player = Player(running)
        yield player
        player.desk.close()


def test_a_simulator_that_hangs_or_dies_freezes_nothing(doomed: Player) -> None:
    player = doomed
    hung = player.simulators._processes["wechat_pay"]
    hung.send_signal(signal.SIGSTOP)
    try:
        player.press("wechat_pay-scan")
        player.press("escpos-cover_open")
        player.until(lambda: player.fact("escpos", "cover_open") is True, "another simulator")
        player.see("WeChat: does not answer any more.")
        player.press("page-wechat_pay")
        player.see("does not answer")
    finally:
        hung.send_signal(signal.SIGCONT)
    player.until(lambda: bool(player.desk.parties["wechat_pay"]["alive"]), "it to come back")
    hung.kill()
    player.until(lambda: not player.desk.parties["wechat_pay"]["alive"], "its death")


def test_both_languages(player: Player) -> None:
    player.press("language")
    player.see("现在可以做什么？")
    assert player.find("wechat_pay-pay") is not None
    assert "付款" in player.words()
    assert "Unplug" not in player.words()
    player.press("language")
    player.see("What can I do now?")


def test_everything_that_can_be_pressed_has_chinese_words() -> None:
    chinese = table("zh_CN")
    missing = set()
    for point in entry_points(group="kiosk.simulators"):
        module = import_module(point.value)
        texts = {*module.FAULTS.values(), *(text for each in module.BUTTONS for text in (each.label, each.group))}
        missing |= texts - set(chinese)
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_fault_speaks_of_its_parameters(language: str) -> None:
    faults = [
        fault
        for point in entry_points(group="kiosk.simulators")
        for fault in import_module(point.value).FAULTS.values()
    ]
    assert [fault for fault in faults if "`" in say(language, fault)] == []


def test_it_fits_a_small_desktop(player: Player) -> None:
    player.desk.view.resize(*LEAST)
    player.until(lambda: player.desk.root.width() == LEAST[0], "the smaller window")
    for page in ("wechat_pay", "books", "talk"):
        player.press(f"page-{page}")
        QTest.qWait(50)
    player.press("page-all")
    player.press("gas_company_http-maintenance")
    player.see("Gas company ⚡1")


def test_a_page_that_was_left_is_gone_before_anything_is_told(player: Player) -> None:
    old = player.find("wechat_pay-scan")
    player.desk.root.setWidth(LEAST[0])
    assert player.find("wechat_pay-scan") is old  # fewer columns of the same cards
    player.desk.show_page("books")
    assert isValid(old)
    player.desk.parties["wechat_pay"].put("answer", "something new")
    assert not isValid(old)


def test_it_ends_with_the_demo_and_the_demo_does_not_end_with_it(
    simulators: Simulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    with workbench(simulators, tmp_path / "ledger", "UTC") as process, pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.5)
    assert process.returncode == 0
    with workbench(simulators, tmp_path / "ledger", "UTC") as process:
        process.terminate()
        process.wait(10)


def test_a_picture_without_a_display(simulators: Simulators, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY"))}
    controls = [f"{name}={told.control}" for name, told in simulators.announcements.items()]
    picture = tmp_path / "bench.png"
    command = [sys.executable, "-m", "kiosk", "workbench", "--control", *controls, "--picture", str(picture)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with Image.open(picture) as seen:
        assert seen.size == (1320, 1000)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    wrong = tmp_path / "told.json"
    wrong.write_text("[]")
    command = [sys.executable, "-m", "kiosk", "workbench", "--control", str(wrong)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "holds no announcements" in done.stderr
