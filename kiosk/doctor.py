"""`kiosk doctor`: look at every device and at the machine, and say what there is to do. For staff, in English."""

import argparse
import asyncio
import contextlib
import sys
from pathlib import Path
from typing import assert_never

import msgspec

from kiosk.config import DEFAULT_PATH, Announcement, Config, ConfigError, load, resolve_simulators
from kiosk.devices.drivers import AnyDevice, DeviceConfig
from kiosk.devices.health import Busy, Health, NeedsAttention, Offline, Ready, Reason, Unknown
from kiosk.devices.printer import ReceiptPrinter
from kiosk.devices.registry import build
from kiosk.devices.secret import Secret, SecretError
from kiosk.doctor_machine import Finding, State, examine_confinement, examine_machine
from kiosk.doctor_ports import find_cause
from kiosk.doctor_record import RecordingError, record
from kiosk.items.catalogue import CatalogueError, read

PATIENCE = 3.0
"""Seconds a device has to come up before it is called offline."""
ANSWER = 15.0
"""Seconds a driver has for one answer."""

_LONGEST_IDENTITY = 200
_IN_THE_NETWORK = ("http:", "https:", "socket:", "ipp:", "ipps:")

_ADVICE: dict[Reason, str] = {
    "paper_out": "put in a new roll",
    "paper_jammed": "open the cover, take the jammed paper out, close it",
    "cover_open": "close the cover",
    "cutter_error": "switch the printer off, free the cutter, switch it on",
    "head_hot": "let the print head cool down",
    "mechanical_error": "switch the printer off and on; if it stays, call its service",
    "unrecoverable_error": "switch the printer off and on; if it stays, call its service",
    "bad_clock": "set this machine's clock (NTP): the peer finds it wrong",
    "bad_credentials": "check the keys and numbers in [device.settings] with the peer",
    "refused_by_peer": "ask the peer why it refuses this terminal",
    "earlier_payment_unresolved": "see `kiosk ledger orders`; staff must settle the earlier payment",
    "sheets_out": "put paper into the tray",
    "sheet_jammed": "open the printer, take the jammed sheet out, close it",
    "tray_missing": "push the paper tray in",
    "door_open": "close the printer's doors",
    "toner_out": "put in new toner or ink",
    "output_full": "take the sheets out of the output tray",
    "printer_error": "see what the printer itself shows; switch it off and on",
    "queue_stopped": "resume the queue: cupsenable NAME",
    "queue_closed": "let the queue take jobs: cupsaccept NAME",
    "reader_broken": "switch the reader off and on; if it stays, call its service",
    "reader_not_authorized": "the reader's security module is not authorized: call its service",
}


class DeviceFinding(msgspec.Struct, frozen=True, kw_only=True):
    """How one device was found. `status` is None when it was not asked; `round_trip_ms` is one question's answer."""

    name: str
    role: str
    driver: str
    port: str
    state: State
    status: Health | None
    round_trip_ms: float | None
    detail: str
    advice: str = ""
    identity: str = ""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was looked at."""

    config: str
    needs_doing: bool
    devices: tuple[DeviceFinding, ...] = ()
    machine: tuple[Finding, ...] = ()
    problems: tuple[str, ...] = ()


def examine(path: Path, announcements: dict[str, Announcement]) -> Report:
    """Look at everything the configuration names. Opens the ports of its devices, and changes nothing."""
    try:
        config = load(path)
        if announcements:
            config = resolve_simulators(config, announcements)
    except ConfigError as error:
        return Report(config=str(path), needs_doing=True, problems=error.lines)
    devices = asyncio.run(_examine_devices(config))
    peers = tuple(device.port for device in config.devices if device.port.startswith(_IN_THE_NETWORK))
    machine = examine_machine(config.ledger.folder, peers)
    if "notice" in config.journeys.enabled:
        machine += (examine_items(path.parent / config.notice.catalogue),)
    if "print_form" in config.journeys.enabled:
        machine += (examine_confinement(),)
    states = [device.state for device in devices] + [finding.state for finding in machine]
    return Report(config=str(path), needs_doing="todo" in states, devices=devices, machine=machine)


def examine_items(path: Path) -> Finding:
    """Whether residents have a catalogue to look things up in."""
    try:
        items = len(read(path).items)
    except CatalogueError as error:
        return Finding(what="catalogue", state="todo", detail=str(error), advice="kiosk catalogue import FILE")
    return Finding(what="catalogue", state="ok", detail=f"{items} items in {path}")


async def _examine_devices(config: Config) -> tuple[DeviceFinding, ...]:
    looks = (_examine_device(device) for device in config.devices)
    found = await asyncio.gather(*looks, return_exceptions=True)
    return tuple(
        _surprised(device, finding) if isinstance(finding, BaseException) else finding
        for device, finding in zip(config.devices, found, strict=True)
    )


async def _examine_device(device: DeviceConfig) -> DeviceFinding:
    if device.simulator is not None:
        return _finding(device, "note", "simulated", "start with `kiosk demo`")
    if unreadable := _unreadable_secrets(device.settings):
        return _finding(device, "todo", "; ".join(unreadable), "put each secret where the configuration says it is")
    driver = build(device)
    health, ms = await _ask(driver)
    detail, advice = read_health(health, device.port)
    if isinstance(health, Offline | Unknown) and (cause := await find_cause(device)) is not None:
        detail, advice = f"{_first_word(health)}: {cause.detail}", cause.advice
    if isinstance(driver, ReceiptPrinter) and not isinstance(health, Offline | Unknown):
        detail = f"{detail}, paper {paper}" if (paper := await driver.paper()) != "unknown" else detail
    if identity := _printable(driver.identity):
        detail = f"{detail} ({identity})"
    finding = _finding(device, "todo" if advice else "ok", detail, advice)
    return msgspec.structs.replace(finding, status=health, round_trip_ms=ms, identity=identity)


async def _ask(driver: AnyDevice) -> tuple[Health, float | None]:
    """The device's health once it is up (or its patience is over), and the milliseconds of that last answer."""
    loop = asyncio.get_running_loop()
    asking = asyncio.ensure_future(_ask_until_up(driver, loop.time() + PATIENCE))
    try:
        done, _ = await asyncio.wait([asking], timeout=PATIENCE + ANSWER)
        if done:
            health, ms = asking.result()
            if not isinstance(health, Offline | Unknown):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(driver.ask_identity(), ANSWER)
            return health, ms
        asking.cancel()
        return Offline(f"the driver gave no answer in {PATIENCE + ANSWER:g} s"), None
    finally:
        await asyncio.wait([asyncio.ensure_future(driver.aclose())], timeout=ANSWER)


async def _ask_until_up(driver: AnyDevice, patience_ends: float) -> tuple[Health, float]:
    loop = asyncio.get_running_loop()
    await driver.open()
    while True:
        asked = loop.time()
        health = await driver.status()
        answered = loop.time()
        if not isinstance(health, Offline | Unknown) or answered > patience_ends:
            return health, round((answered - asked) * 1000, 1)
        await asyncio.sleep(0.1)


def read_health(health: Health, port: str) -> tuple[str, str]:
    """What a health means in words, and what to do about it (nothing when all is well)."""
    match health:
        case Ready(warnings=warnings):
            return ", ".join(["ready", *(warning.replace("_", " ") for warning in warnings)]), ""
        case Busy():
            return "busy", ""
        case NeedsAttention(reasons=reasons):
            words = ", ".join(reason.replace("_", " ") for reason in reasons)
            return words, "; ".join(dict.fromkeys(_ADVICE[reason] for reason in reasons))
        case Offline(detail=detail):
            if port.startswith(("http:", "https:")):
                return f"offline: {detail}", "check the network and the address in the configuration; ask the peer"
            if port.startswith(("ipp:", "ipps:")):
                return f"offline: {detail}", "see `lpstat -t`: CUPS runs, it has that queue, the printer is on"
            if port.startswith("pcsc:"):
                return f"offline: {detail}", "see that the reader is plugged in, and `systemctl status pcscd.socket`"
            where = "the network" if port.startswith("socket:") else "the cable"
            return f"offline: {detail}", f"check that it is switched on, {where}, and the port in the configuration"
        case Unknown(detail=detail):
            return f"unknown: {detail}" if detail else "unknown", "ask again; if it stays, look at the device itself"
        case _:
            assert_never(health)


def _first_word(health: Health) -> str:
    return "offline" if isinstance(health, Offline) else "unknown"


def _finding(device: DeviceConfig, state: State, detail: str, advice: str = "") -> DeviceFinding:
    return DeviceFinding(
        name=device.name,
        role=device.role,
        driver=device.driver,
        port=device.port,
        state=state,
        status=None,
        round_trip_ms=None,
        detail=detail,
        advice=advice,
    )


def _surprised(device: DeviceConfig, error: BaseException) -> DeviceFinding:
    detail = f"the driver failed: {type(error).__name__}: {error}"
    return _finding(device, "todo", detail, "tell the driver's maintainer")


def _printable(told: str) -> str:
    """What a device says of itself is shown on staff's screens: letters, and not more of them than can be read."""
    return "".join(filter(str.isprintable, told))[:_LONGEST_IDENTITY]


def _unreadable_secrets(value: object) -> list[str]:
    match value:
        case Secret():
            try:
                value.read()
            except SecretError as error:
                return [str(error)]
            return []
        case msgspec.Struct():
            return _unreadable_secrets(list(msgspec.structs.asdict(value).values()))
        case dict():
            return _unreadable_secrets(list(value.values()))
        case list() | tuple():
            return [line for item in value for line in _unreadable_secrets(item)]
        case _:
            return []


def doctor_command(argv: list[str]) -> int:
    """Look at every device and the machine; exit status 1 when there is something to do."""
    parser = argparse.ArgumentParser(prog="kiosk doctor", description="Look at every device, and say what to do.")
    parser.add_argument("--config", type=Path, default=DEFAULT_PATH, help="the configuration (config.toml)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--announcements", type=Path, help="where simulators run: a JSON map of their names to what they announced"
    )
    parser.add_argument(
        "--record", type=Path, metavar="FILE", help="keep the talk with --device, without personal data"
    )
    parser.add_argument("--device", help="the device to record, by its name in the configuration")
    options = parser.parse_args(argv)
    announcements: dict[str, Announcement] = {}
    if options.announcements is not None:
        try:
            announcements = msgspec.json.decode(options.announcements.read_bytes(), type=dict[str, Announcement])
        except (OSError, ValueError) as error:
            sys.stderr.write(f"kiosk doctor: {options.announcements}: {error}\n")
            return 2
    if options.record is not None:
        return _record(options.config, announcements, options.device, options.record)
    report = examine(options.config, announcements)
    written = msgspec.json.format(msgspec.json.encode(report)).decode() if options.json else _as_text(report)
    sys.stdout.write(written + "\n")
    return 1 if report.needs_doing else 0


def _record(path: Path, announcements: dict[str, Announcement], name: str | None, file: Path) -> int:
    try:
        config = load(path)
        if announcements:
            config = resolve_simulators(config, announcements)
        device = next((device for device in config.devices if device.name == name), None)
        if device is None:
            names = ", ".join(device.name for device in config.devices)
            raise RecordingError(f"--device names what to record, one of {names}")
        said = record(device, file, lambda line: sys.stdout.write(f"{line}\n"))
    except (ConfigError, RecordingError) as error:
        sys.stderr.write(f"kiosk doctor: {error}\n")
        return 2
    sys.stdout.write(f"{said}\n")
    return 0


def _as_text(report: Report) -> str:
    lines = [f"Configuration {report.config}", *(f"  {problem}" for problem in report.problems)]
    if report.devices:
        lines.append("\nDevices")
    for device in report.devices:
        took = f" ({device.round_trip_ms:.1f} ms)" if device.round_trip_ms is not None else ""
        lines.append(f"  {_mark(device.state)}  {device.name}: {device.detail}{took}")
        lines.append(f"        driver {device.driver}, port {device.port}")
        lines += [f"        → {device.advice}"] if device.advice else []
    if report.machine:
        lines.append("\nMachine")
    for finding in report.machine:
        lines.append(f"  {_mark(finding.state)}  {finding.what}: {finding.detail}")
        lines += [f"        → {finding.advice}"] if finding.advice else []
    unopened = sum(finding.state == "note" for finding in report.devices)
    if unopened:
        lines.append(
            f"\n{unopened} of {len(report.devices)} devices are simulated: the demo opens those, not the doctor."
        )
    lines.append("\nThere is something to do." if report.needs_doing else "\nNothing to do.")
    return "\n".join(lines)


def _mark(state: State) -> str:
    return {"ok": "ok  ", "note": "note", "todo": "TODO"}[state]
