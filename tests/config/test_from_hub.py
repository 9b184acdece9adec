"""What the hub configures is laid over the terminal's own file, and a version that is not good goes by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk import config_hub
from kiosk.config import ConfigError, load
from kiosk.config_face import glance
from kiosk.config_hub import Kept, kept_in, take_back, try_out, use_of
from kiosk.config_start import load_for_start
from kiosk.protocol.configuration import Bundle, WrongConfigurationError, tables_of

OWN = (Path(__file__).parents[2] / "config.toml").read_text("utf-8")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(OWN)
    (tmp_path / "var" / "ledger").mkdir(parents=True)
    return path


@pytest.fixture
def folder(path: Path) -> Path:
    return path.parent / "var" / "ledger"


def version(number: int, text: str) -> Bundle:
    return Bundle(hall="tianfu", version=number, text=text)


def phone(number: int) -> Bundle:
    return version(number, f'[hall]\nphone = "028-0000 000{number}"\n[journeys]\nenabled = ["gas_bill"]\n')


def test_a_version_counts_once_the_terminal_came_up_with_it(path: Path, folder: Path) -> None:
    try_out(folder, use_of(phone(1)))
    config = load_for_start(path, folder)
    assert (config.version, config.hall.phone, config.hall.name) == (1, "028-0000 0001", "天福和园便民服务站")
    assert config.journeys.enabled == ("gas_bill",)
    assert len(config.queue.business) == 3
    assert glance(path).hall.phone == "028-0000 0001"
    assert glance(path).journeys == ("gas_bill",)
    config_hub.came_up(folder, 1)

    try_out(folder, use_of(phone(2)))
    versions = [load_for_start(path, folder).version for _ in range(config_hub.TRIES + 2)]
    assert versions == [2] * config_hub.TRIES + [1, 1]
    assert kept_in(folder) == Kept(good=use_of(phone(1)), fell=2)
    assert glance(path).hall.phone == "028-0000 0001"


def test_a_version_that_comes_while_another_is_tried_out(path: Path, folder: Path) -> None:
    """What the terminal comes up with is the one that it started with."""
    try_out(folder, use_of(phone(1)))
    assert load_for_start(path, folder).version == 1
    try_out(folder, use_of(phone(2)))
    config_hub.came_up(folder, 1)
    assert kept_in(folder) == Kept(trial=use_of(phone(2)))
    assert load_for_start(path, folder).version == 2


def test_a_version_that_this_program_does_not_take_is_left_at_once(path: Path, folder: Path) -> None:
    try_out(folder, use_of(version(3, '[journeys]\nenabled = ["from_tomorrow"]\n[visit]\nidle_seconds = "soon"\n')))
    assert load_for_start(path, folder).version == 0
    assert kept_in(folder) == Kept(fell=3)
    try_out(folder, use_of(version(4, "[hall]\nname = 1\n")))
    assert glance(path).hall.name == ""  # what is wrong is left out of the first frame, as with the own file
    with pytest.raises(ConfigError, match=r"hall\.name: found 1"):
        load(path)
    assert load_for_start(path, folder).hall.name == "天福和园便民服务站"
    (folder / config_hub.NAME).write_bytes(b"{")  # a disk that lies
    assert load_for_start(path, folder).version == 0


def test_the_power_may_fail_at_any_moment(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is one file that is there whole or not at all: before it the old version counts, after it the new."""

    def cut(path: Path, content: bytes) -> None:
        raise InterruptedError

    steps: tuple[Callable[[], object], ...] = (
        lambda: try_out(folder, use_of(phone(1))),
        lambda: config_hub.came_up(folder, 1),
        lambda: try_out(folder, use_of(phone(2))),
        lambda: take_back(folder),
    )
    versions = []
    for step in steps:
        with monkeypatch.context() as power:
            power.setattr(config_hub, "write_once", cut)
            with pytest.raises(InterruptedError):
                step()
        versions.append(load(path).version)
        step()
        versions.append(load(path).version)
    assert versions == [0, 1, 1, 1, 1, 2, 2, 1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[terminal]\nid = "T9"', "terminal: not a section"),
        ('[hall]\nid = "other"\nphone = "1"', "hall.id: does not come from the hub"),
        ('[rating]\nurl = "https://evil.example/{number}"', r"rating.url: does not come"),
        ("[queue.page]\nport = 1", "queue.page: does not come"),
        ("[orders]\noffer_seconds = 1", "orders: not a section"),
        ("[[device]]\nname = 'gas'", "device: not a section"),
        ("hall = 1", "hall: not a section"),
        ("[hall", "no TOML"),
        ("x" * 70_000, "more than"),
    ],
)
def test_what_never_comes_from_the_hub(text: str, says: str) -> None:
    with pytest.raises(WrongConfigurationError, match=says):
        tables_of(text)
