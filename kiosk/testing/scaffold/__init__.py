"""`kiosk driver new`: a package of a driver and its simulator that works as it is, to be changed from there.

The files are templates beside this module: `common/` for every role, and one folder for each; `@name@` and its like are
replaced. What the role adds to the settings, to the tests' and to the README's table is in its `.part` files.
"""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from kiosk.devices.drivers import driver_names

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 32
DEVICES: Mapping[str, str] = {
    "receipt_printer": "receipts",
    "payment_method": "card",
    "gas_card_reader": "gas_cards",
    "document_printer": "documents",
    "id_reader": "identity",
    "code_scanner": "scanner",
    "gas_company": "gas",
}
"""The roles, and what a device of each is called in the demo's configuration."""
_HERE = Path(__file__).parent


class ScaffoldError(ValueError):
    """What was asked for cannot be made. The message is for the engineer who asked."""


def scaffold(name: str, role: str, out: Path) -> Path:
    """Write the package `name` into a folder of its own in `out`; that folder. Raises `ScaffoldError`."""
    if role not in DEVICES:
        raise ScaffoldError(f"there is no role {role!r}; the roles are {', '.join(DEVICES)}")
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise ScaffoldError(
            f"{name!r} cannot be a driver's name: up to {LONGEST_NAME} small letters and digits, words joined by _, the"
            " first a letter, as in acme_reader"
        )
    if name in driver_names() or name in sys.stdlib_module_names or name in ("kiosk", "drivers", "screens", "tests"):
        raise ScaffoldError(f"there is a driver or a package {name!r} already")
    project = out / name.replace("_", "-")
    if project.exists():
        raise ScaffoldError(f"{project} exists already")
    words = {
        "name": name,
        "dist": name.replace("_", "-"),
        "Class": "".join(word.capitalize() for word in name.split("_")),
        "role": role,
        "device": DEVICES[role],
        "settings": _read(_HERE / role / "settings.part").rstrip("\n"),
        "impatient": _read(_HERE / role / "impatient.part").rstrip("\n"),
        "protocol": _read(_HERE / role / "protocol.part").rstrip("\n"),
    }
    try:
        for path, text in _files(role, words).items():
            (project / path).parent.mkdir(parents=True, exist_ok=True)
            (project / path).write_text(text, "utf-8")
    except OSError as error:
        raise ScaffoldError(f"{error.filename}: {error.strerror}") from error
    return project


def _files(role: str, words: Mapping[str, str]) -> dict[Path, str]:
    name = words["name"]
    files = {Path(name, "__init__.py"): "", Path(name, "py.typed"): ""}
    for folder in ("common", role):
        for template in sorted((_HERE / folder).rglob("*.txt")):
            path = Path(_filled(str(template.relative_to(_HERE / folder).with_suffix("")), words))
            inside = path.suffix == ".py" and path.parent == Path()
            files[Path(name) / path if inside else path] = _filled(_read(template), words)
    return files


def _filled(text: str, words: Mapping[str, str]) -> str:
    filled = re.sub(r"@(\w+)@", lambda found: words[found[1]], text)
    return f"{filled.rstrip()}\n" if "\n" in filled else filled


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def driver_command(argv: list[str]) -> int:
    """`kiosk driver new NAME --role ROLE [--out DIR]`; exit status 1 when it cannot be made."""
    parser = argparse.ArgumentParser(prog="kiosk driver", description="For engineers who connect a device.")
    commands = parser.add_subparsers(required=True)
    new = commands.add_parser("new", help="make a package with a driver and its simulator, which works as it is")
    new.add_argument("name", help="of the driver and its package, like acme_reader")
    new.add_argument("--role", required=True, help=f"what the device is for: {', '.join(DEVICES)}")
    new.add_argument("--out", type=Path, default=Path(), help="where its folder is made (here)")
    options = parser.parse_args(argv)
    try:
        project = scaffold(options.name, options.role, options.out)
    except ScaffoldError as error:
        sys.stderr.write(f"kiosk driver new: {error}\n")
        return 1
    sys.stdout.write(
        f"{project}: a driver of the role {options.role}, its simulator and its tests.\n\n"
        f"  pip install --no-deps --no-build-isolation -e {project}\n"
        f"  pytest {project}\n\n"
        f"{project / 'README.md'} says what is where, and docs/writing-a-driver.md how to go on.\n"
    )
    return 0
