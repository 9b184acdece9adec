"""A configuration is either right, or says everything that is wrong with it."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from kiosk.config import Announcement, Config, ConfigError, config_command, fitted, load, resolve_simulators
from kiosk.config_face import glance
from tests.config.conftest import Write
from tests.config.outsider import PaperSettings, Printer

pytestmark = pytest.mark.usefixtures("outsider")

GOOD = """\
schema = 1
[terminal]
id = "T1"
mode = "demo"
[hall]
id = "tianfu"
name = "天福和园便民服务站"
name_en = "Tianfu Heyuan"
phone = "028-8888 1234"
[ledger]
folder = "var/ledger"
[journeys]
enabled = ["free"]
"""
PRINTER = """\
[[device]]
name = "receipts"
role = "receipt_printer"
driver = "paper"
port = "socket://10.0.0.9:9100"
[device.settings]
key = "env:KEY"
"""


def wrong(path: Path) -> list[str]:
    """The problems of a file, without its name."""
    with pytest.raises(ConfigError) as caught:
        load(path, thorough=True)
    return [line.removeprefix(f"{path}:") for line in caught.value.lines]


def printer_settings(config: Config) -> PaperSettings:
    settings = config.devices[0].settings
    assert isinstance(settings, PaperSettings)
    return settings


def test_the_sample_runs_the_demo_as_it_stands() -> None:
    config = load(Path(__file__).parents[2] / "config.toml")
    assert config.terminal.mode == "demo"
    assert [device.simulator for device in config.devices] == [
        "gas_company_http",
        "wechat_pay",
        "alipay",
        "transbank_pos",
        "pcsc_gas_card",
        "sdt_id",
        "escpos",
        "cups",
    ]


def test_settings_arrive_typed(write: Write) -> None:
    path = write(
        GOOD
        + PRINTER
        + 'surcharge = 0.10\ncut = "none"\nspare = 3\nmargins = [1, 2]\nnames = ["a"]\ntimeout_s = 1\n'
        + 'keys = {a = "file:a.pem"}\n'
    )
    (path.parent / "a.pem").write_text("secret\n")
    config = load(path)
    settings = printer_settings(config)
    assert settings.surcharge == Decimal("0.10")
    assert (settings.cut, settings.spare, settings.margins, settings.names) == ("none", 3, (1, 2), ("a",))
    assert isinstance(settings.timeout_s, float)
    assert settings.keys["a"].read() == b"secret"
    assert config.ledger.folder == path.parent / "var/ledger"
    assert config.devices[0].driver_class is Printer


def test_every_mistake_is_told_at_once_with_its_line(write: Write) -> None:
    path = write("""\
        schema = 2
        [terminal]
        id = "T1234"
        mode = "demo"
        [hal]
        [hall]
        id = "x"
        name = 3
        name_en = "x"
        phone = "028-1"
        timezone = "Asia/Shangai"
        [display]
        width = 1e9
        backend = "sofware"
        [ledger]
        folder = "x"
        [orders]
        deliver_by_hours = -1
        [journeys]
        enabled = ["fre"]
        [[device]]
        name = "receipts"
        role = "receipt_printer"
        driver = "paper"
        port = "http://10.0.0.9"
        [device.settings]
        columns = 300
        cut = "ful"
        """)
    assert wrong(path) == [
        "1: schema: found 2, allowed 1",
        '3: terminal.id: found "T1234", allowed one to three digits or capital letters',
        (
            "5: hal: found a section that does not exist, allowed device, display, forms, gas_card, hall, health, hub, "
            "id_card, "
            "journeys, ledger, notice, orders, queue, rating, scanning, schema, smart_meter, terminal, visit; "
            'did you mean "hall"?'
        ),
        "8: hall.name: found 3, allowed text of 1 to 40 characters",
        (
            '11: hall.timezone: found "Asia/Shangai", allowed a time zone such as Asia/Shanghai; '
            'did you mean "Asia/Shanghai"?'
        ),
        "13: display.width: found 1E+9, allowed a whole number, at least 480, at most 7680",
        '14: display.backend: found "sofware", allowed "gpu" or "software"; did you mean "software"?',
        "18: orders.deliver_by_hours: found -1, allowed a whole number, above 0, at most 720",
        (
            '20: journeys.enabled[1]: found "fre", allowed "free", "gas_bill", "gas_card", "lost", "notice", '
            '"paid", "print_form", "queue_ticket", "rate_service" or "smart_meter"; did you mean "free"?'
        ),
        '25: device[receipts].port: found "http://10.0.0.9", allowed a URL with "socket:" or "serial:"',
        '26: device[receipts].settings.key: found nothing, allowed "file:PATH" or "env:NAME"',
        "27: device[receipts].settings.columns: found 300, allowed a whole number, at least 20, at most 80",
        '28: device[receipts].settings.cut: found "ful", allowed "full", "none" or "partial"; did you mean "full"?',
    ]


def test_a_misspelt_key_names_the_one_that_was_meant(write: Write) -> None:
    (problem,) = wrong(write(GOOD + "[visit]\nidle_secconds = 5\n"))
    assert problem.startswith("15: visit.idle_secconds: found a key that does not exist, allowed ")
    assert problem.endswith('; did you mean "idle_seconds"?')


def test_a_secret_written_into_the_file_is_not_repeated(write: Write) -> None:
    (problem,) = wrong(write(GOOD + PRINTER.replace("env:KEY", "hunter2")))
    assert "hunter2" not in problem
    assert problem.endswith('found something else than a reference, allowed "file:PATH" or "env:NAME"')


@pytest.mark.parametrize(
    "setting",
    [
        "columns = true",
        "columns = 32.0",
        "columns = 99999999999999999999999",
        "timeout_s = nan",
        "timeout_s = inf",
        "timeout_s = 1e400",
        "timeout_s = 0",
        'timeout_s = "2"',
        'surcharge = "much"',
        "surcharge = inf",
        "cut = 1",
        "spare = 0",
        "margins = [1]",
        "margins = [1, 2, 3]",
        'names = ["a", "b", "c", "d"]',
        'names = [""]',
        "keys = []",
        "keys = {a = 1}",
        'account = "["',
        "key = 2026-11-24",
    ],
)
def test_a_value_that_cannot_be_is_told_once(write: Write, setting: str) -> None:
    name = setting.partition(" ")[0]
    settings = "" if name == "key" else 'key = "env:KEY"\n'
    (problem,) = wrong(write(GOOD + PRINTER.replace('key = "env:KEY"\n', settings) + setting + "\n"))
    place = "account pattern" if name == "account" else f"device[receipts].settings.{name}"
    assert place in problem


def test_production_refuses_simulators_and_money_in_clear(write: Write) -> None:
    wallet = '[[device]]\nname = "w"\nrole = "payment_method"\ndriver = "wallet"\nport = "http://pay.example"\n'
    text = (GOOD + wallet + '[device.settings]\nkey = "env:K"\n').replace('"demo"', '"production"')
    problems = wrong(write(text + PRINTER.replace("socket://10.0.0.9:9100", "sim:paper")))
    assert problems == [
        '18: device[w].port: found "http://pay.example", allowed https: in production money is never moved in clear',
        '25: device[receipts].port: found "sim:paper", allowed a real device: terminal.mode is production',
    ]


def test_a_service_without_its_devices_is_refused(write: Write) -> None:
    problems = wrong(write(GOOD.replace('"free"', '"paid"') + PRINTER))
    assert [problem.partition(": ")[2] for problem in problems] == [
        "device: found no gas_company, allowed one, for paid needs it",
        "device: found no payment_method, allowed one, for paid needs it",
    ]


def test_a_second_printer_and_a_name_given_twice(write: Write) -> None:
    problems = wrong(write(GOOD + PRINTER + PRINTER))
    assert problems == [
        '21: device[2]: found a second receipt_printer, allowed one only, and "receipts" is it',
        '22: device[2].name: found "receipts" once more, allowed a name that no other device has',
    ]


@pytest.mark.parametrize(
    ("key", "value"), [("name", '"receipts"'), ("role", '"receipt_printer"'), ("port", '"socket://10.0.0.9:9100"')]
)
@pytest.mark.parametrize("nonsense", ["[]", "{ a = 1 }", '"t://["'])
def test_a_device_whose_values_are_of_another_kind(write: Write, key: str, value: str, nonsense: str) -> None:
    problems = wrong(write(GOOD + PRINTER.replace(f"{key} = {value}", f"{key} = {nonsense}", 1)))
    assert any(f"].{key}: found " in problem for problem in problems)


def test_a_driver_in_the_wrong_role(write: Write) -> None:
    (problem,) = wrong(write(GOOD + PRINTER.replace("receipt_printer", "gas_company")))
    assert (
        problem == '16: device[receipts].role: found "gas_company", allowed "receipt_printer", the role of driver paper'
    )


@pytest.mark.parametrize(
    ("driver", "said"),
    [
        ("papper", 'did you mean "paper"?'),
        ("broken", "driver broken cannot be imported: ModuleNotFoundError"),
        ("unfinished", "driver unfinished lacks account_digits, aclose, cancel, "),
        ("mistaken", "tests.config.outsider:NotADriver is no driver"),
    ],
)
def test_a_driver_that_is_none(write: Write, driver: str, said: str) -> None:
    (problem,) = wrong(write(GOOD + PRINTER.replace('"paper"', f'"{driver}"')))
    assert said in problem


def test_a_service_that_cannot_be_loaded_is_told_and_keeps_no_terminal_from_working(write: Write) -> None:
    path = write(GOOD.replace('"free"', '"free", "lost"'))
    (problem,) = wrong(path)
    assert '"lost": outsider.no_such_module:JOURNEY cannot be imported: ModuleNotFoundError' in problem
    assert load(path).journeys.enabled == ("free", "lost")


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("i18n/en.mo", "i18n/en.mo is missing (made by python -m kiosk.text.build "),
        ("icons/free.svg", "icons/free.svg is missing"),
    ],
)
def test_a_service_whose_package_lacks_a_file(write: Write, outsider: Path, gone: str, said: str) -> None:
    (outsider / gone).unlink()
    (problem,) = wrong(write(GOOD))
    assert f'found "free": {outsider}/{said}' in problem


@pytest.mark.parametrize(
    "port",
    [
        "",
        "10.0.0.9",
        "socket://10.0.0.9",
        "socket://10.0.0.9:99999",
        "serial://ttyUSB0",
        "/dev/ttyUSB0?baudrate=fast",
        "ftp://10.0.0.9",
        "sim:scanner",
    ],
)
def test_a_port_that_can_never_be_opened(write: Write, port: str) -> None:
    (problem,) = wrong(write(GOOD + PRINTER.replace("socket://10.0.0.9:9100", port)))
    assert problem.startswith("18: device[receipts].port: ")


@pytest.mark.parametrize(
    "port", ["https://", "https://a b", "https://user:word@pay", "https://pay?x=1", "https://pay:0"]
)
def test_a_web_address_that_is_none(write: Write, port: str) -> None:
    wallet = f'[[device]]\nname = "w"\nrole = "payment_method"\ndriver = "wallet"\nport = "{port}"\n'
    (problem,) = wrong(write(GOOD + wallet + '[device.settings]\nkey = "env:K"\n'))
    assert problem.endswith("allowed https://HOST[:PORT][/PATH]")


def test_an_address_of_a_drivers_own_kind_is_judged_by_the_driver(write: Write) -> None:
    bank = '[[device]]\nname = "card"\nrole = "payment_method"\ndriver = "vendor_library"\nport = "%s"\n'
    assert load(write(GOOD + bank % "library:///opt/bank/libmispos.so")).devices[0].port.startswith("library:")
    (problem,) = wrong(write(GOOD + bank % "library:libmispos.so"))
    assert "allowed one that driver vendor_library takes: " in problem


def test_devices_are_fitted_in_the_place_of_others(write: Write) -> None:
    other = {"name": "receipts", "role": "receipt_printer", "driver": "paper", "port": "socket://10.0.0.8:9100"}
    config = load(write(GOOD + PRINTER))
    fit = fitted(config, [{**other, "settings": {"key": "env:OTHER"}}])
    assert [device.port for device in fit.devices] == ["socket://10.0.0.8:9100"]
    with pytest.raises(ConfigError, match=r"settings\.key"):
        fitted(config, [other])


def test_no_configuration_at_all(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    made: dict[str, bytes] = {
        "binary": bytes(range(256)),
        "latin": 'name = "Stra\xdfe"'.encode("latin-1"),
        "huge": b"# \n" * 400_000,
        "deep": b"a = " + b"[" * 100_000,
        "digits": b"a = " + b"9" * 10_000,
        "exponent": b"a = 1e99999999999999999999",
        "broken": b"schema = 1\n[terminal\n",
        "nul": b"schema = 1\n\0",
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    for path in (tmp_path, pipe, tmp_path / "absent", Path("a\0b"), *(tmp_path / name for name in made)):
        (problem,) = wrong(path)
        assert "found " in problem, path
    assert wrong(tmp_path / "broken")[0].startswith("2: found ")
    assert wrong(tmp_path / "latin")[0] == "1: found a byte that is not UTF-8 (0xdf), allowed TOML in UTF-8"


def test_a_file_from_windows_is_read(write: Write) -> None:
    path = write(GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path).hall.name == "天福和园便民服务站"


def test_lines_are_right_after_a_text_of_many_lines(write: Write) -> None:
    note = '[[device]]\nname = """\n[hall]\nphone = 1\n"""\n'
    problems = wrong(write(GOOD + note + "role = 3\n"))
    assert [problem.partition(": f")[0] for problem in problems] == [
        "14: device[1].driver",
        "14: device[1].port",
        "15: device[1].name",
        "19: device[1].role",
    ]


@pytest.mark.parametrize("text", ["device = 1", "[device]\nname = 1", "device = [1]", "hall = 1", "journeys = []"])
def test_a_section_of_the_wrong_shape(write: Write, text: str) -> None:
    assert wrong(write("schema = 1\n" + text + "\n"))


def test_a_simulated_device_may_leave_out_what_the_simulator_announces(write: Write) -> None:
    simulated = PRINTER.replace("socket://10.0.0.9:9100", "sim:paper").replace('key = "env:KEY"', "columns = 48")
    config = load(write(GOOD + simulated))
    assert config.devices[0].settings is None
    settings = {"key": "file:/run/key", "columns": 32}
    resolved = resolve_simulators(config, {"paper": Announcement("socket://127.0.0.1:9100", "http://x", settings)})
    assert resolved.devices[0].port == "socket://127.0.0.1:9100"
    assert printer_settings(resolved).columns == 48, "what the file says counts"
    assert printer_settings(resolved).key.reference == "file:/run/key"


def test_a_simulated_device_still_has_its_other_settings_checked(write: Write) -> None:
    simulated = PRINTER.replace("socket://10.0.0.9:9100", "sim:paper").replace('key = "env:KEY"', "columns = 480")
    (problem,) = wrong(write(GOOD + simulated))
    assert "settings.columns: found 480" in problem


def test_a_simulator_that_is_not_running_or_announces_nonsense(write: Write) -> None:
    simulated = PRINTER.replace("socket://10.0.0.9:9100", "sim:paper").replace('key = "env:KEY"', "")
    config = load(write(GOOD + simulated))
    with pytest.raises(ConfigError, match="found simulator paper, which is not running"):
        resolve_simulators(config, {})
    with pytest.raises(ConfigError) as caught:
        resolve_simulators(config, {"paper": Announcement("http://127.0.0.1", "http://x", {"colums": 32})})
    assert [problem.key[2:] for problem in caught.value.problems] == [
        ("port",),
        ("settings", "colums"),
        ("settings", "key"),
    ]


def test_a_wrong_configuration_still_says_whom_to_call(write: Write) -> None:
    face = glance(write(GOOD.replace("schema = 1", "schema = 9") + '[display]\nwidth = 768\nheight = "x"\n[hal'))
    assert face.hall.phone == "", "this is no TOML at all"
    face = glance(write(GOOD.replace('name = "', 'name = 1 #"') + '[display]\nwidth = 768\nheight = "x"\n'))
    assert (face.hall.phone, face.hall.name, face.hall.name_en) == ("028-8888 1234", "", "Tianfu Heyuan")
    assert (face.display.width, face.display.height) == (768, 1920)


@pytest.mark.parametrize("timezone", ["Asia", "../../etc/passwd", "Mars/Olympus", "", "/etc/localtime"])
def test_a_time_zone_that_is_none(write: Write, timezone: str) -> None:
    path = write(GOOD.replace("[ledger]", f'timezone = "{timezone}"\n[ledger]'))
    (problem,) = wrong(path)
    assert problem.startswith("10: hall.timezone: ")
    assert glance(path).hall.timezone == "Asia/Shanghai"


def test_the_command_says_ok_or_everything(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(GOOD + PRINTER)
    assert config_command(["check", str(path)]) == 0
    assert capsys.readouterr().out == f"OK: {path} (demo; services: free; devices: receipts)\n"
    path = write(GOOD.replace("[journeys]", "[journey]"))
    assert config_command(["check", str(path)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition(": found")[0] for line in err.splitlines()] == [
        f"{path}: journeys.enabled",
        f"{path}:12: journey",
        "2 problems",
    ]


def test_every_mistake_of_a_queue_is_named(write: Write) -> None:
    queue = """
[[queue.business]]
letter = "AB"
name = "社保"
windows = [0]
hours = ["8:30-12:00"]

[[queue.business]]
letter = "B"
name = "住房"
name_en = "Housing"
windows = [2, 2]

[queue.page]
pin = "1234"
"""
    found = [line.partition(": ")[2] for line in wrong(write(GOOD + queue))]
    assert [line.partition(": ")[0] for line in found] == [
        "queue.business[1].name_en",
        "queue.business[1].letter",
        "queue.business[1].windows[1]",
        "queue.business[1].hours[1]",
        "queue.business[2]",
        "queue.page.pin",
    ]
    assert not any("1234" in line for line in found), "the PIN itself"


@pytest.mark.parametrize(
    ("queue", "said"),
    [
        ('[queue]\nshare = "3/2"', "which of how many terminals"),
        ("[queue]\npriority_every = 1", "at least 2"),
        (2 * '[[queue.business]]\nletter = "A"\nname = "a"\nname_en = "a"\nwindows = [1]\n', "letter A belongs to one"),
    ],
)
def test_a_queue_that_cannot_be(write: Write, queue: str, said: str) -> None:
    (found,) = wrong(write(GOOD + queue))
    assert said in found


def test_tickets_need_something_to_queue_for(write: Write) -> None:
    found = wrong(write(GOOD.replace('"free"', '"queue_ticket"') + PRINTER))
    assert [line for line in found if "queue.business" in line and "queue_ticket goes by their numbers" in line]
